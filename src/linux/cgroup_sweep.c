/* SPDX-License-Identifier: Apache-2.0 */
/* Groups that were left when everybody who would have removed them was killed. */
#include "linux/cgroup_sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup.h"
#include "linux/cgroup_file.h"
#include "linux/cgroup_parse.h"

#define PREFIX "tiercel-"
#define ID_LEN 12
#define MAKING_S 10
#define TEXT_MAX 8192

struct sweep {
	bool (*is_gone)(const char *id, void *arg);
	void *arg;
};

static bool is_ours(const char *name)
{
	const char *id = name + strlen(PREFIX);

	return strncmp(name, PREFIX, strlen(PREFIX)) == 0 && strlen(id) == ID_LEN &&
	       strspn(id, "0123456789abcdef") == ID_LEN;
}

static bool is_old(int parent, const char *name)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time(NULL) - st.st_mtime >= MAKING_S;
}

static void sweep_group(const struct sweep *s, const char *path, long magic)
{
	int fd = cgroup_file_open(path, magic);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		fd_close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		/* The kernel removes no group that holds a process. */
		if (is_ours(name) && is_old(dirfd(dir), name) &&
		    s->is_gone(name + strlen(PREFIX), s->arg))
			(void)unlinkat(dirfd(dir), name, AT_REMOVEDIR);
	}
	closedir(dir);
}

/* A group and all above it; inside a container the path may be one of outside, but its end is ours.
 */
static void sweep_up(const struct sweep *s, const char *mount, char *group, long magic)
{
	char path[PATH_MAX * 2];
	char *slash;

	do {
		snprintf(path, sizeof(path), "%s%s", mount, group);
		sweep_group(s, path, magic);
		slash = strrchr(group, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (slash != NULL);
}

void cgroup_sweep(bool (*is_gone)(const char *id, void *arg), void *arg)
{
	struct sweep s = { is_gone, arg };
	char text[TEXT_MAX];
	char group[PATH_MAX];
	char mount[64];

	if (cgroup_file_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) < 0)
		return;
	for (int kind = 0; kind < CGROUP_KINDS; kind++) {
		snprintf(mount, sizeof(mount), CGROUP_MOUNT "/%s",
			 cgroup_kind_name((enum cgroup_kind)kind));
		if (cgroup_parse_v1(text, (enum cgroup_kind)kind, group, sizeof(group)) == 0)
			sweep_up(&s, mount, group, CGROUP_SUPER_MAGIC);
	}
	if (cgroup_parse_v2(text, group, sizeof(group)) == 0)
		sweep_up(&s, CGROUP_MOUNT, group, CGROUP2_SUPER_MAGIC);
}
