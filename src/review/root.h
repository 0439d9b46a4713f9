/* SPDX-License-Identifier: Apache-2.0 */
/* A review root: one host directory, and where what a sandbox made of it is kept. */
#ifndef REVIEW_ROOT_H
#define REVIEW_ROOT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define REVIEW_ROOTS_MAX 8

/*
 * enum review_kind - how the changes are kept.
 * REVIEW_OVERLAY: `upper/` in the store is the upper of a kernel overlay mounted with userxattr
 * REVIEW_COPY:    `copy/` in the store is a private copy, beside its manifest
 */
enum review_kind {
	REVIEW_OVERLAY,
	REVIEW_COPY,
};

/*
 * struct review_root - the caller owns every pointer and fd for as long as the review is used.
 * @path:      absolute path on the host
 * @fd:        that directory, opened for reading (O_RDONLY | O_DIRECTORY), not O_PATH
 * @store:     directory fd of this root's own store; holds upper/ or copy/, manifest, base/,
 * journal
 * @start_ns:  CLOCK_REALTIME when the sandbox started, nanoseconds
 * @uid, @gid: owner of what apply makes on the host
 * @box_uid, @box_gid: owner, in the store, of what the payload made
 * @protect:   relative paths held back by apply, @protect_n of them
 *
 * Root 0 is the workspace: its paths are shown relative, those of the others absolute.
 */
struct review_root {
	const char *path;
	int fd;
	enum review_kind kind;
	int store;
	uint64_t start_ns;
	uid_t uid;
	gid_t gid;
	uid_t box_uid;
	gid_t box_gid;
	const char *const *protect;
	size_t protect_n;
};

#endif
