/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a host pattern: what passes is made of the few bytes that patterns are made of. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/host_name.h"

#define PATTERN_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-.:*/[]";
	char *text = malloc(size + 1);
	const char *star;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (host_pattern_check(text) == 0) {
		must(text[0] != '\0' && strlen(text) < PATTERN_MAX);
		must(strspn(text, bytes) == strlen(text));
		must(strstr(text, "..") == NULL && strstr(text, "-.") == NULL);
		/* A star stands at the beginning, before a dot, or for any port at the end. */
		star = strrchr(text, '*');
		must(star == NULL || star == text || (star[-1] == ':' && star[1] == '\0'));
		must(text[0] != '*' || text[1] == '.');
	}
	free(text);
	return 0;
}
