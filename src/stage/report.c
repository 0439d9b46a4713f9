/* SPDX-License-Identifier: Apache-2.0 */
/* What the stage tells the supervisor. */
/* #syscalls sendmsg close */
#include "stage/report.h"

#include "base/fd.h"
#include "linux/channel.h"
#include "stage/stage.h"

int report_value(const struct stage *s, enum message_kind kind, int32_t value)
{
	struct message m = { .kind = (uint32_t)kind, .op = UINT32_MAX, .value = value };

	return channel_send(s->control, &m, sizeof(m), NULL, 0);
}

void report_fail(const struct stage *s, uint32_t op, const struct err *e)
{
	struct message m = { .kind = MESSAGE_FAIL, .op = op, .value = e->code, .err = *e };

	/* A supervisor that is gone needs no word; the stage ends either way. */
	(void)channel_send(s->control, &m, sizeof(m), NULL, 0);
}

void report_note(const struct stage *s, uint32_t op, int code, const char *text)
{
	struct message m = { .kind = MESSAGE_NOTE, .op = op, .value = code };

	err_set(&m.err, code, "%s", text);
	(void)channel_send(s->control, &m, sizeof(m), NULL, 0);
}

void report_socket(const struct stage *s, int32_t as, int fd)
{
	struct message m = { .kind = MESSAGE_SOCKET, .op = UINT32_MAX, .value = as };

	if (fd < 0)
		return;
	(void)channel_send(s->control, &m, sizeof(m), &fd, 1);
	fd_close(fd);
}

int report_ready(struct stage *s)
{
	struct message m = { .kind = MESSAGE_READY, .op = UINT32_MAX };
	int fds[2 + NETNS_WATCH_FDS];
	size_t n = 0;
	int r;

	if (s->pty >= 0) {
		m.value |= READY_PTY;
		fds[n++] = s->pty;
	}
	if (s->notify >= 0) {
		m.value |= READY_NOTIFY;
		fds[n++] = s->notify;
	}
	for (int i = 0; i < NETNS_WATCH_FDS; i++) {
		if (s->watch[i] < 0)
			continue;
		m.value |= READY_WATCH;
		fds[n++] = s->watch[i];
	}
	r = channel_send(s->control, &m, sizeof(m), fds, n);
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
	s->pty = s->notify = -1;
	return r;
}
