/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what the walls look like from inside, to compare two runs; changes one file. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAYERS_MAX 64
#define LANDLOCK_EXECUTE 1
#define NAMES_MAX 512

static void show_file(const char *path)
{
	char line[4096];
	FILE *in = fopen(path, "re");

	printf("== %s %s\n", path, in == NULL ? strerror(errno) : "");
	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		fputs(line, stdout);
	if (in != NULL)
		fclose(in);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void show_dir(const char *path)
{
	struct dirent **entry = NULL;
	int n = scandir(path, &entry, NULL, by_name);

	printf("== %s/ %s\n", path, n < 0 ? strerror(errno) : "");
	for (int i = 0; i < n; i++) {
		char file[NAMES_MAX];
		struct stat st = { 0 };

		snprintf(file, sizeof(file), "%s/%s", path, entry[i]->d_name);
		lstat(file, &st);
		printf("%o %u %u %s\n", st.st_mode, st.st_uid, st.st_gid, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
}

static void show_link(const char *path)
{
	char to[NAMES_MAX];
	ssize_t n = readlink(path, to, sizeof(to) - 1);

	to[n < 0 ? 0 : n] = '\0';
	printf("%s -> %s\n", path, n < 0 ? strerror(errno) : to);
}

static void show_connect(int family, const char *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	inet_pton(family, address,
		  family == AF_INET ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr);
	if (family == AF_INET)
		r = connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	else
		r = connect(fd, (struct sockaddr *)&v6, sizeof(v6));
	printf("connect %s: %s\n", address, r < 0 ? strerror(errno) : "done");
	close(fd);
}

/* The kernel stacks so many Landlock domains and no more: what is left tells how many there are. */
static void show_landlock(void)
{
	unsigned long handled = LANDLOCK_EXECUTE;
	int fd = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	int layers = 0;
	int status;

	fflush(stdout);
	if (fork() == 0) {
		while (layers < LAYERS_MAX && syscall(SYS_landlock_restrict_self, fd, 0) == 0)
			layers++;
		_exit(layers);
	}
	wait(&status);
	printf("landlock layers left: %d\n", WEXITSTATUS(status));
	close(fd);
}

static void show_calls(void)
{
	printf("unshare: %s\n", unshare(CLONE_NEWUSER) < 0 ? strerror(errno) : "done");
	printf("keyctl: %s\n", syscall(SYS_keyctl, 0, -3, 0) < 0 ? strerror(errno) : "done");
	printf("sethostname: %s\n", sethostname("x", 1) < 0 ? strerror(errno) : "done");
}

int main(void)
{
	static const char *const files[] = {
		"/proc/self/status",
		"/proc/self/mountinfo",
		"/proc/self/limits",
		"/proc/self/uid_map",
		"/proc/self/gid_map",
		"/proc/self/setgroups",
		"/proc/self/cgroup",
		"/proc/net/dev",
		"/proc/sys/kernel/hostname",
		"/proc/self/oom_score_adj",
		"/proc/self/timerslack_ns",
		"/etc/hosts",
		"/etc/passwd",
		"/etc/resolv.conf",
	};
	static const char *const dirs[] = { "/",    "/dev", "/dev/shm", "/tmp",
					    "/run", "/sys", "/var",	"/proc/self/fd" };
	static const char *const links[] = {
		"/proc/self/ns/user", "/proc/self/ns/mnt",    "/proc/self/ns/pid",
		"/proc/self/ns/net",  "/proc/self/ns/ipc",    "/proc/self/ns/uts",
		"/proc/self/ns/time", "/proc/self/ns/cgroup", "/proc/self/cwd",
		"/proc/self/root",    "/proc/1/exe",
	};
	int fd = open("made", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	printf("write: %s\n", fd < 0 || write(fd, "inside\n", 7) != 7 ? strerror(errno) : "done");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		show_file(files[i]);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		show_dir(dirs[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		show_link(links[i]);
	for (char **e = environ; *e != NULL; e++)
		printf("env %s\n", *e);
	show_connect(AF_INET, "192.0.2.1");
	show_connect(AF_INET6, "2001:db8::1");
	show_calls();
	show_landlock();
	return 0;
}
