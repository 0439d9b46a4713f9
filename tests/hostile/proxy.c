/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for tiercel-proxy: attacks the host or the supervisor instead of serving anybody. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plan/egress.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define FDS_MANY 200
#define FDS_LOOKED_AT 1024

/* Filled in by the test, in the program's file: what to do, then where what it wants is. */
enum { ORDER_ROLE, ORDER_HOME, ORDER_WORK, ORDER_ABSTRACT, ORDER_BUS, ORDER_PID, ORDER_COUNT };
static volatile const char orders[4096] = "@TIERCEL-TEST-ORDERS@";

static const char *order(int which)
{
	const char *p = (const char *)(uintptr_t)orders;

	while (which-- > 0)
		p += strlen(p) + 1;
	return p;
}

static pid_t victim(void)
{
	pid_t pid = 0;

	for (const char *p = order(ORDER_PID); *p != '\0'; p++)
		pid = pid * 10 + (*p - '0');
	return pid;
}

/* --- what hostile code would try: 0 when it worked, else errno --- */
static int result(long r)
{
	return r < 0 ? errno : 0;
}

static int open_in(const char *folder, const char *name, int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return result(open(path, flags, 0600));
}

static int read_key(void)
{
	return open_in(order(ORDER_HOME), ".ssh/id_ed25519", O_RDONLY);
}

static int read_shadow(void)
{
	return result(open("/etc/shadow", O_RDONLY));
}

static int read_accounts(void)
{
	return result(open("/etc/passwd", O_RDONLY));
}

static int read_work(void)
{
	return open_in(order(ORDER_WORK), "file", O_RDONLY);
}

static int write_work(void)
{
	return open_in(order(ORDER_WORK), "file", O_WRONLY);
}

static int make_file(void)
{
	return open_in(order(ORDER_WORK), "made", O_WRONLY | O_CREAT);
}

static int make_anywhere(void)
{
	if (open("/", O_TMPFILE | O_WRONLY, 0600) >= 0)
		return 0;
	return result(open("/tmp", O_TMPFILE | O_WRONLY, 0600));
}

static int climb(void)
{
	for (int i = 0; i < 32; i++)
		if (chdir("..") < 0)
			return errno;
	return open_in(order(ORDER_HOME) + 1, ".ssh/id_ed25519", O_RDONLY);
}

static int list_root(void)
{
	DIR *d = opendir("/");

	errno = 0;
	return d == NULL || readdir(d) == NULL ? errno : 0;
}

static int read_process(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", victim());
	return result(open(path, O_RDONLY));
}

static int signal_process(void)
{
	return result(kill(victim(), 0));
}

static int signal_all(void)
{
	return result(kill(-1, 0));
}

static int trace(void)
{
	int r = result(ptrace(PTRACE_SEIZE, victim(), NULL, NULL));

	if (r == 0)
		ptrace(PTRACE_DETACH, victim(), NULL, NULL);
	return r;
}

static int read_memory(void)
{
	return result(syscall(__NR_process_vm_readv, victim(), NULL, 0, NULL, 0, 0));
}

static int new_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result(pid < 0 ? -1 : waitpid(pid, NULL, 0));
}

static int new_space(void)
{
	return result(unshare(CLONE_NEWUSER | CLONE_NEWNS));
}

static int mount_over(void)
{
	(void)unshare(CLONE_NEWUSER | CLONE_NEWNS);
	return result(mount("none", "/", "tmpfs", 0, NULL));
}

static int mount_unseen(void)
{
	(void)unshare(CLONE_NEWUSER | CLONE_NEWNS);
	return result(syscall(__NR_fsopen, "tmpfs", 0));
}

static int change_root(void)
{
	(void)unshare(CLONE_NEWUSER | CLONE_NEWNS);
	return result(chroot("/"));
}

static int shell(void)
{
	return result(execl("/bin/sh", "sh", "-c", "exit 0", NULL));
}

static int run_memory(void)
{
	static const char script[] = "#!/bin/sh\n";
	int fd = memfd_create("x", 0);

	if (write(fd, script, sizeof(script) - 1) < 0)
		return errno;
	return result(syscall(__NR_execveat, fd, "", (char *[]){ (char[]){ "x" }, NULL },
			      (char *[]){ NULL }, AT_EMPTY_PATH));
}

static int reach(const char *name, int is_abstract)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	memcpy(a.sun_path + is_abstract, name, n);
	return result(connect(
		fd, (struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (is_abstract ? 1u : 0u))));
}

