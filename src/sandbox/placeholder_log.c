/* SPDX-License-Identifier: Apache-2.0 */
/* Which placeholders a sandbox makes, written down first, for when all its processes are killed. */
#include "sandbox/placeholder_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "sandbox/placeholder.h"

#define FILE_NAME "placeholders"
#define FILE_MAX_BYTES ((size_t)PLACEHOLDERS_MAX * (PATH_MAX + 16))
#define DIRECTORY "/" /* in place of a text */

/* Both with the NUL that ends them: no path or text holds one. */
int placeholder_note(int box, const char *path, const char *text)
{
	AUTO_BUF struct buf line = BUF_INIT(PATH_MAX + 64);
	AUTO_CLOSE int fd = -EBADF;

	text = text != NULL ? text : DIRECTORY;
	buf_add(&line, text, strlen(text) + 1);
	buf_add(&line, path, strlen(path) + 1);
	if (line.err < 0)
		return line.err;
	fd = openat(box, FILE_NAME, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd_write_full(fd, line.p, line.n);
}

/* Only what is ever written: the bytes of a file decide about its removal. */
static bool is_known(const char *text, const char **ret)
{
	static const char *const texts[] = { PLACEHOLDER_EMPTY, PLACEHOLDER_HERE };

	*ret = NULL;
	for (size_t i = 0; i < ARRAY_LEN(texts) && *ret == NULL; i++)
		if (strcmp(text, texts[i]) == 0)
			*ret = texts[i];
	return *ret != NULL || strcmp(text, DIRECTORY) == 0;
}

static void adopt(struct placeholders *all, const char *path, const char *text)
{
	AUTO_CLOSE int root = -EBADF;
	AUTO_CLOSE int parent = -EBADF;
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!path_normal(path) || slash == path || slash - path >= PATH_MAX ||
	    !is_known(text, &text))
		return;
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path - 1), path + 1);
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	parent = path_open_beneath(root, dir, O_PATH | O_DIRECTORY, 0);
	if (parent >= 0)
		(void)placeholder_adopt(all, parent, slash + 1, text);
}

void placeholders_reload(int box, struct placeholders *all)
{
	AUTO_BUF struct buf found = BUF_INIT(FILE_MAX_BYTES);
	const char *end;

	if (file_read(box, FILE_NAME, &found, NULL) < 0 || found.p == NULL)
		return;
	end = found.p + found.n;
	for (const char *p = found.p; p < end;) {
		const char *text = p;
		const char *path = text + strlen(text) + 1;

		/* The last may be cut off: then nothing was made for it. */
		if (path >= end || path + strlen(path) + 1 > end)
			break;
		p = path + strlen(path) + 1;
		adopt(all, path, text);
	}
}

void placeholders_recover(int box)
{
	struct placeholders all = { 0 };

	if (faccessat(box, FILE_NAME, F_OK, 0) < 0)
		return;
	placeholders_reload(box, &all);
	placeholders_release(&all);
	(void)unlinkat(box, FILE_NAME, 0);
}
