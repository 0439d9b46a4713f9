/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered about a sandbox, as record.json in its directory. */
#ifndef SANDBOX_RECORD_H
#define SANDBOX_RECORD_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define RECORD_ROOTS_MAX 8

struct store_box;

struct record_root {
	const char *host;  /* absolute path of the directory on the host */
	const char *store; /* subdirectory of the sandbox's directory */
	const char *kind;  /* overlay, copy or none */
	uint64_t dev, ino;
	uint64_t uid, gid; /* owner on the host, to give on apply */
};

/*
 * struct record - owns its strings in an arena; zero-initialise it.
 * @status:   running or exited
 * @start_ns: CLOCK_REALTIME at start, nanoseconds
 */
struct record {
	struct arena arena;
	const char *id;
	const char *name;
	const char *status;
	const char *tier;
	const char *cwd;
	const char *command; /* arguments, space separated, for people */
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t exit_code;
	uint64_t supervisor;
	uint64_t box_uid, box_gid;
	struct record_root root[RECORD_ROOTS_MAX];
	uint64_t roots_n;
	const char **protect;
	uint64_t protect_n;
};

void record_done(struct record *rec);

/* Writes record.json whole, or leaves the old one. */
int record_save(const struct store_box *box, const struct record *rec, struct err *e);

/*
 * record_parse - read a record strictly: every member there, of its type and in its range.
 * @text, @n: JSON
 * @ret:      zeroed before; the caller's to free with record_done; zeroed again on failure
 *
 * Returns 0, -EBADMSG, -ENOMEM.
 */
int record_parse(const char *text, size_t n, struct record *ret);

/*
 * record_load - read it back from the sandbox's directory.
 */
int record_load(const struct store_box *box, struct record *ret, struct err *e);

#endif
