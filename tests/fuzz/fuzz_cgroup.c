/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as what the kernel says of control groups: a path that fits, on one line, or none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "linux/cgroup_parse.h"

#define SMALL 8
#define LARGE 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static void check_path(const char *text, int kind, size_t n)
{
	char *ret = malloc(n);
	int r;

	if (ret == NULL)
		return;
	r = kind < CGROUP_KINDS ? cgroup_parse_v1(text, (enum cgroup_kind)kind, ret, n)
				: cgroup_parse_v2(text, ret, n);
	if (r == 0)
		must(strlen(ret) < n && strchr(ret, '\n') == NULL && strcmp(ret, "/") != 0);
	else
		must(r < 0);
	free(ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "oom_kill", "oom", "", "populated" };
	char *text = malloc(size + 1);
	char list[64];
	unsigned int kinds;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (int kind = 0; kind <= CGROUP_KINDS; kind++) {
		check_path(text, kind, SMALL);
		check_path(text, kind, LARGE);
	}
	kinds = cgroup_parse_kinds(text);
	must(kinds < 1u << CGROUP_KINDS);
	cgroup_print_kinds(kinds, ' ', list, sizeof(list));
	must(cgroup_parse_kinds(list) == kinds);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		(void)cgroup_parse_count(text, keys[i]);
	(void)cgroup_parse_is_unit(text);
	must(!cgroup_parse_is_only(text, 7, 8) || strchr(text, '7') != NULL);
	must(cgroup_parse_is_only("7\n", 7, 8) && cgroup_parse_is_only("8\n7\n", 7, 8));
	must(!cgroup_parse_is_only("7\n9\n", 7, 8));
	free(text);
	return 0;
}