static int reach_abstract(void)
{
	return reach(order(ORDER_ABSTRACT), 1);
}

static int reach_bus(void)
{
	return reach(order(ORDER_BUS), 0);
}

static int unix_pair(void)
{
	int ends[2];

	return result(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static int netlink(void)
{
	return result(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int raw(void)
{
	return result(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int packet(void)
{
	return result(socket(AF_PACKET, SOCK_RAW, 0));
}

/* An ear on the host, for whoever is on its network. */
static int serve_host(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : result(listen(fd, 1));
}

/* Its last holder would wait as long as it likes, were it passed on. */
static int linger(void)
{
	struct linger long_time = { .l_onoff = 1, .l_linger = 1000 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &long_time, sizeof(long_time)));
}

static int change_user(void)
{
	return result(setuid(getuid()));
}

static int dump_core(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, now;

	if (setrlimit(RLIMIT_CORE, &all) < 0)
		return errno;
	return getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_cur <= 1 ? EPERM : 0;
}

/* One byte: at none at all the kernel hands the core to a program of the host. */
static int pipe_core(void)
{
	struct rlimit now;

	return getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_cur == 1 && now.rlim_max == 1 ? EPERM
											   : 0;
}

static int ring(void)
{
	struct io_uring_params p = { 0 };

	return result(syscall(__NR_io_uring_setup, 4, &p));
}

static int program_kernel(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};

	return result(syscall(__NR_bpf, BPF_MAP_CREATE, &a, sizeof(a)));
}

static int add_key(void)
{
	return result(syscall(__NR_add_key, "user", "x", "x", 1, -3));
}

static int open_handle(void)
{
	struct {
		struct file_handle head;
		char bytes[64];
	} h = { .head.handle_bytes = 64 };
	int id;

	return result(syscall(__NR_name_to_handle_at, AT_FDCWD, "/", &h, &id, 0));
}

static int type_ahead(void)
{
	int n;

	return result(ioctl(STDIN_FILENO, FIONREAD, &n)) == ENOSYS ? ENOSYS : 0;
}

/* Other than the three that it is given. */
static int inherited(void)
{
	for (int fd = 3; fd < FDS_LOOKED_AT; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 0;
	return EBADF;
}

struct attempt {
	const char *name;
	int (*try)(void);
};

static const struct attempt attempts[] = {
	{ "inherited", inherited },   { "key", read_key },
	{ "shadow", read_shadow },    { "accounts", read_accounts },
	{ "work", read_work },	      { "write", write_work },
	{ "make", make_file },	      { "anywhere", make_anywhere },
	{ "list", list_root },	      { "process", read_process },
	{ "signal", signal_process }, { "signal-all", signal_all },
	{ "trace", trace },	      { "memory", read_memory },
	{ "fork", new_process },      { "unshare", new_space },
	{ "mount", mount_over },      { "fsopen", mount_unseen },
	{ "chroot", change_root },    { "shell", shell },
	{ "run-memory", run_memory }, { "abstract", reach_abstract },
	{ "bus", reach_bus },	      { "pair", unix_pair },
	{ "netlink", netlink },	      { "raw", raw },
	{ "packet", packet },	      { "serve", serve_host },
	{ "user", change_user },      { "core", dump_core },
	{ "core-pipe", pipe_core },   { "ring", ring },
	{ "bpf", program_kernel },    { "key-ring", add_key },
	{ "handle", open_handle },    { "ioctl", type_ahead },
	{ "climb", climb },	      { "linger", linger },
};

/* In a process of its own where there can be one, for some change who tries. */
static int attempt(const struct attempt *a)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(a->try());
	if (pid < 0)
		return a->try();
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* --- what it tells the supervisor --- */
static void say(const void *p, size_t n)
{
	if (send(EGRESS_FD, p, n, MSG_NOSIGNAL) < 0 && errno == EPIPE)
		exit(0);
}

static void say_kind(enum egress_kind kind)
{
	struct egress_message m = { .kind = kind };

	say(&m, sizeof(m));
}

static void say_event(const char *target, const char *detail)
{
	struct egress_message m = { .kind = EGRESS_EVENT, .type = "net.error" };

	snprintf(m.target, sizeof(m.target), "%s", target);
	snprintf(m.detail, sizeof(m.detail), "%s", detail);
	say(&m, sizeof(m));
}

static void say_fds(enum egress_kind kind, int fd, size_t n)
{
	struct egress_message m = { .kind = kind };
	struct iovec part = { .iov_base = &m, .iov_len = sizeof(m) };
	union {
		char bytes[CMSG_SPACE(FDS_MANY * sizeof(int))];
		struct cmsghdr align;
	} room = { .bytes = { 0 } };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = room.bytes,
			      .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	int fds[FDS_MANY];

	for (size_t i = 0; i < n; i++)
		fds[i] = fd;
	room.align.cmsg_level = SOL_SOCKET;
	room.align.cmsg_type = SCM_RIGHTS;
	room.align.cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(&room.align), fds, n * sizeof(int));
	if (sendmsg(EGRESS_FD, &msg, MSG_NOSIGNAL) < 0)
		exit(0);
}

static void act_walls(void)
{
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		int r = attempt(&attempts[i]);

		say_event(attempts[i].name, r == 0 ? "open" : strerrorname_np(r));
	}
	say_kind(EGRESS_READY);
}

static void act_never(void)
{
}

static void act_flood(void)
{
	char target[32];

	for (unsigned int i = 0;; i++) {
		snprintf(target, sizeof(target), "flood-%u", i);
		say_event(target, "again");
	}
}

static void act_served_flood(void)
{
	say_kind(EGRESS_READY);
	act_flood();
}

static void act_short(void)
{
	say("x", 1);
}

static void act_empty(void)
{
	say("", 0);
}

static void act_long(void)
{
	static const char much[65536];

	say(much, sizeof(much));
}

static void act_fds(void)
{
	say_fds(EGRESS_EVENT, STDIN_FILENO, FDS_MANY);
}

/* A descriptor that lets whoever reads it wait for ever. */
static void act_waiting(void)
{
	say_fds(EGRESS_CA, eventfd(0, 0), 1);
}

static void act_fail(void)
{
	struct egress_message m = { .kind = EGRESS_FAIL };

	memset(m.detail, '\x1b', sizeof(m.detail));
	say(&m, sizeof(m));
}

/* Each text without its end, each number the largest; then all is well. */
static void act_unterminated(void)
{
	static const char *const types[] = { "net.deny", "net.dns", "net.error", "net.allow",
					     "net.close" };
	struct egress_message m;

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		memset(&m, i % 2 == 0 ? 0xff : 0x1b, sizeof(m));
		m.kind = EGRESS_EVENT;
		memset(m.type, 0, sizeof(m.type));
		snprintf(m.type, sizeof(m.type), "%s", types[i]);
		say(&m, sizeof(m));
		memset(m.type, 'x', sizeof(m.type));
		say(&m, sizeof(m));
		m.kind = UINT32_MAX - (uint32_t)i;
		say(&m, sizeof(m));
	}
	for (size_t i = 0; i < 1000; i++)
		say_fds(EGRESS_EVENT, STDERR_FILENO, 8);
	say_kind(EGRESS_READY);
	say_kind(EGRESS_READY);
}

/* Well at first; what cannot be understood comes once the command runs. */
static void act_later(void)
{
	say_kind(EGRESS_READY);
	usleep(300000);
	say("x", 1);
}

/* Asks for sockets without end, and takes none of them. */
static void act_wants(void)
{
	struct egress_message m = { .kind = EGRESS_WANT, .value = UINT32_MAX };

	say_kind(EGRESS_READY);
	for (;;)
		say(&m, sizeof(m));
}

struct role {
	const char *name;
	void (*act)(void);
};

static const struct role roles[] = {
	{ "walls", act_walls },	    { "never", act_never },
	{ "flood", act_flood },	    { "served-flood", act_served_flood },
	{ "short", act_short },	    { "empty", act_empty },
	{ "long", act_long },	    { "fds", act_fds },
	{ "waiting", act_waiting }, { "fail", act_fail },
	{ "later", act_later },	    { "unterminated", act_unterminated },
	{ "wants", act_wants },
};

/* With a word on its command line it only says what of the attempts works where it is. */
int main(int argc, char **argv)
{
	(void)argv;
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(attempts); i++) {
		int r = attempt(&attempts[i]);

		printf("%s %s\n", attempts[i].name, r == 0 ? "open" : strerrorname_np(r));
		fflush(stdout);
	}
	if (argc > 1)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(order(ORDER_ROLE), roles[i].name) == 0)
			roles[i].act();
	for (;;)
		sleep(1000);
}
