/* SPDX-License-Identifier: Apache-2.0 */
/* What a process tree holds that neither its sizes nor a look through directories show. */
#include "linux/proc_held.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/proc.h"

#define SEEN_BITS 15
#define SEEN_TRIES 64
#define BLOCK_BYTES 512u
#define TEXT_MAX 4096
#define PATH_ROOM 320

struct seen {
	uint64_t dev;
	uint64_t ino;
};

struct look {
	struct seen *seen;
	dev_t memory_dev; /* all memory files lie on one mount of the kernel's own */
	uint64_t files_bytes;
	uint64_t mapped_bytes;
	uint64_t deleted_bytes;
};

/* A table that is full forgets: then a file counts twice rather than not at all. */
static bool is_new(struct look *l, const struct stat *st)
{
	uint64_t h = (st->st_ino * UINT64_C(11400714819323198485)) >> (64 - SEEN_BITS);

	for (uint64_t i = 0; i < SEEN_TRIES; i++) {
		struct seen *s = &l->seen[(h + i) & ((1u << SEEN_BITS) - 1)];

		if (s->ino == st->st_ino && s->dev == st->st_dev)
			return false;
		if (s->ino == 0) {
			*s = (struct seen){ st->st_dev, st->st_ino };
			return true;
		}
	}
	return true;
}

static void file_add(struct look *l, const char *path)
{
	struct statfs fs;
	struct stat st;
	uint64_t bytes;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink > 0 || !is_new(l, &st))
		return;
	bytes = (uint64_t)st.st_blocks * BLOCK_BYTES;
	if (st.st_dev == l->memory_dev)
		l->files_bytes += bytes;
	else if (statfs(path, &fs) == 0 && fs.f_type != TMPFS_MAGIC)
		l->deleted_bytes += bytes;
}

static void files_add(struct look *l, const char *folder)
{
	char path[PATH_ROOM];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file_add(l, path);
	}
	closedir(dir);
}

/* The number of KiB behind a name in a file of /proc, in bytes. */
static uint64_t kib_of(const char *path, const char *name)
{
	AUTO_CLOSE int fd = -EBADF;
	char text[TEXT_MAX + 1];
	uint64_t kib = 0;
	const char *at;
	ssize_t n;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : fd_read_full(fd, text, TEXT_MAX);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, name);
	if (at == NULL)
		return 0;
	for (at += strlen(name); *at == ' ';)
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		kib = kib * 10 + (uint64_t)(*at - '0');
	return kib << 10;
}

static void thread_look(pid_t pid, pid_t tid, void *arg)
{
	struct look *l = arg;
	char path[64];

	/* A thread may have descriptors of its own. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/fd", pid, tid);
	files_add(l, path);
	if (pid != tid)
		return;
	snprintf(path, sizeof(path), "/proc/%d/map_files", pid);
	files_add(l, path);
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	l->mapped_bytes += kib_of(path, "\nPss_Shmem:");
}

void proc_held(pid_t root, struct proc_held *ret)
{
	AUTO_FREE struct seen *seen = calloc(1u << SEEN_BITS, sizeof(*seen));
	struct look l = { .seen = seen };
	AUTO_CLOSE int fd = -EBADF;
	struct stat st;

	*ret = (struct proc_held){ 0 };
	fd = memfd_create("look", MFD_CLOEXEC);
	if (seen == NULL || fd < 0 || fstat(fd, &st) < 0)
		return;
	l.memory_dev = st.st_dev;
	proc_each(root, thread_look, &l);
	ret->shared_bytes = l.files_bytes > l.mapped_bytes ? l.files_bytes : l.mapped_bytes;
	ret->deleted_bytes = l.deleted_bytes;
}

uint64_t proc_shared_total(void)
{
	return kib_of("/proc/meminfo", "\nShmem:");
}
