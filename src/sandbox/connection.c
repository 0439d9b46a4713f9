/* SPDX-License-Identifier: Apache-2.0 */
/* One connect(2) of the sandbox, looked at and carried out in its place. */
#include "sandbox/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "linux/mountinfo.h"
#include "linux/proc.h"
#include "sandbox/connector.h"
#include "tier/facts.h"

union address {
	struct sockaddr any;
	struct sockaddr_un un;
	struct sockaddr_storage room;
};

/* A copy: what is looked at is what is used, whatever the caller's other threads do meanwhile. */
static int address_read(const struct seccomp_notif *call, union address *ret, socklen_t *ret_len)
{
	int len = (int)call->data.args[2];
	struct iovec to = { ret, (size_t)len };
	struct iovec from = { .iov_len = (size_t)len };

	memset(ret, 0, sizeof(*ret));
	if (len < (int)sizeof(sa_family_t) || len > (int)sizeof(*ret))
		return -EINVAL;
	memcpy(&from.iov_base, &call->data.args[1], sizeof(from.iov_base));
	if (process_vm_readv((pid_t)call->pid, &to, 1, &from, 1, 0) != len)
		return -EFAULT;
	*ret_len = (socklen_t)len;
	return 0;
}

/* A name in the file system, as opposed to an abstract one, or to no unix address at all. */
static bool is_path(const union address *a, socklen_t len)
{
	return a->any.sa_family == AF_UNIX && len > offsetof(struct sockaddr_un, sun_path) &&
	       a->un.sun_path[0] != '\0';
}

/*
 * On the host's network an abstract name may be anybody's. Landlock keeps the caller from those of
 * others, and does not know that we ask for it.
 */
static bool is_foreign(const struct tier_facts *f, const union address *a)
{
	return f->has_host_network && a->any.sa_family == AF_UNIX;
}

/* What the caller would reach by a name, from its own root and working directory. */
static int target_open(pid_t tid, const char *name)
{
	AUTO_CLOSE int root = -EBADF;
	char path[PATH_MAX + CONNECTION_PATH_MAX];
	char cwd[PATH_MAX];
	ssize_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/root", tid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -EACCES;
	snprintf(path, sizeof(path), "/proc/%d/cwd", tid);
	if (name[0] != '/')
		n = readlink(path, cwd, sizeof(cwd));
	if (n < 0 || n == (ssize_t)sizeof(cwd))
		return -EACCES;
	snprintf(path, sizeof(path), "%.*s/%s", (int)n, cwd, name);
	return path_open_in_root(root, path, O_PATH, 0);
}

struct place {
	const struct tier_facts *facts;
	uint64_t mount;
	dev_t dev;
};

/* The private root, or a tree whose changes are kept apart: an overlay's sockets are its own. */
static bool is_own(const struct mountinfo *m, const void *arg)
{
	const struct place *p = arg;

	if (strcmp(m->at, "/") == 0 && m->dev == p->dev)
		return true;
	for (size_t i = 0; i < p->facts->roots_n && m->id == p->mount; i++)
		if (p->facts->root[i].kind != ROOT_PLAIN &&
		    strcmp(p->facts->root[i].host, m->at) == 0)
			return true;
	return false;
}

/* One that the policy names; its mount keeps its number from being used again. */
static bool is_named(const struct tier_facts *f, const struct stat *st)
{
	for (size_t i = 0; i < f->sockets_n; i++)
		if (f->sockets[i].dev == st->st_dev && f->sockets[i].ino == st->st_ino)
			return true;
	return false;
}

/* Returns 0 for a socket that is named, or lies where nobody of the host makes any. */
static int target_check(const struct connector_task *task, int target)
{
	struct place p = { .facts = task->facts };
	struct stat st;
	struct statx sx;

	if (fstat(target, &st) < 0 || statx(target, "", AT_EMPTY_PATH, STATX_MNT_ID, &sx) < 0 ||
	    !(sx.stx_mask & STATX_MNT_ID))
		return -EACCES;
	if (!S_ISSOCK(st.st_mode))
		return -ECONNREFUSED;
	if (is_named(task->facts, &st))
		return 0;
	p.mount = sx.stx_mnt_id;
	p.dev = st.st_dev;
	/* As pid 1 sees them: whoever calls may have made a root of its own. */
	return mountinfo_find(task->init, is_own, &p) == 1 ? 0 : -EACCES;
}

/* The descriptor that the caller wants connected; threads share those of their process. */
static int socket_take(const struct seccomp_notif *call)
{
	AUTO_CLOSE int process = -EBADF;
	int fd;

	process = pidfd_open(proc_process_of((pid_t)call->pid), 0);
	if (process < 0)
		return -EACCES;
	fd = pidfd_getfd(process, (int)call->data.args[0], 0);
	return fd < 0 ? -errno : fd;
}

/* So that a server inside sees the payload's uid when it asks who connects. */
static int identity_take(const struct tier_facts *f)
{
	if (!f->is_root)
		return 0;
	return setgroups(0, NULL) < 0 || setresgid(f->gid_out, f->gid_out, f->gid_out) < 0 ||
			       setresuid(f->uid_out, f->uid_out, f->uid_out) < 0
		       ? -EACCES
		       : 0;
}

/* Everything that was taken by number is the caller's only if the caller still waits. */
static bool is_waiting(const struct seccomp_notif *call)
{
	return ioctl(CONNECTION_LISTENER, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0;
}

static int connect_as(const struct tier_facts *f, int sock, const union address *a, socklen_t len)
{
	int r = identity_take(f);

	if (r == 0 && connect(sock, &a->any, len) < 0)
		r = -errno;
	return r;
}

/* Connects to the very socket that was looked at; its name may mean another by now. */
static int connect_to(const struct connector_task *task, int sock, int target, const char *name,
		      char ret_refused[CONNECTION_PATH_MAX])
{
	union address a = { .un = { .sun_family = AF_UNIX } };
	int r;

	r = target < 0 ? target : target_check(task, target);
	if (r == -EACCES && target >= 0)
		snprintf(ret_refused, CONNECTION_PATH_MAX, "%s", name);
	if (r < 0)
		return r;
	snprintf(a.un.sun_path, sizeof(a.un.sun_path), "/proc/self/fd/%d", target);
	return connect_as(task->facts, sock, &a, sizeof(a.un));
}

int connection_make(const struct connector_task *task, char ret_refused[CONNECTION_PATH_MAX])
{
	AUTO_CLOSE int sock = -EBADF;
	AUTO_CLOSE int target = -EBADF;
	char name[CONNECTION_PATH_MAX] = { 0 };
	union address a;
	socklen_t len;
	int r;

	r = address_read(task->call, &a, &len);
	if (r < 0)
		return r;
	sock = socket_take(task->call);
	if (sock < 0)
		return sock;
	if (is_path(&a, len)) {
		snprintf(name, sizeof(name), "%.*s", (int)sizeof(a.un.sun_path), a.un.sun_path);
		target = target_open((pid_t)task->call->pid, name);
	}
	if (!is_waiting(task->call))
		return CONNECTION_GONE;
	if (name[0] == '\0' && is_foreign(task->facts, &a))
		return -EPERM;
	if (name[0] == '\0')
		return connect_as(task->facts, sock, &a, len);
	return connect_to(task, sock, target, name, ret_refused);
}
