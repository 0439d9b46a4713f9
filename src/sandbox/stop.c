/* SPDX-License-Identifier: Apache-2.0 */
/* Ending a running sandbox from outside. */
#include "sandbox/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>

#include "base/fd.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

/* The supervisor passes a first SIGTERM on and kills all at the second. */
struct step {
	int signal;
	int wait_ms;
};

static const struct step steps[] = {
	{ SIGTERM, 100 },
	{ SIGTERM, 5000 },
	{ SIGKILL, 5000 },
};

static bool has_ended(int pidfd, int wait_ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, wait_ms) > 0;
}

static int supervisor_open(const struct store_box *box, struct err *e)
{
	CLEANUP(record_done) struct record rec = { 0 };
	int r = record_load(box, &rec, e);
	int fd;

	if (r < 0)
		return r;
	if (rec.supervisor < 2 || rec.supervisor > INT32_MAX)
		return err_set(e, -EBADMSG, "sandbox %s: its record names no supervisor", box->id);
	fd = pidfd_open((pid_t)rec.supervisor, 0);
	return fd < 0 ? err_sys(e, -errno, "cannot reach the supervisor of sandbox %s", box->id)
		      : fd;
}

int stop_now(const struct store_box *box, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;

	if (!store_is_running(box))
		return 0;
	fd = supervisor_open(box, e);
	/* Held by now; if the lock still is as well, that is who holds it. */
	if (!store_is_running(box))
		return 0;
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (pidfd_send_signal(fd, steps[i].signal, NULL, 0) < 0 && errno != ESRCH)
			return err_sys(e, -errno, "cannot end sandbox %s", box->id);
		if (has_ended(fd, steps[i].wait_ms))
			return 0;
	}
	return err_set(e, -ETIMEDOUT, "sandbox %s does not end", box->id);
}
