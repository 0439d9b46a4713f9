/* SPDX-License-Identifier: Apache-2.0 */
/* Any words as the options of run: an error of one line, or every word accounted for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/run_opts.h"

#define WORDS_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

/* Words are ended by NUL, as in /proc/PID/cmdline. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *words[WORDS_MAX + 1];
	struct run_args args = { 0 };
	struct err e = { 0 };
	size_t n = 0;
	int stops;
	int r;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size && n < WORDS_MAX; at += strlen(text + at) + 1)
		words[n++] = text + at;
	words[n] = NULL;
	stops = size % 2 != 0;
	r = opt_parse(run_opts, stops, &args, words, &e);
	if (r < 0) {
		must(e.code == r && e.text[0] != '\0');
	} else {
		must((size_t)r <= n && words[r] == NULL);
		for (size_t i = 0; i < args.fields.n; i++)
			must(args.fields.flag[i].text != NULL && args.fields.flag[i].flag != NULL);
	}
	free(text);
	return 0;
}
