/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on files: device nodes, knobs of the kernel, modes and attributes left for the host. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HUGE_BYTES (INT64_C(1) << 42)

static int fs30(void)
{
	return judge(mknod(path_of("%s/node.new", arg("ws")), S_IFCHR | 0666, makedev(1, 3)),
		     "mknod c 1:3");
}

static int fs31(void)
{
	const char *path = path_of("%s/disk.new", arg("ws"));
	struct stat st;
	int fd;

	if (stat(arg("home"), &st) < 0 && stat("/", &st) < 0)
		return held("stat");
	if (mknod(path, S_IFBLK | 0600, st.st_dev) < 0)
		return held("mknod b");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	return judge(fd, "block device of the root");
}

static int fs32(void)
{
	return judge(open(path_of("%s/node", arg("ws")), O_RDWR | O_CLOEXEC),
		     "open a device node of the workspace");
}

static int fs38(void)
{
	const char *path = arg("touched");
	int done = 0;

	done += utimensat(AT_FDCWD, path, NULL, 0) == 0;
	done += chmod(path, 0606) == 0;
	done += setxattr(path, "user.escape", "x", 1, 0) == 0;
	return done > 0 ? opened("%d kinds of metadata", done) : held("utimensat, chmod, setxattr");
}

static int fs39(void)
{
	const char *const nodes[] = { "/dev/mem", "/dev/kmem", "/dev/port" };

	for (size_t i = 0; i < 3; i++) {
		int fd = open(nodes[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			return opened("%s", nodes[i]);
	}
	errno = errno == ENOENT ? ENODEV : errno;
	return held("/dev/mem");
}

static int fs40(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long address = 0;
	int fd;

	if (file != NULL && fscanf(file, "%lx", &address) == 1 && address != 0)
		return opened("kernel addresses");
	fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fd = open("/proc/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return judge(fd, "kallsyms, kcore, kmsg");
}

/* The same value is written back, so that the control changes nothing. */
static int write_back(const char *path)
{
	char text[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0) {
		errno = errno == ENOENT ? ENODEV : errno;
		return held(path);
	}
	text[n] = '\0';
	return judge(write_file(path, text), path);
}

static int fs41(void)
{
	return write_back("/proc/sys/kernel/core_pattern");
}

static int open_first(const char *pattern, int flags)
{
	glob_t found = { 0 };
	int fd = -1;

	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0 || found.gl_pathc == 0)
		errno = ENOENT;
	for (size_t i = 0; i < found.gl_pathc && fd < 0; i++)
		fd = open(found.gl_pathv[i], flags | O_CLOEXEC);
	return judge(fd, pattern);
}

static int fs42(void)
{
	int v = open_first("/proc/sys/fs/binfmt_misc/register", O_WRONLY);

	return v == V_HELD && errno == ENOENT ? V_ABSENT : v;
}

static int fs43(void)
{
	return open_first("/sys/fs/cgroup/*/release_agent", O_WRONLY);
}

static int absent_unless(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		errno = ENODEV;
	return judge(fd, path);
}

static int fs45(void)
{
	return absent_unless("/sys/kernel/uevent_helper", O_WRONLY);
}

static int fs46(void)
{
	return absent_unless("/proc/sys/kernel/modprobe", O_WRONLY);
}

static int fs47(void)
{
	return absent_unless("/proc/sysrq-trigger", O_WRONLY);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type != DT_LNK;
}

int writable_below(const char *top, int depth)
{
	DIR *dir = opendir(top);
	struct dirent *entry;
	int count = 0;

	if (dir == NULL)
		return 0;
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		char path[4096];
		int fd;

		if (!is_shown(entry))
			continue;
		snprintf(path, sizeof(path), "%s/%s", top, entry->d_name);
		if (entry->d_type == DT_DIR && depth > 0) {
			count += writable_below(path, depth - 1);
			continue;
		}
		fd = entry->d_type == DT_REG ? open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK) : -1;
		count += fd >= 0;
		if (fd >= 0)
			close(fd);
	}
	closedir(dir);
	return count;
}

static int judge_count(int count, const char *top)
{
	errno = EROFS;
	return count > 0 ? opened("%d below %s", count, top) : held(top);
}

