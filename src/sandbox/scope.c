/* SPDX-License-Identifier: Apache-2.0 */
/* Asking systemd's user manager for a control group of our own: a transient scope. */
#include "sandbox/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup_file.h"
#include "policy/policy.h"
#include "sandbox/limits.h"

#define BUSCTL "/usr/bin/busctl"
#define DEADLINE_MS 2000
#define LOOK_NS 1000000
#define PLACE_MAX 80 /* a socket's path has at most 107 bytes */
#define TEXT_MAX 512
#define WORDS_MAX 40
#define FIRST_PID_NAMESPACE 0xEFFFFFFCu /* PROC_PID_INIT_INO of the kernel */

/* Preset that a run gets when nobody chooses. */
#define UNCHOSEN "preset coding-agent"

static bool is_asked_for(const struct policy *p, enum policy_field field, const char *name)
{
	const char *source = p->origin[field].source;

	for (size_t i = 0; i < p->require.n; i++)
		if (strcmp(p->require.v[i], name) == 0)
			return true;
	return source != NULL && strcmp(source, UNCHOSEN) != 0;
}

bool scope_is_wanted(const struct policy *p, const struct cgroup *c)
{
	bool memory = p->limits.memory != POLICY_UNLIMITED && !cgroup_has(c, CGROUP_MEMORY) &&
		      is_asked_for(p, FIELD_LIMITS_MEMORY, "limits.memory");
	bool cpus = p->limits.cpus != POLICY_UNLIMITED && !cgroup_has(c, CGROUP_CPU) &&
		    is_asked_for(p, FIELD_LIMITS_CPUS, "limits.cpus");

	return geteuid() != 0 && (memory || cpus);
}

static bool is_socket(const char *dir, const char *name)
{
	char path[PLACE_MAX + 24];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_uid == geteuid();
}

/* The pid that we name must mean the same to the manager. */
static bool is_first_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

/* Where the manager's sockets are; only bytes that need no escape in an address of D-Bus. */
static bool place_find(char place[PLACE_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./";
	const char *given = getenv("XDG_RUNTIME_DIR");
	int n = given != NULL && given[0] == '/'
			? snprintf(place, PLACE_MAX, "%s", given)
			: snprintf(place, PLACE_MAX, "/run/user/%u", (unsigned int)geteuid());

	return n > 0 && n < PLACE_MAX && place[strspn(place, plain)] == '\0' &&
	       is_socket(place, "bus") && is_socket(place, "systemd/private") &&
	       is_first_pid_namespace() && access(BUSCTL, X_OK) == 0;
}

/* Cuts a line at its blanks. */
static void split(char *line, char *words[WORDS_MAX])
{
	size_t n = 0;

	while (line != NULL && n < WORDS_MAX - 1) {
		char *blank = strchr(line, ' ');

		words[n++] = line;
		if (blank != NULL)
			*blank++ = '\0';
		line = blank;
	}
	words[n] = NULL;
}

static int start(const char *place, const char *unit, const char *pids, pid_t *ret_pid)
{
	char line[TEXT_MAX];
	char bus[PLACE_MAX + 64];
	char runtime[PLACE_MAX + 24];
	char *words[WORDS_MAX];
	char *env[] = { bus, runtime, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int r;

	snprintf(bus, sizeof(bus), "DBUS_SESSION_BUS_ADDRESS=unix:path=%s/bus", place);
	snprintf(runtime, sizeof(runtime), "XDG_RUNTIME_DIR=%s", place);
	snprintf(line, sizeof(line),
		 BUSCTL " --user --timeout=2 call org.freedesktop.systemd1 "
			"/org/freedesktop/systemd1 org.freedesktop.systemd1.Manager "
			"StartTransientUnit ssa(sv)a(sa(sv)) %s fail 4 PIDs au %s "
			"Delegate b true Description s Tiercel CollectMode s inactive-or-failed 0",
		 unit, pids);
	split(line, words);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	r = -posix_spawn(ret_pid, BUSCTL, &actions, &attr, words, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
}

/* Whether a program ended well before a moment; it is gone on return. */
static bool ends_well(pid_t pid, uint64_t until_ms)
{
	AUTO_CLOSE int pidfd = -EBADF;
	uint64_t now = limits_now_ms();
	struct pollfd p;
	int status = -1;

	pidfd = pidfd_open(pid, 0);
	p = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	if (pidfd < 0 || poll(&p, 1, now < until_ms ? (int)(until_ms - now) : 0) <= 0)
		kill(pid, SIGKILL); /* our own child, not reaped yet */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_in(pid_t pid, const char *unit)
{
	char path[32];
	char text[TEXT_MAX * 4];

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	return cgroup_file_read(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	       strstr(text, unit) != NULL;
}

/* The answer comes before the scope is made. */
static bool is_moved(const char *unit, pid_t companion, uint64_t until_ms)
{
	struct timespec wait = { .tv_nsec = LOOK_NS };

	do {
		if (is_in(getpid(), unit) && (companion == 0 || is_in(companion, unit)))
			return true;
		nanosleep(&wait, NULL);
	} while (limits_now_ms() < until_ms);
	return false;
}

enum scope_state scope_enter(const char *id, pid_t companion)
{
	uint64_t until_ms = limits_now_ms() + DEADLINE_MS;
	char place[PLACE_MAX];
	char unit[64];
	char pids[32];
	pid_t pid = -1;

	if (!place_find(place))
		return SCOPE_ABSENT;
	snprintf(unit, sizeof(unit), "tiercel-%.24s.scope", id);
	if (companion > 0)
		snprintf(pids, sizeof(pids), "2 %d %d", (int)getpid(), (int)companion);
	else
		snprintf(pids, sizeof(pids), "1 %d", (int)getpid());
	if (start(place, unit, pids, &pid) < 0)
		return SCOPE_ABSENT;
	return ends_well(pid, until_ms) && is_moved(unit, companion, until_ms) ? SCOPE_GIVEN
									       : SCOPE_REFUSED;
}

#define ABSENT "; systemd's user manager is not there to be asked for a group"
#define REFUSED "; systemd's user manager was asked for a group and gave none"
#define LESSER(words)                                                                              \
	{                                                                                          \
		[SCOPE_UNASKED] = (words), [SCOPE_GIVEN] = (words), [SCOPE_ABSENT] = words ABSENT, \
		[SCOPE_REFUSED] = words REFUSED                                                    \
	}

const char *scope_lesser(enum scope_state state, enum cgroup_kind kind)
{
	static const char *const lesser[CGROUP_KINDS][SCOPE_END] = {
		[CGROUP_MEMORY] = LESSER("watched every 100 ms"),
		[CGROUP_PIDS] = LESSER("rlimit of the user namespace"),
		[CGROUP_CPU] = LESSER("processor affinity"),
	};

	/* Nobody is asked for a group of processes alone. */
	return lesser[kind][kind == CGROUP_PIDS ? SCOPE_UNASKED : state];
}
