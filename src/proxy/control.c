/* SPDX-License-Identifier: Apache-2.0 */
/* The socket to the supervisor: what it sends, and events back, without ever waiting for it. */
#include "proxy/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "proxy/config.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static size_t fds_of(struct msghdr *msg, int *ret_fds)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	size_t n;

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(ret_fds, CMSG_DATA(c), n * sizeof(int));
	return n;
}

int control_receive(const struct control *c, struct egress_message *ret, int *ret_fds,
		    size_t *ret_fds_n)
{
	struct iovec part = { .iov_base = ret, .iov_len = sizeof(*ret) };
	union {
		char bytes[CMSG_SPACE(EGRESS_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} room;
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = room.bytes,
			      .msg_controllen = sizeof(room.bytes) };
	ssize_t r = recvmsg(c->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	*ret_fds_n = 0;
	if (r < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	if (r == 0)
		return 0;
	*ret_fds_n = fds_of(&msg, ret_fds);
	if (r == (ssize_t)sizeof(*ret) && (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return 1;
	while (*ret_fds_n > 0)
		fd_close(ret_fds[--*ret_fds_n]);
	return -EPROTO;
}

int control_config(int memfd, char **ret, struct err *e)
{
	AUTO_FREE char *text = NULL;
	struct stat st;
	ssize_t n;
	int seals = fcntl(memfd, F_GET_SEALS);

	if (seals < 0 || (seals & SEALS) != SEALS)
		return err_set(e, -EPERM, "proxy configuration: it is not sealed");
	if (fstat(memfd, &st) < 0)
		return err_sys(e, -errno, "proxy configuration");
	if (st.st_size > (off_t)CONFIG_BYTES_MAX)
		return err_set(e, -E2BIG, "proxy configuration: above %u bytes", CONFIG_BYTES_MAX);
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL)
		return err_sys(e, -ENOMEM, "proxy configuration");
	if (lseek(memfd, 0, SEEK_SET) < 0)
		return err_sys(e, -errno, "proxy configuration");
	n = fd_read_full(memfd, text, (size_t)st.st_size);
	if (n != (ssize_t)st.st_size)
		return err_sys(e, n < 0 ? (int)n : -EIO, "proxy configuration");
	*ret = ptr_take(&text);
	return (int)n;
}

int control_answer(const struct control *c, enum egress_kind kind, const struct err *e)
{
	struct egress_message m = { .kind = kind };
	ssize_t r;

	if (e != NULL)
		snprintf(m.detail, sizeof(m.detail), "%s", e->text);
	do {
		r = send(c->fd, &m, sizeof(m), MSG_NOSIGNAL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

int control_offer(const struct control *c, enum egress_kind kind, uint32_t value, int fd)
{
	struct egress_message m = { .kind = kind, .value = value };
	struct iovec part = { .iov_base = &m, .iov_len = sizeof(m) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} room = { .bytes = { 0 } };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = room.bytes,
			      .msg_controllen = sizeof(room.bytes) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(c->fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int send_now(const struct control *c, const struct egress_message *m)
{
	return send(c->fd, m, sizeof(*m), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int control_want(const struct control *c, uint32_t n)
{
	struct egress_message m = { .kind = EGRESS_WANT, .value = n };

	return send_now(c, &m);
}

void control_event(struct control *c, struct egress_message *m)
{
	struct egress_message note = { .kind = EGRESS_EVENT, .type = "net.error" };

	if (c->dropped > 0) {
		snprintf(note.detail, sizeof(note.detail),
			 "%llu events were not told: the supervisor did not keep up",
			 (unsigned long long)c->dropped);
		if (send_now(c, &note) == 0)
			c->dropped = 0;
	}
	m->kind = EGRESS_EVENT;
	if (c->dropped > 0 || send_now(c, m) < 0)
		c->dropped++;
}
