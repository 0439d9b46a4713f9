/* SPDX-License-Identifier: Apache-2.0 */
/* Watching that what direct mode holds is still what it holds. */
#include "sandbox/vigil.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "tier/facts.h"

#define LOOK_MS 50

int vigil_open(struct err *e)
{
	const struct timespec every = { .tv_nsec = LOOK_MS * 1000000 };
	const struct itimerspec times = { .it_interval = every, .it_value = every };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0 && timerfd_settime(fd, 0, &times, NULL) == 0)
		return fd;
	err_sys(e, -errno, "cannot watch what is protected");
	fd_close(fd);
	return -EIO;
}

static bool is_same(const struct tier_path *h)
{
	struct stat st;

	return lstat(h->path, &st) == 0 && st.st_dev == h->dev && st.st_ino == h->ino;
}

const char *vigil_lost(int fd, const struct tier_facts *f)
{
	uint64_t times;

	if (fd >= 0 && read(fd, &times, sizeof(times)) != (ssize_t)sizeof(times))
		return NULL;
	for (size_t i = 0; i < f->holds_n; i++)
		if (!is_same(&f->hold[i]))
			return f->hold[i].path;
	return NULL;
}