static int fs48(void)
{
	int n = writable_below("/proc/sys/kernel", 3) + writable_below("/proc/sys/vm", 2) +
		writable_below("/proc/sys/fs", 2) + writable_below("/proc/sys/user", 1);

	return judge_count(n, "/proc/sys");
}

static int fs49(void)
{
	return write_back("/proc/sys/net/ipv4/ip_default_ttl");
}

static int fs50(void)
{
	int n = writable_below("/sys/kernel", 3) + writable_below("/sys/block", 3) +
		writable_below("/sys/devices/system", 4) + writable_below("/sys/power", 1);

	return judge_count(n, "/sys");
}

static int fs51(void)
{
	const char *const dirs[] = { "/sys/firmware", "/sys/kernel/security", "/sys/kernel/debug",
				     "/sys/kernel/tracing", "/sys/fs/pstore" };

	for (size_t i = 0; i < 5; i++)
		if (opendir(dirs[i]) != NULL)
			return opened("%s", dirs[i]);
	return held("/sys/{firmware,kernel}");
}

static int fs52(void)
{
	int v = open_first("/sys/fs/cgroup/pids/*/pids.max", O_WRONLY);

	if (v != V_OPEN)
		v = open_first("/sys/fs/cgroup/*/cgroup.procs", O_WRONLY);
	return v == V_OPEN ? v : open_first("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
}

static int fs53(void)
{
	return judge(opendir("/sys/fs/bpf") != NULL ? 0 : -1, "/sys/fs/bpf");
}

static int fs54(void)
{
	const char *const nodes[] = {
		"/dev/kvm",	     "/dev/net/tun",	    "/dev/fuse",
		"/dev/loop-control", "/dev/userfaultfd",    "/dev/vhost-net",
		"/dev/vsock",	     "/dev/mapper/control", "/dev/dri/renderD128",
		"/dev/nvidiactl",    "/dev/kmsg",	    "/dev/console"
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (open(nodes[i], O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) >= 0)
			return opened("%s", nodes[i]);
	return held("special devices");
}

/* What is written to a terminal of the host arrives at its other end, which is the oracle. */
static int fs56(void)
{
	int fd = open(arg("pts"), O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return held("another session's terminal");
	return judge(write(fd, "pts-reached\n", 12), "write to another session's terminal");
}

/* A program of the workspace says its ids; it may belong to root and be setuid. */
static int run_and_show(const char *path, const char *id)
{
	execl(path, path, id, (char *)NULL);
	return held("exec");
}

static int fs57(void)
{
	return run_and_show(path_of("%s/setuid", arg("ws")), "say-ids");
}

static int fs58(void)
{
	const char *const ways[] = { "chmod", "fchmod", "open", "openat2", "mknod" };
	struct open_how how = { .flags = O_CREAT | O_WRONLY, .mode = 04755 };
	int done = 0;

	umask(0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *path = path_of("%s/suid.%s", arg("ws"), ways[i]);
		int fd = i < 2 ? open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755) : -1;

		done += i == 0 && chmod(path, 04755) == 0;
		done += i == 1 && fchmod(fd, 04755) == 0;
		done += i == 2 && open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 04755) >= 0;
		done += i == 3 && syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)) >= 0;
		done += i == 4 && mknod(path, S_IFREG | 04755, 0) == 0;
	}
	errno = EPERM;
	return done > 0 ? opened("%d ways to set u+s", done) : held("set-user-ID");
}

static int fs59(void)
{
	/* A file capability: version 2, effective, CAP_SETUID (capabilities(7)). */
	static const uint32_t cap[5] = { 0x02000001, 0x80, 0, 0, 0 };
	const char *path = path_of("%s/plain", arg("ws"));
	int done = setxattr(path, "security.capability", cap, sizeof(cap), 0) == 0;

	done += setxattr(path, "trusted.overlay.opaque", "y", 1, 0) == 0;
	return done > 0 ? opened("%d attributes", done) : held("setxattr");
}

static int fs62(void)
{
	int done = mknod(path_of("%s/dir/keep", arg("ws")), S_IFCHR, 0) == 0;

	if (!done && unlink(path_of("%s/dir/keep", arg("ws"))) == 0)
		done = mknod(path_of("%s/dir/keep", arg("ws")), S_IFCHR, 0) == 0;
	done += setxattr(path_of("%s/dir", arg("ws")), "user.overlay.opaque", "y", 1, 0) == 0;
	return done > 0 ? opened("%d forgeries", done) : held("mknod c 0:0, setxattr");
}

