/* SPDX-License-Identifier: Apache-2.0 */
/* Any line as a mount: what is taken has a mount point, and that ends where it must. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "linux/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct mountinfo m;

	if (line == NULL)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	memset(&m, 'x', sizeof(m));
	if (mountinfo_parse(line, &m) == 0 &&
	    (memchr(m.at, '\0', sizeof(m.at)) == NULL || strlen(m.at) > strlen(line)))
		abort();
	free(line);
	return 0;
}
