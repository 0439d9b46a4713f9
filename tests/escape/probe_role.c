/* SPDX-License-Identifier: Apache-2.0 */
/* Roles beside the acts: the sentinel on the host, a daemon, programs that say who they are. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY_SECONDS 300
#define DAEMON_SECONDS 20

/* Keeps a secret in its memory and says which signals reach it. */
static int sentinel(void)
{
	static char marker[64];
	struct signalfd_siginfo info;
	sigset_t all;
	int fd;

	snprintf(marker, sizeof(marker), "%s", arg("marker"));
	sigemptyset(&all);
	sigaddset(&all, SIGUSR1);
	sigaddset(&all, SIGURG);
	/* Heard last: whoever sends it learns when all before it has been said. */
	sigaddset(&all, SIGWINCH);
	sigprocmask(SIG_BLOCK, &all, NULL);
	fd = signalfd(-1, &all, SFD_CLOEXEC);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	printf("READY 0x%lx %d\n", (unsigned long)marker, open(arg("canary"), O_RDONLY));
	fflush(stdout);
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		printf("SIGNAL %u\n", info.ssi_signo);
		fflush(stdout);
	}
	return 1;
}

static int say_ids(void)
{
	uid_t real;
	uid_t effective;
	uid_t saved;
	char line[256];
	FILE *status = fopen("/proc/self/status", "re");

	getresuid(&real, &effective, &saved);
	printf("UID %u %u %u\n", real, effective, saved);
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "CapEff", 6) == 0)
			fputs(line, stdout);
	return 0;
}

/* Leaves the session and its parent, as a daemon does; found by its command line. */
static int daemon_(void)
{
	if (fork() != 0)
		return 0;
	setsid();
	if (fork() != 0)
		_exit(0);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	sleep(DAEMON_SECONDS);
	return 0;
}

/* keys NAME VALUE PROGRAM…: a session keyring with a secret, then the program. */
static int with_keys(void)
{
	const char *program = arg("then");

	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
	/* As a login does: what is in the user's ring is possessed through the session's. */
	syscall(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING, 0, 0);
	for (int ring = KEY_SPEC_SESSION_KEYRING; ring >= KEY_SPEC_USER_KEYRING; ring--) {
		long key = syscall(SYS_add_key, "user", arg("key"), arg("value"),
				   strlen(arg("value")), ring);

		if (key < 0)
			return broken("add_key");
		/* Readable by whoever possesses it or has the uid; gone by itself. */
		syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f3f0000, 0, 0);
		syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, KEY_SECONDS, 0, 0);
	}
	execl("/bin/sh", "sh", "-c", program, (char *)NULL);
	return broken("exec");
}

const struct act role_acts[] = {
	{ "sentinel", sentinel },   { "say-ids", say_ids }, { "daemon", daemon_ },
	{ "with-keys", with_keys }, { NULL, NULL },
};
