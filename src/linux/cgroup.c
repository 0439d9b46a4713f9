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
#include "linux/cgroup_file.h"
#include "linux/cgroup_parse.h"
#include "linux/cgroup_v2.h"

#define TEXT_MAX 8192
#define VALUE_MAX 64
#define PERIOD_US 100000u
#define REMOVE_TRIES 200
#define REMOVE_WAIT_NS 5000000

/* File names by version and controller. */
static const char *const limit_v1[] = { "memory.limit_in_bytes", "pids.max", "cpu.cfs_quota_us" };
static const char *const limit_v2[] = { "memory.max", "pids.max", "cpu.max" };

static int parent_v1(const char *text, enum cgroup_kind kind)
{
	char group[PATH_MAX];
	char path[PATH_MAX];
	int fd;

	if (cgroup_parse_v1(text, kind, group, sizeof(group)) < 0)
		return -ENOENT;
	/* Inside a container the path is that of outside, and the mount shows our group as its
	 * root. */
	if (snprintf(path, sizeof(path), CGROUP_MOUNT "/%s%s", cgroup_kind_name(kind), group) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = cgroup_file_open(path, CGROUP_SUPER_MAGIC);
	snprintf(path, sizeof(path), CGROUP_MOUNT "/%s", cgroup_kind_name(kind));
	return fd >= 0 ? fd : cgroup_file_open(path, CGROUP_SUPER_MAGIC);
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
	return cgroup_file_write(c->dir[kind], c->is_v2 ? limit_v2[kind] : limit_v1[kind], text);
}

/* Swap would let a sandbox use more than its memory; files that do not exist have none to limit. */
static int swap_limit(const struct cgroup *c, uint64_t value)
{
	char text[VALUE_MAX];
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	if (c->is_v2) {
		r = cgroup_file_write(c->dir[CGROUP_MEMORY], "memory.swap.max", "0");
		if (r == 0 || r == -ENOENT)
			r = cgroup_file_write(c->dir[CGROUP_MEMORY], "memory.oom.group", "1");
	} else {
		r = cgroup_file_write(c->dir[CGROUP_MEMORY], "memory.memsw.limit_in_bytes", text);
	}
	return r == -ENOENT ? 0 : r;
}

static int group_limit(struct cgroup *c, enum cgroup_kind kind, uint64_t value, struct err *e)
{
	int r;

	c->dir[kind] = openat(c->parent[kind], c->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = c->dir[kind] < 0 ? -errno : limit_write(c, kind, value);
	/* What is not held is not known to cgroup_remove. */
	if (c->dir[kind] < 0)
		(void)unlinkat(c->parent[kind], c->name, AT_REMOVEDIR);
	if (r == 0 && kind == CGROUP_MEMORY)
		r = swap_limit(c, value);
	return r < 0 ? err_sys(e, r, "cgroup: cannot limit %s to %llu", cgroup_kind_name(kind),
			       (unsigned long long)value)
		     : 0;
}

/* One group for all controllers. What cannot be made is left out: the caller falls back. */
static int make_v2(struct cgroup *c, const char *text, const uint64_t value[CGROUP_KINDS],
		   struct err *e)
{
	AUTO_CLOSE int parent = -EBADF;
	unsigned int wanted = 0;
	unsigned int kinds = 0;
	int r = 0;

	for (int i = 0; i < CGROUP_KINDS; i++)
		wanted |= value[i] == UINT64_MAX ? 0 : 1u << i;
	parent = wanted == 0 ? -ENOENT : cgroup_v2_parent(text, wanted, c, &kinds);
	if (parent < 0)
		return 0;
	c->is_v2 = true;
	if (mkdirat(parent, c->name, 0755) < 0) {
		cgroup_v2_return(c, parent);
		return 0;
	}
	for (int i = 0; i < CGROUP_KINDS && r == 0; i++) {
		if (!(kinds & 1u << i))
			continue;
		c->parent[i] = fcntl(parent, F_DUPFD_CLOEXEC, 3);
		r = c->parent[i] < 0 ? err_sys(e, -errno, "cgroup")
				     : group_limit(c, (enum cgroup_kind)i, value[i], e);
	}
	if (r < 0)
		(void)unlinkat(parent, c->name, AT_REMOVEDIR);
	return r;
}

static int make_v1(struct cgroup *c, const char *text, const uint64_t value[CGROUP_KINDS],
		   struct err *e)
{
	int r = 0;

	for (int i = 0; i < CGROUP_KINDS && r == 0; i++) {
		enum cgroup_kind kind = (enum cgroup_kind)i;

		if (value[kind] == UINT64_MAX)
			continue;
		c->parent[kind] = parent_v1(text, kind);
		if (c->parent[kind] < 0)
			continue;
		if (mkdirat(c->parent[kind], c->name, 0755) < 0)
			c->parent[kind] = fd_close(c->parent[kind]);
		else
			r = group_limit(c, kind, value[kind], e);
	}
	return r;
}

int cgroup_make(struct cgroup *c, const char *id, const uint64_t value[CGROUP_KINDS], struct err *e)
{
	char text[TEXT_MAX];
	struct statfs fs;
	int r;

	snprintf(c->name, sizeof(c->name), "tiercel-%.12s", id);
	if (cgroup_file_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) < 0 ||
	    statfs(CGROUP_MOUNT, &fs) < 0)
		return 0;
	r = fs.f_type == CGROUP2_SUPER_MAGIC ? make_v2(c, text, value, e)
					     : make_v1(c, text, value, e);
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
	/* For a process of one thread both mean the same, but only a thread that moves itself is
	 * spared the wait for every processor of the machine, which takes 15 ms. */
	const char *file = c->is_v2 ? "cgroup.procs" : "tasks";
	size_t n = 0;

	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		int fd = c->dir[kind] < 0 ? -1 : openat(c->dir[kind], file, O_WRONLY | O_CLOEXEC);

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
	    cgroup_file_read(c->dir[CGROUP_MEMORY], file, text, sizeof(text)) < 0)
		return 0;
	return cgroup_parse_count(text, "oom_kill");
}

uint64_t cgroup_pids_refused(const struct cgroup *c)
{
	char text[TEXT_MAX];

	if (c->dir[CGROUP_PIDS] < 0 ||
	    cgroup_file_read(c->dir[CGROUP_PIDS], "pids.events", text, sizeof(text)) < 0)
		return 0;
	return cgroup_parse_count(text, "max");
}

/* The kernel lets go of the last process a moment after it is reaped. */
static void group_remove(int parent, const char *name)
{
	struct timespec wait = { .tv_nsec = REMOVE_WAIT_NS };

	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		nanosleep(&wait, NULL);
	}
}

void cgroup_remove(struct cgroup *c)
{
	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		/* Nothing outlives its sandbox; version 1 has no such file. */
		if (c->dir[kind] >= 0 && c->is_v2)
			(void)cgroup_file_write(c->dir[kind], "cgroup.kill", "1");
		if (c->dir[kind] >= 0)
			group_remove(c->parent[kind], c->name);
		c->dir[kind] = fd_close(c->dir[kind]);
	}
	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		if (c->parent[kind] >= 0)
			cgroup_v2_return(c, c->parent[kind]);
		c->parent[kind] = fd_close(c->parent[kind]);
	}
}
