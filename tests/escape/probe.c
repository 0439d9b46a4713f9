/* SPDX-License-Identifier: Apache-2.0 */
/* probe ID [NAME=VALUE…]: tries one act, says what came of it, exits with the verdict. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN_MAX 4096
#define RING 16
#define ALLOW(nr)                                                                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1),                                           \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static const struct act *const tables[] = { fs_acts,	 path_acts,   mount_acts,   proc_acts,
					    kernel_acts, sock_acts,   net_acts,	    priv_acts,
					    res_acts,	 secret_acts, persist_acts, term_acts,
					    role_acts };
static char **words;

const char *arg(const char *name)
{
	size_t n = strlen(name);

	for (char **w = words; *w != NULL; w++)
		if (strncmp(*w, name, n) == 0 && (*w)[n] == '=')
			return *w + n + 1;
	return "";
}

unsigned long num(const char *text)
{
	unsigned long v = 0;
	unsigned long base = strncmp(text, "0x", 2) == 0 ? 16 : 10;

	for (text += base == 16 ? 2 : 0; *text != '\0'; text++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, *text);

		if (at == NULL || (unsigned long)(at - digits) >= base)
			break;
		v = v * base + (unsigned long)(at - digits);
	}
	return v;
}

unsigned long arg_num(const char *name)
{
	return num(arg(name));
}

int opened(const char *format, ...)
{
	va_list list;

	fputs("OPEN ", stdout);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	fputs("\n", stdout);
	fflush(stdout);
	return V_OPEN;
}

static int is_absent(int code)
{
	return code == ENOSYS || code == EAFNOSUPPORT || code == EPROTONOSUPPORT ||
	       code == ESOCKTNOSUPPORT || code == ENODEV || code == ENXIO || code == EPFNOSUPPORT;
}

int held(const char *what)
{
	const char *name = strerrorname_np(errno);
	int absent = is_absent(errno);

	printf("%s %s %s\n", absent ? "ABSENT" : "HELD", what, name != NULL ? name : "?");
	fflush(stdout);
	return absent ? V_ABSENT : V_HELD;
}

int broken(const char *what)
{
	printf("BROKEN %s %s\n", what, strerrorname_np(errno));
	fflush(stdout);
	return V_BROKEN;
}

int judge(long result, const char *what)
{
	return result < 0 ? held(what) : opened("%s", what);
}

int judge_code(long result, int granted, const char *what)
{
	if (result < 0 && errno == granted)
		return opened("%s (%s after permission)", what, strerrorname_np(granted));
	return judge(result, what);
}

const char *path_of(const char *format, ...)
{
	static char ring[RING][SHOWN_MAX];
	static unsigned int next;
	char *out = ring[next++ % RING];
	va_list list;

	va_start(list, format);
	vsnprintf(out, SHOWN_MAX, format, list);
	va_end(list);
	return out;
}

ssize_t show_file(int at, const char *path)
{
	char text[SHOWN_MAX];
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;
	int code;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text));
	code = errno;
	close(fd);
	errno = code;
	if (n > 0) {
		fwrite(text, 1, (size_t)n, stdout);
		fputs("\n", stdout);
	}
	return n;
}

int judge_read(const char *path)
{
	ssize_t n = show_file(AT_FDCWD, path);

	if (n == 0)
		errno = ENODATA;
	return judge(n > 0 ? 0 : -1, path);
}

int in_child(int (*act)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return broken("fork");
	if (pid == 0) {
		int v = act();

		fflush(stdout);
		_exit(v);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return broken("waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("HELD killed SIG%s\n", sigabbrev_np(WTERMSIG(status)));
	/* A filter kills by SIGSYS; everything else is the act's own mistake, or a limit. */
	return WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGKILL ? V_HELD : V_BROKEN;
}

int first_open(int (*const acts[])(void), size_t n)
{
	int best = V_ABSENT;

	for (size_t i = 0; i < n; i++) {
		int v = in_child(acts[i]);

		if (v == V_OPEN || v == V_BROKEN)
			return v;
		best = v == V_HELD ? V_HELD : best;
	}
	return best;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int code;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	code = errno;
	close(fd);
	errno = code;
	return n < 0 ? -1 : 0;
}

int status_has(const char *path, const char *line)
{
	char text[SHOWN_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, SHOWN_MAX);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return -1;
	text[n] = '\0';
	return strstr(text, line) != NULL;
}

/* The tightest sandbox there is: what still comes out open under it does not look at effects. */
static void tighten(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(__NR_write),
		ALLOW(__NR_exit),
		ALLOW(__NR_exit_group),
		ALLOW(__NR_clone),
		ALLOW(__NR_wait4),
		ALLOW(__NR_rt_sigprocmask),
		ALLOW(__NR_rt_sigaction),
		ALLOW(__NR_rt_sigreturn),
		ALLOW(__NR_brk),
		ALLOW(__NR_mmap),
		ALLOW(__NR_munmap),
		ALLOW(__NR_gettid),
		ALLOW(__NR_getpid),
		ALLOW(__NR_set_robust_list),
		ALLOW(__NR_rseq),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(V_BROKEN);
}

static const struct act *find(const char *id)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct act *a = tables[i]; a->id != NULL; a++)
			if (strcmp(a->id, id) == 0)
				return a;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct act *act = argc > 1 ? find(argv[1]) : NULL;
	int is_role;

	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
			for (const struct act *a = tables[i]; a->id != NULL; a++)
				puts(a->id);
		return 0;
	}
	if (act == NULL) {
		fprintf(stderr, "usage: probe ID [NAME=VALUE...], or probe list\n");
		return V_BROKEN;
	}
	words = argv + 2;
	is_role = act->id[0] >= 'a' && act->id[0] <= 'z';
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (*arg("tight") != '\0')
		tighten();
	/* Roles stay what they were started as; acts run in a child that a filter may kill. */
	return is_role ? act->run() : in_child(act->run);
}
