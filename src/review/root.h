/* SPDX-License-Identifier: Apache-2.0 */
/* A review: the directories that a sandbox may have changed, and where its changes are kept. */
#ifndef REVIEW_ROOT_H
#define REVIEW_ROOT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

#define REVIEW_ROOTS_MAX 8

/*
 * How the changes of a root are kept.
 * REVIEW_OVERLAY: the upper directory of a kernel overlay (mounted with userxattr)
 * REVIEW_COPY:    a private copy, with the manifest that review_copy_make wrote beside it
 */
enum review_kind { REVIEW_OVERLAY, REVIEW_COPY, REVIEW_KIND_END };

/*
 * struct review_spec - one root as the record of a sandbox has it; flat and free of fds.
 * @path:      absolute normal path of the directory on the host
 * @kind:      see above
 * @box:       path of the upper directory or of the copy, relative to the store directory
 * @dev, @ino: of the host directory when the sandbox started; 0, 0 to leave them unchecked
 * @protect:   patterns of paths that only `apply --protected` writes: relative, matched at any
 *             depth ("/x" only at the top), each with all that lies below it; "*", "?", "**"
 */
struct review_spec {
	const char *path;
	enum review_kind kind;
	const char *box;
	uint64_t dev;
	uint64_t ino;
	const char *const *protect;
	size_t protect_n;
};

/* One root, opened. @prefix is what rules see before its paths: ".git" for a git directory. */
struct review_root {
	const char *path;
	const char *prefix;
	enum review_kind kind;
	const char *manifest; /* name in the store, for REVIEW_COPY */
	int host_fd;	      /* O_PATH, opened once and held */
	int box_fd;	      /* the upper directory or the copy */
	const char *const *protect;
	size_t protect_n;
};

/*
 * struct review - zero-initialise, then review_init. Root 0 is the workspace.
 * @store_fd: the sandbox's own directory in the store; the review keeps its files in there:
 *            seal, applied, journal, base/, and NAME.manifest beside each copy NAME
 * @start_ns: CLOCK_REALTIME when the payload was started
 * @uid, @gid: who owns what apply creates: the owner of the workspace
 */
struct review {
	struct arena arena;
	struct review_root roots[REVIEW_ROOTS_MAX];
	size_t root_n;
	int store_fd;
	int64_t start_ns;
	uid_t uid;
	gid_t gid;
};

/*
 * review_init - begin a review; the owner of applied files is that of the first root added.
 * @store_fd: borrowed for the review's life
 * @start_ns: nanoseconds since the epoch
 */
void review_init(struct review *rv, int store_fd, int64_t start_ns);

/*
 * review_add - open one more root; strings are copied.
 *
 * Returns 0; -ESTALE when the host directory is no longer the one the sandbox saw; -E2BIG for too
 * many roots; else negative errno; @e filled.
 */
int review_add(struct review *rv, const struct review_spec *spec, struct err *e);

void review_done(struct review *rv);

/*
 * review_display - the name that people see: relative in root 0, absolute in the others.
 * @path: relative to root @root
 *
 * Returns a string in the review's arena, or NULL when memory is spent. Not escaped.
 */
const char *review_display(struct review *rv, size_t root, const char *path);

#endif
