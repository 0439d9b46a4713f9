/* SPDX-License-Identifier: Apache-2.0 */
/* All sandboxes of the store with their records and true status, for ps and the like. */
#include "sandbox/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "sandbox/report.h"

#define TEXT_MAX 65536

void listing_done(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		record_done(&l->v[i].rec);
	free(l->v);
	*l = (struct listing){ 0 };
}

static int64_t number_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

void listing_one(const struct store_box *box, struct listed *ret)
{
	bool is_running = store_is_running(box);
	json_t *report = NULL;

	*ret = (struct listed){ .status = LISTING_DAMAGED, .changed = -1, .risky = -1 };
	memcpy(ret->id, box->id, sizeof(ret->id));
	if (record_load(box, &ret->rec, NULL) == 0)
		ret->status =
			strcmp(ret->rec.status, "running") == 0 ? LISTING_DEAD : LISTING_EXITED;
	if (is_running)
		ret->status = LISTING_RUNNING;
	if (report_load(box->dir, &report, NULL) == 0 && report != NULL) {
		ret->changed = number_of(report, "changed");
		ret->risky = number_of(report, "risky");
	}
	json_decref(report);
}

static int append(struct store_box *box, void *arg)
{
	struct listing *l = arg;
	struct listed *v = l->v;

	/* Grows to the next power of two. */
	if ((l->n & (l->n - 1)) == 0)
		v = reallocarray(l->v, l->n == 0 ? 1 : l->n * 2, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	l->v = v;
	listing_one(box, &l->v[l->n++]);
	return 0;
}

static int newer_first(const void *a, const void *b)
{
	const struct listed *x = a;
	const struct listed *y = b;

	if (x->rec.start_ns != y->rec.start_ns)
		return x->rec.start_ns > y->rec.start_ns ? -1 : 1;
	return strcmp(x->id, y->id);
}

int listing_read(struct listing *ret, struct err *e)
{
	struct listing l = { 0 };
	int r = store_each(append, &l, e);

	if (r < 0) {
		listing_done(&l);
		return err_in(e, r, "cannot list sandboxes");
	}
	if (l.n > 1)
		qsort(l.v, l.n, sizeof(*l.v), newer_first);
	*ret = l;
	return 0;
}

const char *listing_word(enum listing_status status)
{
	static const char *const words[LISTING_END] = { "running", "exited", "dead", "damaged" };

	return words[status];
}

static json_t *text_json(const char *text)
{
	AUTO_BUF struct buf shown = BUF_INIT(TEXT_MAX);
	json_t *o;

	if (text == NULL)
		return json_null();
	o = json_string(text);
	if (o != NULL)
		return o;
	buf_escape(&shown, text, strlen(text));
	return json_string(shown.p != NULL ? shown.p : "");
}

static json_t *known(int64_t n, bool is_known)
{
	return is_known ? json_integer((json_int_t)n) : json_null();
}

json_t *listing_json(const struct listed *l)
{
	const struct record *r = &l->rec;
	bool has_ended = l->status == LISTING_EXITED;
	json_t *o = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "id", l->id, "name",
			      text_json(r->name), "status", listing_word(l->status), "tier",
			      text_json(r->tier), "workspace",
			      text_json(r->roots_n > 0 ? r->root[0].host : NULL), "cwd",
			      text_json(r->cwd), "command", text_json(r->command));

	if (o == NULL)
		return NULL;
	json_object_set_new(o, "start_ns", known((int64_t)r->start_ns, r->start_ns > 0));
	json_object_set_new(o, "end_ns", known((int64_t)r->end_ns, has_ended));
	json_object_set_new(o, "exit_code", known((int64_t)r->exit_code, has_ended));
	json_object_set_new(o, "changed", known(l->changed, l->changed >= 0));
	json_object_set_new(o, "risky", known(l->risky, l->risky >= 0));
	return o;
}
