/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts that a process sees. */
#include "linux/mountinfo.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"

static void file_done(FILE **f)
{
	if (*f != NULL)
		fclose(*f);
}

static bool is_octal(const char *p)
{
	for (int i = 1; i <= 3; i++)
		if (p[i] < '0' || p[i] > '7')
			return false;
	return p[0] == '\\';
}

/* Blanks, line ends and backslashes are written as three octal digits. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (is_octal(p)) {
			*to++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

int mountinfo_parse(const char *line, struct mountinfo *ret)
{
	unsigned int major;
	unsigned int minor;

	if (sscanf(line, "%" SCNu64 " %*u %u:%u %*s %4095s", &ret->id, &major, &minor, ret->at) !=
	    4)
		return -EBADMSG;
	ret->dev = makedev(major, minor);
	unescape(ret->at);
	return 0;
}

int mountinfo_find(pid_t pid, bool (*is)(const struct mountinfo *m, const void *arg),
		   const void *arg)
{
	CLEANUP(file_done) FILE *f = NULL;
	AUTO_FREE char *line = NULL;
	struct mountinfo m;
	char path[32];
	size_t room = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return -errno;
	while (getline(&line, &room, f) > 0)
		if (mountinfo_parse(line, &m) == 0 && is(&m, arg))
			return 1;
	return 0;
}
