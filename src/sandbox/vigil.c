/* SPDX-License-Identifier: Apache-2.0 */
/* Watching that what direct mode holds is still what it holds. */
#include "sandbox/vigil.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "tier/facts.h"

#define EVENTS (IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW)
#define READ_MAX 16384

static const char *name_of(const struct tier_path *h)
{
	return strrchr(h->path, '/') + 1;
}

int vigil_open(const struct tier_facts *f, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	char parent[PATH_MAX];

	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return err_sys(e, -errno,
			       "cannot watch what is protected (inotify(7), "
			       "max_user_instances)");
	for (size_t i = 0; i < f->holds_n; i++) {
		const char *path = f->hold[i].path;
		int n = (int)(name_of(&f->hold[i]) - path - 1);

		snprintf(parent, sizeof(parent), "%.*s", n, path);
		/* The same directory twice is one watch. */
		if (inotify_add_watch(fd, parent, EVENTS) < 0)
			return err_sys(e, -errno, "cannot watch %s", parent);
	}
	return fd_take(&fd);
}

static bool is_same(const struct tier_path *h)
{
	struct stat st;

	return lstat(h->path, &st) == 0 && st.st_dev == h->dev && st.st_ino == h->ino;
}

static bool concerns(const struct inotify_event *event, const struct tier_facts *f)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	for (size_t i = 0; event->len > 0 && i < f->holds_n; i++)
		if (strcmp(name_of(&f->hold[i]), event->name) == 0)
			return true;
	return false;
}

/* Most of what happens there is the payload's own work under other names. */
static bool is_worth_a_look(int fd, const struct tier_facts *f)
{
	union {
		struct inotify_event event;
		char bytes[READ_MAX];
	} u;
	ssize_t n = read(fd, &u, sizeof(u));
	bool is_worth = false;

	for (ssize_t at = 0; at < n && !is_worth;) {
		const struct inotify_event *event = (const void *)(u.bytes + at);

		is_worth = concerns(event, f);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	return is_worth;
}

const char *vigil_lost(int fd, const struct tier_facts *f)
{
	if (fd >= 0 && !is_worth_a_look(fd, f))
		return NULL;
	for (size_t i = 0; i < f->holds_n; i++)
		if (!is_same(&f->hold[i]))
			return f->hold[i].path;
	return NULL;
}
