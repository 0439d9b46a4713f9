/* SPDX-License-Identifier: Apache-2.0 */
/* The texts in which the kernel tells of control groups. */
#include "linux/cgroup_parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const names[CGROUP_KINDS] = { "memory", "pids", "cpu" };

const char *cgroup_kind_name(enum cgroup_kind kind)
{
	return names[kind];
}

unsigned int cgroup_parse_kinds(const char *list)
{
	unsigned int kinds = 0;

	while (*list != '\0') {
		size_t len = strcspn(list, " ,\n");

		for (int i = 0; i < CGROUP_KINDS; i++)
			if (strlen(names[i]) == len && strncmp(list, names[i], len) == 0)
				kinds |= 1u << i;
		list += len + (list[len] != '\0');
	}
	return kinds;
}

void cgroup_print_kinds(unsigned int kinds, char sign, char *ret, size_t n)
{
	size_t at = 0;

	ret[0] = '\0';
	for (int i = 0; i < CGROUP_KINDS && at < n; i++)
		if (kinds & 1u << i)
			at += (size_t)snprintf(ret + at, n - at, "%s%c%s", at > 0 ? " " : "", sign,
					       names[i]);
}

bool cgroup_parse_is_unit(const char *group)
{
	static const char *const kinds[] = { ".slice", ".scope", ".service" };
	size_t len = strlen(group);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i]);

		if (len > n && strcmp(group + len - n, kinds[i]) == 0)
			return true;
	}
	return false;
}

bool cgroup_parse_is_only(const char *text, pid_t pid, pid_t other)
{
	char first[16];
	char second[16];
	size_t n;
	size_t m;

	n = (size_t)snprintf(first, sizeof(first), "%d\n", (int)pid);
	m = (size_t)snprintf(second, sizeof(second), "%d\n", (int)other);
	/* "0" is a process of another pid namespace. */
	if (other <= 0)
		return strcmp(text, first) == 0;
	if (strncmp(text, second, m) == 0)
		return strcmp(text + m, first) == 0;
	return strncmp(text, first, n) == 0 && (text[n] == '\0' || strcmp(text + n, second) == 0);
}

/* Copies the path at the end of a line; "/" becomes "". */
static int path_copy(const char *path, char *ret, size_t n)
{
	size_t len = strcspn(path, "\n");

	if (len == 1)
		len = 0;
	return snprintf(ret, n, "%.*s", (int)len, path) >= (int)n ? -ENAMETOOLONG : 0;
}

/* Each line is "number:controllers:path". */
int cgroup_parse_v1(const char *text, enum cgroup_kind kind, char *ret, size_t n)
{
	while (*text != '\0') {
		const char *first = strchr(text, ':');
		const char *second = first != NULL ? strchr(first + 1, ':') : NULL;
		char list[256];

		if (second == NULL)
			return -ENOENT;
		snprintf(list, sizeof(list), "%.*s", (int)(second - first - 1), first + 1);
		if (cgroup_parse_kinds(list) & 1u << kind)
			return path_copy(second + 1, ret, n);
		text = second + strcspn(second, "\n");
		text += *text == '\n';
	}
	return -ENOENT;
}

int cgroup_parse_v2(const char *text, char *ret, size_t n)
{
	const char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");

	if (line == NULL)
		return -ENOENT;
	return path_copy(line + (line == text ? 3 : 4), ret, n);
}

uint64_t cgroup_parse_count(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (*text != '\0') {
		uint64_t v = 0;

		if (strncmp(text, key, n) == 0 && text[n] == ' ') {
			for (const char *p = text + n + 1; *p >= '0' && *p <= '9'; p++)
				v = v * 10 + (uint64_t)(*p - '0');
			return v;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return 0;
}
