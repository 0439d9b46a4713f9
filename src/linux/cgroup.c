/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups, version 1 and 2 behind one interface. */
#include "linux/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup_parse.h"

#define MOUNT_POINT "/sys/fs/cgroup"
#define TEXT_MAX 8192
#define VALUE_MAX 64
#define PERIOD_US 100000u
#define REMOVE_TRIES 200
#define REMOVE_WAIT_NS 5000000

/* File names by version and controller. */
static const char *const controllers[CGROUP_KINDS] = { "memory", "pids", "cpu" };
static const char *const limit_v1[] = { "memory.limit_in_bytes", "pids.max", "cpu.cfs_quota_us" };
static const char *const limit_v2[] = { "memory.max", "pids.max", "cpu.max" };

static ssize_t read_at(int dir, const char *name, char *text, size_t n)
{
	AUTO_CLOSE int fd = -EBADF;
	ssize_t r;

	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : fd_read_full(fd, text, n - 1);
	text[r < 0 ? 0 : r] = '\0';
	return r;
}

static int write_at(int dir, const char *name, const char *text)
{
	AUTO_CLOSE int fd = -EBADF;

	fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd_write_full(fd, text, strlen(text));
}

/* A directory that is really of a cgroup file system and not a plain one beside it. */
static int open_group(const char *path, long magic)
{
	AUTO_CLOSE int fd = -EBADF;
	struct statfs fs;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != magic)
		return -ENOENT;
	return fd_take(&fd);
}

