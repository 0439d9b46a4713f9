/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts that a process sees. */
#include "linux/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "base/num.h"

#define NUMBER_MAX 24
#define TEXT_MAX (4u << 20)

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

/* The word at *p, which moves behind it. */
static size_t word(const char **p, const char **ret)
{
	size_t n = strcspn(*p, " \n");

	*ret = *p;
	*p += n;
	*p += **p == ' ';
	return n;
}

static bool number(const char *text, size_t n, uint64_t max, uint64_t *ret)
{
	char copy[NUMBER_MAX];

	if (n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return num_u64(copy, max, ret) == 0;
}

static bool device(const char *text, size_t n, dev_t *ret)
{
	const char *colon = memchr(text, ':', n);
	uint64_t major;
	uint64_t minor;

	if (colon == NULL || !number(text, (size_t)(colon - text), UINT32_MAX, &major) ||
	    !number(colon + 1, n - (size_t)(colon - text) - 1, UINT32_MAX, &minor))
		return false;
	*ret = makedev((unsigned int)major, (unsigned int)minor);
	return true;
}

int mountinfo_parse(const char *line, struct mountinfo *ret)
{
	const char *p = line;
	const char *text;
	size_t n;

	n = word(&p, &text);
	if (!number(text, n, UINT64_MAX, &ret->id))
		return -EBADMSG;
	word(&p, &text); /* its parent */
	n = word(&p, &text);
	if (!device(text, n, &ret->dev))
		return -EBADMSG;
	word(&p, &text); /* what of the file system */
	n = word(&p, &text);
	if (n == 0)
		return -EBADMSG;
	snprintf(ret->at, sizeof(ret->at), "%.*s", (int)n, text);
	unescape(ret->at);
	return 0;
}

int mountinfo_find(pid_t pid, bool (*is)(const struct mountinfo *m, const void *arg),
		   const void *arg)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	struct mountinfo m;
	char path[32];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	r = file_read(AT_FDCWD, path, &text, NULL);
	if (r < 0)
		return r;
	for (const char *line = text.p; line != NULL && *line != '\0';) {
		const char *end = strchr(line, '\n');

		if (mountinfo_parse(line, &m) == 0 && is(&m, arg))
			return 1;
		line = end != NULL ? end + 1 : NULL;
	}
	return 0;
}
