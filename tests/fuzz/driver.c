/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a fuzz harness into a plain test: runs it once over each file that is named. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (data == NULL || f == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(data);
		return 1;
	}
	n = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	/* An allocation of just this size, so that the sanitizer sees the first byte read beyond.
	 */
	data = realloc(data, n > 0 ? n : 1);
	printf("%s\n", path);
	fflush(stdout);
	(void)LLVMFuzzerTestOneInput(data, n);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	return failed;
}
