/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options as tables: one row an option. */
#ifndef CMD_OPT_H
#define CMD_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "policy/layer.h"

enum opt_type {
	OPT_FLAG,  /* bool at @offset becomes true */
	OPT_STR,   /* const char * at @offset; once */
	OPT_FIELD, /* a policy field, collected in struct opt_fields at @offset */
	OPT_END
};

#define OPT_FIELDS_MAX 256

/* Settings of policy fields, in the order they were given. */
struct opt_fields {
	struct policy_flag flag[OPT_FIELDS_MAX];
	size_t n;
};

/*
 * struct opt - a row; a table ends with a zeroed one.
 * @letter: short form or 0
 * @arg:    name of the argument in help, NULL for none
 * @help:   one line, small letter first, no full stop
 * @field:  for OPT_FIELD; @value: fixed text for a field option without argument
 * @choices: ended by NULL; offered by completion. A field's own choices need not be repeated
 * @is_rare: named by the manual page and completion, but not by --help, which fits a screen
 */
struct opt {
	char letter;
	const char *name;
	enum opt_type type;
	size_t offset;
	const char *arg;
	const char *help;
	enum policy_field field;
	const char *value;
	const char *const *choices;
	bool is_rare;
};

/* Whether an option may be given more than once: flags, and fields that are lists. */
bool opt_repeats(const struct opt *o);

/* The words that its argument may be, ended by NULL; NULL when any text will do. */
const char *const *opt_choices(const struct opt *o);

/*
 * opt_parse - read options into a struct.
 * @opts:     table
 * @stops:    non-zero to end at the first word that is no option, as for commands that are run
 * @options:  the struct that offsets count from (zeroed by the caller)
 * @argv:     words, rearranged so that what is no option comes first
 *
 * Returns how many words are left, or -EINVAL with one line that says what is wrong.
 */
int opt_parse(const struct opt *opts, int stops, void *options, char **argv, struct err *e);

#endif
