/* SPDX-License-Identifier: Apache-2.0 */
/* The events of a sandbox, read back: all of them, or as they come. */
#include "sandbox/events_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "sandbox/events.h"
#include "sandbox/store.h"

#define FILE_MAX_BYTES (UINT64_C(4) << 20)
#define LOADED_MAX 1024
#define PAUSE_NS 100000000
#define CHUNK 65536

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static bool is_event(const json_t *o)
{
	return text_of(o, "type") != NULL && text_of(o, "target") != NULL &&
	       text_of(o, "reason") != NULL && json_is_integer(json_object_get(o, "count")) &&
	       json_is_integer(json_object_get(o, "time_ns"));
}

/* The same kind again: only the numbers are news. */
static int merge(json_t *list, json_t *one)
{
	static const char *const news[] = { "count", "bytes_in", "bytes_out", "address" };

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *o = json_array_get(list, i);

		if (strcmp(text_of(o, "type"), text_of(one, "type")) != 0 ||
		    strcmp(text_of(o, "target"), text_of(one, "target")) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(news); k++)
			if (json_object_get(one, news[k]) != NULL)
				json_object_set(o, news[k], json_object_get(one, news[k]));
		return 0;
	}
	if (json_array_size(list) >= LOADED_MAX)
		return -E2BIG;
	return json_array_append(list, one) < 0 ? -ENOMEM : 0;
}

static int lines_merge(json_t *list, const char *p, size_t left, struct err *e)
{
	for (int line = 1; left > 0; line++) {
		const char *end = memchr(p, '\n', left);
		size_t n = end != NULL ? (size_t)(end - p) : left;
		json_t *o = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
		int r = o != NULL && is_event(o) ? merge(list, o) : -EBADMSG;

		json_decref(o);
		/* A last line without its end was being written when the writer was killed. */
		if (r == -EBADMSG && end == NULL)
			return 0;
		if (r < 0)
			return err_set(e, r, EVENTS_FILE ":%d: no event", line);
		n += end != NULL;
		p += n;
		left -= n;
	}
	return 0;
}

int events_parse(const char *p, size_t n, json_t **ret, struct err *e)
{
	json_t *list = json_array();
	int r = list == NULL ? err_sys(e, -ENOMEM, "events") : lines_merge(list, p, n, e);

	if (r < 0) {
		json_decref(list);
		return r;
	}
	*ret = list;
	return 0;
}

int events_load(int dir, json_t **ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(FILE_MAX_BYTES);
	int r = 0;

	if (faccessat(dir, EVENTS_FILE, F_OK, 0) == 0)
		r = file_read(dir, EVENTS_FILE, &text, e);
	return r < 0 ? r : events_parse(text.p, text.n, ret, e);
}

struct tail {
	int (*see)(const json_t *event, void *arg);
	void *arg;
	struct buf rest; /* of a line whose end is not written yet */
};

/* Each whole line of @rest; what is left stays there. */
static int lines(struct tail *t, struct err *e)
{
	size_t at = 0;
	int r = 0;

	while (r >= 0 && at < t->rest.n) {
		const char *end = memchr(t->rest.p + at, '\n', t->rest.n - at);
		json_t *list = NULL;

		if (end == NULL)
			break;
		r = events_parse(t->rest.p + at, (size_t)(end - t->rest.p) - at + 1, &list, e);
		if (r == 0)
			r = t->see(json_array_get(list, 0), t->arg);
		json_decref(list);
		at = (size_t)(end - t->rest.p) + 1;
	}
	memmove(t->rest.p, t->rest.p + at, t->rest.n - at);
	t->rest.n -= at;
	return r < 0 ? r : 0;
}

static int more(struct tail *t, int fd, struct err *e)
{
	char chunk[CHUNK];
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = read(fd, chunk, sizeof(chunk))) > 0) {
		buf_add(&t->rest, chunk, (size_t)n);
		r = t->rest.err != 0 ? err_sys(e, t->rest.err, "events") : lines(t, e);
	}
	return r;
}

int events_tail(const struct store_box *box, int (*see)(const json_t *event, void *arg), void *arg,
		struct err *e)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct tail t = { .see = see, .arg = arg, .rest = BUF_INIT((size_t)CHUNK * 4) };
	AUTO_CLOSE int fd = -EBADF;
	bool is_running = true;
	int r = 0;

	while (r == 0 && is_running) {
		/* Asked first, so that what was written before the end is read after it. */
		is_running = store_is_running(box);
		if (fd < 0)
			fd = openat(box->dir, EVENTS_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			r = more(&t, fd, e);
		if (is_running && r == 0)
			nanosleep(&pause, NULL);
	}
	buf_done(&t.rest);
	return r;
}
