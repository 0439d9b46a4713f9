/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of line that a configuration has, and how each is read. */
#ifndef PROXY_CONFIG_ROWS_H
#define PROXY_CONFIG_ROWS_H

#include <stddef.h>

#include "proxy/config.h"

#define CONFIG_WORDS_MAX 256

enum config_kind {
	CONFIG_ALLOW,
	CONFIG_DENY,
	CONFIG_HTTP,
	CONFIG_GIT,
	CONFIG_SECRET,
	CONFIG_BUDGET,
	CONFIG_LOOPBACK,
	CONFIG_PUBLISH,
	CONFIG_DNS,
	CONFIG_LOG,
	CONFIG_KIND_END
};

/* A line cut into words, each terminated, in the configuration's arena. */
struct config_line {
	const char *v[CONFIG_WORDS_MAX];
	size_t n;
};

/*
 * struct config_lists - the lists while they are filled; each has room for all of its lines.
 */
struct config_lists {
	struct host_rule *allow, *deny;
	struct http_rule *http;
	struct git_rule *git;
	struct secret *secrets;
	struct publish *publish;
	uint16_t *loopback;
};

/* The kind that a line's first word names; CONFIG_KIND_END when none does. */
enum config_kind config_kind_of(const char *word);

/* config_make_room - allocate the lists; @counts has the lines of each kind. Returns 0, -ENOMEM. */
int config_make_room(const size_t counts[CONFIG_KIND_END], struct config *c,
		     struct config_lists *ret);

/*
 * config_read_row - read one line into the configuration.
 *
 * Returns 0; -EINVAL with @e saying what is wrong, without the line's number; -ENOMEM.
 */
int config_read_row(enum config_kind kind, const struct config_line *line, struct config *c,
		    const struct config_lists *lists, struct err *e);

#endif
