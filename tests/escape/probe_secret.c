/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on secrets: environment, credential files, keyrings, descriptors, residue, fingerprints. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FDS_MAX 256
#define SYSLOG_READ_ALL 3

static int s01(void)
{
	int found = 0;

	for (char **pair = environ; *pair != NULL; pair++)
		if (strstr(*pair, "_KEY=") != NULL || strstr(*pair, "_TOKEN=") != NULL)
			found += puts(*pair) >= 0;
	errno = ENOENT;
	return found > 0 ? opened("%d variables", found) : held("environment");
}

static int any_of_home(const char *const *names, size_t n)
{
	int found = 0;

	for (size_t i = 0; i < n; i++)
		found += show_file(AT_FDCWD, path_of("%s/%s", arg("home"), names[i])) > 0;
	return found > 0 ? opened("%d files", found) : held("files of the home directory");
}

static int s02(void)
{
	const char *const names[] = { ".ssh/id_ed25519",
				      ".aws/credentials",
				      ".config/gcloud/credentials.db",
				      ".azure/accessTokens.json",
				      ".kube/config",
				      ".docker/config.json",
				      ".netrc",
				      ".git-credentials",
				      ".npmrc",
				      ".pypirc",
				      ".cargo/credentials.toml" };

	return any_of_home(names, sizeof(names) / sizeof(names[0]));
}

static int s03(void)
{
	return judge_read(path_of("%s/.env", arg("ws")));
}

static int s05(void)
{
	const char *const names[] = { ".bash_history",	    ".python_history",
				      ".viminfo",	    ".mozilla/firefox/logins.json",
				      ".gnupg/secring.gpg", ".password-store/site.gpg" };

	return any_of_home(names, sizeof(names) / sizeof(names[0]));
}

static int s06(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	if (dir == NULL)
		return held("/proc");
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		/* Its own command line holds the names of what is looked for. */
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    (pid_t)num(entry->d_name) == getpid() || (pid_t)num(entry->d_name) == getppid())
			continue;
		found += show_file(AT_FDCWD, path_of("/proc/%s/environ", entry->d_name)) > 0;
	}
	closedir(dir);
	return found > 0 ? opened("%d environments", found) : held("/proc/PID/environ");
}

static int s07(void)
{
	return judge_read("/proc/keys");
}

static int s08(void)
{
	int found = 0;

	for (int fd = 3; fd < FDS_MAX; fd++) {
		char to[256];
		ssize_t n;

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		n = readlink(path_of("/proc/self/fd/%d", fd), to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		printf("%d %s\n", fd, to);
		found++;
	}
	errno = EBADF;
	return found > 0 ? opened("%d descriptors", found) : held("inherited descriptors");
}

/* What process 1 of the sandbox knows of whoever started it. */
static int s09(void)
{
	int found = show_file(AT_FDCWD, "/proc/1/environ") > 0;

	found += open("/proc/1/mem", O_RDONLY | O_CLOEXEC) >= 0;
	/* Everybody may read a command line; the runner looks for its canary there. */
	show_file(AT_FDCWD, "/proc/1/cmdline");
	return found > 0 ? opened("%d of 2", found) : held("/proc/1/{environ,mem}");
}

static int s10(void)
{
	const char *const names[] = { "SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS",
				      "WAYLAND_DISPLAY" };
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	for (size_t i = 0; i < 4; i++) {
		const char *path = getenv(names[i]);
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (path == NULL || fd < 0)
			continue;
		snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
			return opened("%s", names[i]);
	}
	errno = ENOENT;
	return held("agent sockets");
}

static int s11(void)
{
	char text[256];

	if (klogctl(SYSLOG_READ_ALL, text, sizeof(text)) > 0)
		return opened("the kernel's log");
	return judge_read(arg("log"));
}

static int s12(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) < 0)
		return held("gethostname");
	return opened("%s", name);
}

static int s12_machine(void)
{
	int v = judge_read("/etc/machine-id");

	return v == V_OPEN ? v : judge_read("/proc/sys/kernel/random/boot_id");
}

static const char *const residue_places[] = { "/tmp", "/var/tmp", "/dev/shm", "/run" };

static int s14_leave(void)
{
	int done = 0;

	for (size_t i = 0; i < 4; i++) {
		int fd = open(path_of("%s/%s", residue_places[i], arg("residue")),
			      O_CREAT | O_WRONLY | O_CLOEXEC, 0666);

		done += fd >= 0 && write(fd, arg("residue"), strlen(arg("residue"))) > 0;
	}
	return done > 0 ? opened("%d places", done) : held("nowhere to leave it");
}

static int s14(void)
{
	for (size_t i = 0; i < 4; i++)
		if (show_file(AT_FDCWD, path_of("%s/%s", residue_places[i], arg("residue"))) > 0)
			return opened("%s", residue_places[i]);
	return held("residue of an earlier run");
}

static int x01(void)
{
	char name[64] = "";

	if (readlink("/proc/self/ns/time", name, sizeof(name) - 1) < 0)
		return held("/proc/self/ns/time");
	return opened("%s", name);
}

const struct act secret_acts[] = {
	{ "S-01", s01 },
	{ "S-02", s02 },
	{ "S-03", s03 },
	{ "S-05", s05 },
	{ "S-06", s06 },
	{ "S-07", s07 },
	{ "S-08", s08 },
	{ "S-09", s09 },
	{ "S-10", s10 },
	{ "S-11", s11 },
	{ "S-12", s12 },
	{ "S-12-machine", s12_machine },
	{ "S-14-leave", s14_leave },
	{ "S-14", s14 },
	{ "X-01", x01 },
	{ NULL, NULL },
};
