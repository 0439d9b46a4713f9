/* SPDX-License-Identifier: Apache-2.0 */
/* One path of a tree: its state, content and attributes, reached without following links. */
#ifndef REVIEW_NODE_H
#define REVIEW_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct buf;

/* struct node - what fstat says; mode 0 when nothing is there. Times in nanoseconds. */
struct node {
	mode_t mode;
	uint64_t size;
	uint64_t mtime;
	uint64_t ctime;
	uint64_t ino;
	uint64_t dev;
	uint64_t nlink;
	uint64_t rdev;
	uid_t uid;
	gid_t gid;
};

/* Fill from a stat. */
void node_of(const struct stat *st, struct node *ret);

/*
 * node_at - the state of @path beneath @dir; a missing one, or one behind a link, has mode 0.
 * Returns 0 or negative errno.
 */
int node_at(int dir, const char *path, struct node *ret);

/*
 * node_open - open a file or directory beneath @dir for reading.
 * @is_ours: a tree in the store: missing permission bits are added to the last component
 *
 * Returns an owned fd or negative errno; never blocks on a fifo.
 */
int node_open(int dir, const char *path, bool is_ours);

/*
 * node_parent - open the directory that holds @path.
 * @ret_name: the last component, within @path
 *
 * Returns an owned O_PATH fd or negative errno.
 */
int node_parent(int dir, const char *path, const char **ret_name);

/* The target of a link, appended to a buffer. Returns 0 or negative errno. */
int node_link(int dir, const char *path, struct buf *b);

/*
 * node_xattrs - user.* attributes, sorted, without the bookkeeping of overlays.
 * Each is its name with a NUL, a uint32_t length, the value. Returns 0 or negative errno.
 */
int node_xattrs(int fd, struct buf *b);

/* Whether two open files hold the same bytes. Returns 1, 0 or negative errno. */
int node_same_bytes(int a, int b);

/* Set the user.* attributes of @to to those of @from. Best effort where the file system has none.
 */
int node_copy_xattrs(int from, int to);

#endif
