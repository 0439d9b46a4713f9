/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on paths: reaching what was not granted by .., link, descriptor, second root or mount. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UP "../../../../../../../../../../../../../../../.."
#define FDS_MAX 256

static int fs01(void)
{
	int v = judge_read(arg("canary"));

	return v == V_OPEN ? v : judge_read(arg("home_canary"));
}

static int fs02(void)
{
	const char *const starts[] = { ".",    arg("ws"), "/",	  "/usr",
				       "/etc", "/tmp",	  "/dev", "/proc/self" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (show_file(AT_FDCWD, path_of("%s/" UP "%s", starts[i], arg("canary"))) > 0)
			return opened("from %s", starts[i]);
	return held("..");
}

static int fs03(void)
{
	int found = 0;

	for (int fd = 3; fd < FDS_MAX; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		found++;
		if (show_file(fd, path_of(UP "%s", arg("canary"))) > 0)
			return opened("descriptor %d leads out", fd);
	}
	errno = found > 0 ? ENOTDIR : EBADF;
	return held("inherited descriptors");
}

static int double_chroot(const char *mode)
{
	int keep = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (mkdir(path_of("%s/jail", arg("ws")), 0755) < 0 && errno != EEXIST)
		return held("mkdir");
	if (chroot(path_of("%s/jail", arg("ws"))) < 0)
		return held("chroot");
	if (strcmp(mode, "keep") == 0 && fchdir(keep) < 0)
		return held("fchdir");
	for (int i = 0; i < 64; i++)
		if (chdir("..") < 0)
			return held("chdir ..");
	if (chroot(".") < 0)
		return held("chroot .");
	return judge_read(arg("canary"));
}

static int fs05(void)
{
	return double_chroot("plain");
}

static int fs06(void)
{
	return double_chroot("keep");
}

static int fs07(void)
{
	return judge_read(path_of("/proc/1/root%s", arg("canary")));
}

static int fs08(void)
{
	const char *const ways[] = { path_of("/proc/%s/root%s", arg("pid"), arg("canary")),
				     path_of("/proc/%s/cwd/canary", arg("pid")),
				     path_of("/proc/%s/fd/%s", arg("pid"), arg("fd")) };

	for (size_t i = 0; i < 3; i++)
		if (show_file(AT_FDCWD, ways[i]) > 0)
			return opened("%s", ways[i]);
	return held("/proc/PID/{root,cwd,fd}");
}

static int fs09(void)
{
	const char *const ways[] = { path_of("/proc/self/root%s", arg("canary")),
				     path_of("/proc/self/root/../..%s", arg("canary")),
				     path_of("/proc/thread-self/cwd/" UP "%s", arg("canary")),
				     path_of("/proc/self/task/%d/root%s", getpid(),
					     arg("canary")) };

	for (size_t i = 0; i < 4; i++)
		if (show_file(AT_FDCWD, ways[i]) > 0)
			return opened("%s", ways[i]);
	return held("magic links");
}

/* Wherever a mount hides the old root, the canary lies below it. */
static int fs22(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	char at[4096];

	if (file == NULL)
		return held("mountinfo");
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%*s %*s %*s %*s %4095s", at) != 1)
			continue;
		if (show_file(AT_FDCWD, path_of("%s%s", at, arg("canary"))) > 0)
			return opened("below %s", at);
	}
	fclose(file);
	errno = ENOENT;
	return held("every mount point");
}

static int fs33(void)
{
	const char *mine = path_of("%s/hard", arg("ws"));

	if (link(arg("home_canary"), mine) < 0)
		return held("link");
	return judge_read(mine);
}

static int fs34(void)
{
	char mine[4096];

	snprintf(mine, sizeof(mine), "%s/linked", arg("ws"));
	for (int fd = 3; fd < FDS_MAX; fd++) {
		if (linkat(AT_FDCWD, path_of("/proc/self/fd/%d", fd), AT_FDCWD, mine,
			   AT_SYMLINK_FOLLOW) == 0)
			return judge_read(mine);
	}
	return held("linkat of a descriptor");
}

static int fs55(void)
{
	return judge_read(arg("devshm"));
}

static int fs70(void)
{
	int v = judge_read("/etc/shadow");

	if (v != V_OPEN && opendir("/root") != NULL && strcmp(arg("home"), "/root") != 0 &&
	    strncmp(arg("home"), "/root/", 6) != 0)
		return opened("/root");
	return v;
}

static int fs71(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096];

	if (file == NULL)
		return held("mountinfo");
	while (fgets(line, sizeof(line), file) != NULL)
		if (strstr(line, "/dev/") != NULL && strstr(line, " - ") != NULL)
			return opened("%s", line);
	errno = ENOENT;
	return held("mountinfo");
}

/* A directory that is only held by a descriptor, without the right to read. */
static int fs74(void)
{
	for (int fd = 3; fd < FDS_MAX; fd++) {
		int flags = fcntl(fd, F_GETFL);

		if (flags >= 0 && (flags & O_PATH) && show_file(fd, "canary") > 0)
			return opened("O_PATH descriptor %d", fd);
	}
	return held("O_PATH descriptors");
}

static int fs76(void)
{
	char line[4096];
	FILE *file = fopen("/proc/self/cgroup", "re");

	if (file == NULL)
		return held("/proc/self/cgroup");
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strstr(line, arg("group")) != NULL)
			return opened("%s", line);
	}
	errno = ENOENT;
	return held("the host's cgroup path");
}

static int fs10(void)
{
	return judge(symlink(arg("home_canary"), path_of("%s/link.new", arg("ws"))),
		     "symlink to the host");
}

const struct act path_acts[] = {
	{ "FS-01", fs01 }, { "FS-02", fs02 }, { "FS-03", fs03 }, { "FS-05", fs05 },
	{ "FS-06", fs06 }, { "FS-07", fs07 }, { "FS-08", fs08 }, { "FS-09", fs09 },
	{ "FS-10", fs10 }, { "FS-22", fs22 }, { "FS-33", fs33 }, { "FS-34", fs34 },
	{ "FS-55", fs55 }, { "FS-70", fs70 }, { "FS-71", fs71 }, { "FS-74", fs74 },
	{ "FS-76", fs76 }, { NULL, NULL },
};
