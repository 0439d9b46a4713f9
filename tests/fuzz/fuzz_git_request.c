/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a push: commands lie within the bytes, each step goes on, refs are plain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/git_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_command(const struct git_command *c, const uint8_t *p, size_t end)
{
	const char *start = (const char *)p;

	if (c->ref.n < 6 || c->ref.p < start || c->ref.p + c->ref.n > start + end ||
	    memcmp(c->ref.p, "refs/", 5) != 0 || memchr(c->ref.p, '\0', c->ref.n) != NULL ||
	    memchr(c->ref.p, '*', c->ref.n) != NULL || memmem(c->ref.p, c->ref.n, "..", 2) != NULL)
		abort();
}

static void check_request(const uint8_t *data, size_t size)
{
	static struct http_path path;
	const uint8_t *mark = size > 0 ? memchr(data, '?', size) : NULL;
	struct http_text query = { "", 0 };
	struct http_text get = { "GET", 3 };
	struct git_request r;

	if (http_path_parse((const char *)data, size, &path) < 0)
		return;
	if (mark != NULL)
		query = (struct http_text){ (const char *)mark + 1,
					    size - (size_t)(mark + 1 - data) };
	if (git_request_parse(&get, &path, &query, &r) == 0 && r.repo.n > path.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct git_command c;
	size_t at = 0;
	int r = 1;

	while (r == 1) {
		size_t before = at;

		r = git_command_next(data, size, &at, &c);
		if (at > size || (r == 1 && at <= before))
			abort();
		if (r == 1)
			check_command(&c, data, at);
	}
	check_request(data, size);
	return 0;
}