static int parent_v1(const char *text, enum cgroup_kind kind)
{
	char group[PATH_MAX];
	char path[PATH_MAX];
	int fd;

	if (cgroup_parse_v1(text, controllers[kind], group, sizeof(group)) < 0)
		return -ENOENT;
	/* Inside a container the path is that of outside, and the mount shows our group as its
	 * root. */
	if (snprintf(path, sizeof(path), MOUNT_POINT "/%s%s", controllers[kind], group) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open_group(path, CGROUP_SUPER_MAGIC);
	snprintf(path, sizeof(path), MOUNT_POINT "/%s", controllers[kind]);
	return fd >= 0 ? fd : open_group(path, CGROUP_SUPER_MAGIC);
}

/*
 * Version 2 allows no processes beside child groups: we move to a leaf and hand the controllers
 * down. That works where the group is delegated and ours alone, and is undone by nobody but its
 * owner.
 */
static int parent_v2(const char *text, const char *kind)
{
	AUTO_CLOSE int fd = -EBADF;
	char group[PATH_MAX];
	char path[PATH_MAX];
	char have[VALUE_MAX * 4];
	char enable[VALUE_MAX];

	if (cgroup_parse_v2(text, group, sizeof(group)) < 0 ||
	    snprintf(path, sizeof(path), MOUNT_POINT "%s", group) >= (int)sizeof(path))
		return -ENOENT;
	fd = open_group(path, CGROUP2_SUPER_MAGIC);
	if (fd < 0 || read_at(fd, "cgroup.controllers", have, sizeof(have)) < 0 ||
	    !cgroup_parse_word(have, kind) || faccessat(fd, "cgroup.subtree_control", W_OK, 0) < 0)
		return -ENOENT;
	snprintf(enable, sizeof(enable), "+%s", kind);
	if (write_at(fd, "cgroup.subtree_control", enable) == 0)
		return fd_take(&fd);
	if (mkdirat(fd, "supervisor", 0755) < 0 && errno != EEXIST)
		return -errno;
	if (write_at(fd, "supervisor/cgroup.procs", "0") < 0 ||
	    write_at(fd, "cgroup.subtree_control", enable) < 0)
		return -EBUSY;
	return fd_take(&fd);
}

static int limit_write(const struct cgroup *c, enum cgroup_kind kind, uint64_t value)
{
	char text[VALUE_MAX];
	unsigned long long v = (unsigned long long)value;

	if (kind == CGROUP_CPU)
		v = v * PERIOD_US / 1000;
	if (kind == CGROUP_CPU && c->is_v2)
		snprintf(text, sizeof(text), "%llu %u", v, PERIOD_US);
	else
		snprintf(text, sizeof(text), "%llu", v);
	return write_at(c->dir[kind], c->is_v2 ? limit_v2[kind] : limit_v1[kind], text);
}

/* Swap would let a sandbox use more than its memory; files that do not exist have none to limit. */
static int swap_limit(const struct cgroup *c, uint64_t value)
{
	char text[VALUE_MAX];
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	if (c->is_v2) {
		r = write_at(c->dir[CGROUP_MEMORY], "memory.swap.max", "0");
		if (r == 0 || r == -ENOENT)
			r = write_at(c->dir[CGROUP_MEMORY], "memory.oom.group", "1");
	} else {
		r = write_at(c->dir[CGROUP_MEMORY], "memory.memsw.limit_in_bytes", text);
	}
	return r == -ENOENT ? 0 : r;
}

static int group_make(struct cgroup *c, enum cgroup_kind kind, uint64_t value, struct err *e)
{
	int r;

	if (mkdirat(c->parent[kind], c->name, 0755) < 0 && !(errno == EEXIST && c->is_v2)) {
		c->parent[kind] = fd_close(c->parent[kind]);
		return 0; /* not ours to use: the caller falls back, and says so */
	}
	c->dir[kind] = openat(c->parent[kind], c->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = c->dir[kind] < 0 ? -errno : limit_write(c, kind, value);
	if (r == 0 && kind == CGROUP_MEMORY)
		r = swap_limit(c, value);
	return r < 0 ? err_sys(e, r, "cgroup: cannot limit %s to %llu", controllers[kind],
			       (unsigned long long)value)
		     : 0;
}

int cgroup_make(struct cgroup *c, const char *id, const uint64_t value[CGROUP_KINDS], struct err *e)
{
	char text[TEXT_MAX];
	int r = 0;

	snprintf(c->name, sizeof(c->name), "tiercel-%.12s", id);
	if (read_at(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) < 0)
		return 0;
	for (int i = 0; i < CGROUP_KINDS && r == 0; i++) {
		enum cgroup_kind kind = (enum cgroup_kind)i;

		if (value[kind] == UINT64_MAX)
			continue;
		c->parent[kind] = parent_v1(text, kind);
		if (c->parent[kind] < 0) {
			c->parent[kind] = parent_v2(text, controllers[kind]);
			c->is_v2 = c->is_v2 || c->parent[kind] >= 0;
		}
		if (c->parent[kind] >= 0)
			r = group_make(c, kind, value[kind], e);
	}
	if (r < 0)
		cgroup_remove(c);
	return r;
}

bool cgroup_has(const struct cgroup *c, enum cgroup_kind kind)
{
	return c->dir[kind] >= 0;
}

size_t cgroup_entries(const struct cgroup *c, int ret_fds[CGROUP_KINDS])
{
	size_t n = 0;

	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		int fd = c->dir[kind] < 0
				 ? -1
				 : openat(c->dir[kind], "cgroup.procs", O_WRONLY | O_CLOEXEC);

		if (fd >= 0)
			ret_fds[n++] = fd;
		/* One group holds all controllers of version 2. */
		if (fd >= 0 && c->is_v2)
			break;
	}
	return n;
}

uint64_t cgroup_oom_kills(const struct cgroup *c)
{
	char text[TEXT_MAX];
	const char *file = c->is_v2 ? "memory.events" : "memory.oom_control";

	if (c->dir[CGROUP_MEMORY] < 0 ||
	    read_at(c->dir[CGROUP_MEMORY], file, text, sizeof(text)) < 0)
		return 0;
	return cgroup_parse_count(text, "oom_kill");
}

uint64_t cgroup_pids_refused(const struct cgroup *c)
{
	char text[TEXT_MAX];

	if (c->dir[CGROUP_PIDS] < 0 ||
	    read_at(c->dir[CGROUP_PIDS], "pids.events", text, sizeof(text)) < 0)
		return 0;
	return cgroup_parse_count(text, "max");
}

void cgroup_remove(struct cgroup *c)
{
	struct timespec wait = { .tv_nsec = REMOVE_WAIT_NS };

	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		/* The kernel lets go of the last process a moment after it is reaped. */
		for (int i = 0; c->dir[kind] >= 0 && i < REMOVE_TRIES; i++) {
			if (unlinkat(c->parent[kind], c->name, AT_REMOVEDIR) == 0 || errno != EBUSY)
				break;
			nanosleep(&wait, NULL);
		}
		c->dir[kind] = fd_close(c->dir[kind]);
		c->parent[kind] = fd_close(c->parent[kind]);
	}
}
