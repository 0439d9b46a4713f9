/* SPDX-License-Identifier: Apache-2.0 */
/* Which process holds a TCP socket, as far as /proc tells. */
#include "linux/proc_socket.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "linux/proc.h"

#define LINES_MAX 65536
#define LINE_MAX_BYTES 256
#define PATH_ROOM 300

struct search {
	char link[40];
	pid_t found;
};

/* The word of a line, counted from 0; "" when there are fewer. */
static const char *word_of(const char *line, int n)
{
	line += strspn(line, " ");
	for (; n > 0 && *line != '\0'; n--) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

/* Of a line: sl, local, remote, state, queues, timer, retransmits, uid, timeout, inode. */
static uint64_t inode_in(const char *line, uint16_t port)
{
	const char *local = strchr(word_of(line, 1), ':');
	char wanted[8];
	char number[24];
	uint64_t inode = 0;
	size_t n;

	snprintf(wanted, sizeof(wanted), ":%04X ", port);
	if (local == NULL || strncmp(local, wanted, strlen(wanted)) != 0)
		return 0;
	line = word_of(line, 9);
	n = strspn(line, "0123456789");
	if (n == 0 || n >= sizeof(number))
		return 0;
	memcpy(number, line, n);
	number[n] = '\0';
	return num_u64(number, UINT64_MAX, &inode) == 0 ? inode : 0;
}

/* The inode of a socket, out of one of the tables; 0 when it is not there. */
static uint64_t inode_of(pid_t root, const char *table, uint16_t port)
{
	char text[LINE_MAX_BYTES];
	uint64_t inode = 0;
	FILE *f;

	snprintf(text, sizeof(text), "/proc/%d/net/%s", root, table);
	f = fopen(text, "re");
	if (f == NULL)
		return 0;
	for (int i = 0; i < LINES_MAX && inode == 0 && fgets(text, sizeof(text), f) != NULL; i++)
		inode = inode_in(text, port);
	fclose(f);
	return inode;
}

static void look(pid_t pid, pid_t tid, void *arg)
{
	struct search *s = arg;
	char path[PATH_ROOM], link[sizeof(s->link)];
	struct dirent *entry;
	DIR *dir;

	if (s->found != 0 || pid != tid)
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (dir == NULL)
		return;
	for (entry = readdir(dir); entry != NULL && s->found == 0; entry = readdir(dir)) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[n < 0 ? 0 : n] = '\0';
		if (strcmp(link, s->link) == 0)
			s->found = pid;
	}
	closedir(dir);
}

static void program_of(pid_t pid, char ret[PROC_PROGRAM_MAX])
{
	char path[PATH_ROOM];
	FILE *f;

	ret[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	ret[fread(ret, 1, PROC_PROGRAM_MAX - 1, f)] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	fclose(f);
}

pid_t proc_socket_owner(pid_t root, uint16_t port, char ret_program[PROC_PROGRAM_MAX])
{
	static const char *const tables[] = { "tcp", "tcp6" };
	struct search s = { .found = 0 };
	uint64_t inode = 0;

	for (size_t i = 0; i < ARRAY_LEN(tables) && inode == 0; i++)
		inode = inode_of(root, tables[i], port);
	if (inode == 0)
		return 0;
	snprintf(s.link, sizeof(s.link), "socket:[%" PRIu64 "]", inode);
	proc_each(root, look, &s);
	if (s.found != 0)
		program_of(s.found, ret_program);
	return s.found;
}
