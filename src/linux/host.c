/* SPDX-License-Identifier: Apache-2.0 */
/* What the host can do, found by doing it in a child that is gone afterwards. */
#include "linux/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "linux/caps.h"
#include "linux/mount.h"
#include "linux/nft.h"
#include "linux/overlay.h"
#include "linux/seccomp.h"
#include "linux/userns.h"

#define LANDLOCK_VERSION 1u

/* Runs @attempt in a child with new namespaces; its error comes back through a pipe. */
static int in_child(uint64_t flags, int (*attempt)(void *, struct err *), void *arg, struct err *e)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	struct err result = { 0 };
	int ends[2];
	long pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, -errno, "cannot try");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		result.code = attempt(arg, &result);
		(void)fd_write_full(ends[1], &result, sizeof(result));
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0) {
		int code = -errno;

		close(ends[0]);
		return err_sys(e, code, "clone with new namespaces is refused");
	}
	if (fd_read_full(ends[0], &result, sizeof(result)) != (ssize_t)sizeof(result))
		err_set(&result, -ECHILD, "the attempt was killed");
	close(ends[0]);
	while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (result.code < 0 && e != NULL)
		*e = result;
	return result.code;
}

static int map_here(const struct userns_map *m, struct err *e)
{
	int r = userns_map_self(m);

	return r < 0 ? err_sys(e, r, "the id map cannot be written") : 0;
}

static struct userns_map own_map(void)
{
	return (struct userns_map){ getuid(), getuid(), getgid(), getgid() };
}

static int attempt_userns(void *arg, struct err *e)
{
	static const char *const none[] = { NULL };
	int r = map_here(arg, e);
	int tree;

	if (r < 0)
		return r;
	/* Ubuntu's AppArmor lets the namespace be made and takes its capabilities away. */
	tree = mount_new("tmpfs", none, 0);
	fd_close(tree);
	return tree < 0 ? err_sys(e, tree, "a mount inside it is refused (AppArmor?)") : 0;
}

int host_try_userns(struct err *e)
{
	struct userns_map m = own_map();

	return in_child(CLONE_NEWUSER | CLONE_NEWNS, attempt_userns, &m, e);
}

static int attempt_proc(void *arg, struct err *e)
{
	static const char *const none[] = { NULL };
	int r = map_here(arg, e);
	int tree;

	if (r < 0)
		return r;
	tree = mount_new("proc", none, 0);
	fd_close(tree);
	return tree < 0 ? err_sys(e, tree, "a /proc of its own is refused (is /proc masked here?)")
			: 0;
}

int host_try_proc(struct err *e)
{
	struct userns_map m = own_map();

	return in_child(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, attempt_proc, &m, e);
}

struct overlay_try {
	struct userns_map map;
	const char *dir;
};

static int attempt_overlay(void *arg, struct err *e)
{
	const struct overlay_try *t = arg;
	AUTO_CLOSE int dir = -EBADF;
	AUTO_CLOSE int lower = -EBADF;
	AUTO_CLOSE int tree = -EBADF;
	int r = map_here(&t->map, e);

	if (r < 0)
		return r;
	dir = open(t->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	lower = openat(dir, "lower", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || lower < 0)
		return err_sys(e, -errno, "%s", t->dir);
	tree = overlay_new(lower, dir, 0);
	return tree < 0 ? err_sys(e, tree, "overlay with userxattr is refused") : 0;
}

int host_try_overlay(const char *dir, struct err *e)
{
	struct overlay_try t = { .map = own_map(), .dir = dir };

	return in_child(CLONE_NEWUSER | CLONE_NEWNS, attempt_overlay, &t, e);
}

static int attempt_redirect(void *arg, struct err *e)
{
	int r = map_here(arg, e);

	if (r < 0)
		return r;
	/* Any two ports will do: the namespace ends here. */
	r = nft_redirect(2, 1);
	return r < 0 ? err_sys(e, r, "nftables with NAT is refused") : 0;
}

int host_try_redirect(struct err *e)
{
	struct userns_map m = own_map();

	return in_child(CLONE_NEWUSER | CLONE_NEWNET, attempt_redirect, &m, e);
}

static int attempt_listener(void *arg, struct err *e)
{
	static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	int r = caps_no_new_privs();

	(void)arg;
	if (r == 0)
		r = seccomp_enter(allow, ARRAY_LEN(allow), true);
	return r < 0 ? err_sys(e, r, "a filter with a listener is refused") : 0;
}

int host_try_listener(struct err *e)
{
	return in_child(0, attempt_listener, NULL, e);
}

int host_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

	return abi < 0 ? 0 : (int)abi;
}
