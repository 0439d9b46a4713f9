/* SPDX-License-Identifier: Apache-2.0 */
/* Empty places on the host for protected paths that do not exist: a mount needs something to be. */
#ifndef SANDBOX_PLACEHOLDER_H
#define SANDBOX_PLACEHOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"

#define PLACEHOLDERS_MAX 256

/* The contents that a file may have: a configuration, and a "commondir" that leads nowhere else. */
#define PLACEHOLDER_EMPTY ""
#define PLACEHOLDER_HERE ".\n"

/*
 * A placeholder is an empty directory, or a file whose whole content is known, with the sticky bit
 * set: that bit comes into being with it, so it is recognised whoever was killed in between. All
 * sandboxes that rely on one hold a shared lock on it; the one that gets it alone at its end
 * removes it, because the kernel takes the mounts off a directory that the host removes. Source:
 * rmdir(2), flock(2); Linux, fs/namei.c, "detach_mounts".
 */

/*
 * struct placeholder - one that this sandbox relies on; its place is @name in @parent.
 * @parent, @fd: owned; @fd carries the lock
 * @text:        content of a file, one of the above; NULL for a directory
 */
struct placeholder {
	int parent;
	int fd;
	const char *text;
	char name[NAME_MAX + 1];
};

/*
 * struct placeholders - zero-initialise it.
 */
struct placeholders {
	struct placeholder *v;
	size_t n;
};

/*
 * placeholder_is - whether what was looked at bears the mark of one.
 */
bool placeholder_is(const struct stat *st);

/*
 * placeholder_take - make one, or join those who rely on it.
 * @parent: directory fd (borrowed)
 * @name:   its name there
 * @text:   NULL for a directory, else the content of a file, one of the above
 *
 * As root it is given to the owner of @parent. Returns 0; 1 when nothing can be made there by the
 * payload either, so that nothing needs to be held; -EEXIST when something else appeared there;
 * -EBUSY when another program has locked it; else negative errno.
 */
int placeholder_take(struct placeholders *all, int parent, const char *name, const char *text);

/*
 * placeholder_adopt - join one that exists, to release it; as placeholder_take, but nothing is
 * made.
 */
int placeholder_adopt(struct placeholders *all, int parent, const char *name, const char *text);

/*
 * placeholders_release - remove those that nobody else relies on, and let go of the others.
 * Content that came into one is never removed. May be called by each process that inherited them.
 */
void placeholders_release(struct placeholders *all);

#endif