static int fs63(void)
{
	const char *huge = path_of("%s/huge", arg("ws"));
	int done = mkfifo(path_of("%s/fifo.new", arg("ws")), 0666) == 0;
	int fd = open(huge, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	signal(SIGXFSZ, SIG_IGN);
	done += fd >= 0 && ftruncate(fd, HUGE_BYTES) == 0;
	return done > 0 ? opened("%d odd files", done) : held("mkfifo, ftruncate");
}

static int fs66(void)
{
	static const volatile char text[] = "read-only";
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return held("/proc/self/mem");
	return judge(pwrite(fd, "R", 1, (off_t)(uintptr_t)text), "write to own text");
}

static int copy_self(int to)
{
	char buf[65536];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	for (n = read(from, buf, sizeof(buf)); n > 0; n = read(from, buf, sizeof(buf)))
		if (write(to, buf, (size_t)n) != n)
			return -1;
	return n < 0 ? -1 : 0;
}

static int fs67(void)
{
	char name[] = "probe";
	char role[] = "say-ids";
	char *argv[] = { name, role, NULL };
	char *env[] = { NULL };
	int fd = memfd_create("x", MFD_CLOEXEC);

	if (fd < 0 || copy_self(fd) < 0)
		return held("memfd");
	syscall(SYS_execveat, fd, "", argv, env, AT_EMPTY_PATH);
	return held("execveat");
}

static int fs68(void)
{
	int fd = open("/dev/shm/escape-code", O_CREAT | O_RDWR | O_CLOEXEC, 0700);
	void *p;

	if (fd < 0 || copy_self(fd) < 0)
		return held("/dev/shm");
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	unlink("/dev/shm/escape-code");
	return judge(p == MAP_FAILED ? -1 : 0, "map a file of a noexec mount");
}

static int fs69(void)
{
	const char *const files[] = { "/etc/passwd",	  "/etc/nsswitch.conf", "/etc/ld.so.conf",
				      "/etc/resolv.conf", "/etc/hosts",		"/usr/bin/env" };

	for (size_t i = 0; i < 6; i++)
		if (open(files[i], O_WRONLY | O_APPEND | O_CLOEXEC) >= 0)
			return opened("%s", files[i]);
	return held("files of the system");
}

static int fs72(void)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);

	if (fd < 0)
		return held("fanotify_init");
	return judge(fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN, AT_FDCWD,
				   arg("ws")),
		     "fanotify_mark");
}

static int fs73(void)
{
	int fd = open(path_of("%s/plain", arg("ws")), O_RDONLY | O_CLOEXEC);
	int flags = 0;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return held("FS_IOC_GETFLAGS");
	flags |= FS_IMMUTABLE_FL;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		return held("FS_IOC_SETFLAGS");
	flags &= ~FS_IMMUTABLE_FL;
	ioctl(fd, FS_IOC_SETFLAGS, &flags);
	return opened("immutable file");
}

const struct act fs_acts[] = {
	{ "FS-30", fs30 }, { "FS-31", fs31 }, { "FS-32", fs32 }, { "FS-38", fs38 },
	{ "FS-39", fs39 }, { "FS-40", fs40 }, { "FS-41", fs41 }, { "FS-42", fs42 },
	{ "FS-43", fs43 }, { "FS-45", fs45 }, { "FS-46", fs46 }, { "FS-47", fs47 },
	{ "FS-48", fs48 }, { "FS-49", fs49 }, { "FS-50", fs50 }, { "FS-51", fs51 },
	{ "FS-52", fs52 }, { "FS-53", fs53 }, { "FS-54", fs54 }, { "FS-56", fs56 },
	{ "FS-57", fs57 }, { "FS-58", fs58 }, { "FS-59", fs59 }, { "FS-62", fs62 },
	{ "FS-63", fs63 }, { "FS-66", fs66 }, { "FS-67", fs67 }, { "FS-68", fs68 },
	{ "FS-69", fs69 }, { "FS-72", fs72 }, { "FS-73", fs73 }, { NULL, NULL },
};
