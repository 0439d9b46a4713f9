/* SPDX-License-Identifier: Apache-2.0 */
/* Version 2 of control groups: the group that ours may be made in. */
#include "linux/cgroup_v2.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup_file.h"
#include "linux/cgroup_parse.h"

#define LEAF "supervisor"
#define TEXT_MAX 4096

/* A group, as it would serve. */
struct place {
	int fd;
	unsigned int kinds;   /* that it can give to ours */
	unsigned int lacking; /* of these, what is still to be enabled */
	bool is_crowd_us;     /* nobody but the caller and its companion is in it */
};

static unsigned int mask_of(int dir, const char *file)
{
	char text[TEXT_MAX];

	cgroup_file_read(dir, file, text, sizeof(text));
	return cgroup_parse_kinds(text);
}

static bool is_writable(int dir)
{
	return faccessat(dir, ".", W_OK, AT_EACCESS) == 0 &&
	       faccessat(dir, "cgroup.procs", W_OK, AT_EACCESS) == 0 &&
	       faccessat(dir, "cgroup.subtree_control", W_OK, AT_EACCESS) == 0;
}

/* Only the first group of all has no events; it may hold processes beside children. */
static bool is_first(int dir)
{
	return faccessat(dir, "cgroup.events", F_OK, 0) < 0;
}

static void look(struct place *p, unsigned int wanted, pid_t companion)
{
	char text[TEXT_MAX];
	unsigned int on;

	if (!is_writable(p->fd))
		return;
	p->kinds = mask_of(p->fd, "cgroup.controllers") & wanted;
	on = mask_of(p->fd, "cgroup.subtree_control");
	p->lacking = p->kinds & ~on;
	if (p->lacking == 0 || is_first(p->fd))
		return;
	cgroup_file_read(p->fd, "cgroup.procs", text, sizeof(text));
	p->is_crowd_us = cgroup_parse_is_only(text, getpid(), companion);
	if (text[0] != '\0' && !p->is_crowd_us) {
		p->kinds &= on;
		p->lacking = 0;
	}
}

/* The mark that systemd puts on what it hands over; the first is shown to everybody. */
static bool is_marked(int dir)
{
	char mark[2] = "";

	if (fgetxattr(dir, "user.delegate", mark, sizeof(mark)) == 1 && mark[0] == '1')
		return true;
	return fgetxattr(dir, "trusted.delegate", mark, sizeof(mark)) == 1 && mark[0] == '1';
}

static int bits(unsigned int mask)
{
	return __builtin_popcount(mask);
}

/* Looks at one group, and keeps it when it gives more than the best so far. Returns whether to look
 * further up. */
static bool consider(const char *group, unsigned int wanted, bool is_trusted, pid_t companion,
		     struct place *best)
{
	AUTO_CLOSE int fd = -EBADF;
	char path[PATH_MAX];
	struct place p = { 0 };
	bool is_unit = cgroup_parse_is_unit(group);

	if (snprintf(path, sizeof(path), CGROUP_MOUNT "%s", group) >= (int)sizeof(path))
		return false;
	fd = cgroup_file_open(path, CGROUP2_SUPER_MAGIC);
	if (fd < 0 || (is_unit && !is_trusted && !is_marked(fd)))
		return !is_unit;
	p.fd = fd;
	look(&p, wanted, companion);
	if (bits(p.kinds) > bits(best->kinds)) {
		fd_close(best->fd);
		*best = p;
		best->fd = fd_take(&fd);
	}
	return !is_unit;
}

/* Moves us, and who goes with us, into a group. */
static int move(int dir, const char *procs, pid_t companion)
{
	char text[16];
	int r = 0;

	snprintf(text, sizeof(text), "%d", (int)companion);
	if (companion > 0)
		r = cgroup_file_write(dir, procs, text);
	/* It may have ended; then it is in nobody's way. */
	return r == 0 || r == -ESRCH ? cgroup_file_write(dir, procs, "0") : r;
}

static int enable(struct cgroup *c, const struct place *p)
{
	char text[64];
	int r = 0;

	if (p->lacking == 0)
		return 0;
	if (p->is_crowd_us) {
		if (mkdirat(p->fd, LEAF, 0755) < 0 && errno != EEXIST)
			return -errno;
		c->is_leaf = true;
		c->enabled = p->lacking;
		r = move(p->fd, LEAF "/cgroup.procs", c->companion);
	}
	cgroup_print_kinds(p->lacking, '+', text, sizeof(text));
	/* One write, so that all are enabled or none. */
	if (r == 0)
		r = cgroup_file_write(p->fd, "cgroup.subtree_control", text);
	if (r < 0)
		cgroup_v2_return(c, p->fd);
	return r;
}

/* Cuts the last name off a path; false when there was none. */
static bool go_up(char *group)
{
	char *slash = strrchr(group, '/');

	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

int cgroup_v2_parent(const char *text, unsigned int wanted, struct cgroup *c,
		     unsigned int *ret_kinds)
{
	struct place best = { .fd = -EBADF };
	AUTO_CLOSE int fd = -EBADF;
	char group[PATH_MAX];
	bool goes_on = true;
	bool is_trusted = c->is_delegated;

	if (cgroup_parse_v2(text, group, sizeof(group)) < 0 || strncmp(group, "/..", 3) == 0)
		return -ENOENT;
	do {
		goes_on = consider(group, wanted, is_trusted, c->companion, &best);
		is_trusted = false;
	} while (goes_on && best.kinds != wanted && go_up(group));
	if (best.kinds != wanted && geteuid() == 0)
		(void)consider("", wanted, false, c->companion, &best);
	fd = best.fd;
	if (fd < 0 || enable(c, &best) < 0)
		return -ENOENT;
	*ret_kinds = best.kinds;
	return fd_take(&fd);
}

void cgroup_v2_return(struct cgroup *c, int parent)
{
	char text[64];

	if (!c->is_leaf)
		return;
	c->is_leaf = false;
	cgroup_print_kinds(c->enabled, '-', text, sizeof(text));
	(void)cgroup_file_write(parent, "cgroup.subtree_control", text);
	(void)cgroup_file_write(parent, "cgroup.procs", "0");
	/* Whoever of our processes leaves last succeeds. */
	(void)unlinkat(parent, LEAF, AT_REMOVEDIR);
}
