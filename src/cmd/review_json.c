/* SPDX-License-Identifier: Apache-2.0 */
/* Pending changes as JSON. */
#include "cmd/review_json.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "cmd/review_open.h"
#include "review/apply.h"
#include "review/risk.h"
#include "review/show.h"

static void put_path(json_t *to, const char *key, const char *path)
{
	AUTO_BUF struct buf b = BUF_INIT(1 << 20);
	json_t *plain = json_string(path);

	if (plain) {
		json_object_set_new(to, key, plain);
		return;
	}
	buf_escape(&b, path, strlen(path));
	json_object_set_new(to, key, json_string(b.p ? b.p : ""));
	json_object_set_new(to, "path_escaped", json_true());
}

static const char *conflict_word(enum conflict c)
{
	switch (c) {
	case CONFLICT_NONE:
		return "none";
	case CONFLICT_MERGED:
		return "merged";
	case CONFLICT_HOST:
		return "host";
	case CONFLICT_SPECIAL:
		return "special";
	}
	return "none";
}

static json_t *change_json(const struct review_open *o, const struct review_change *c,
			   const struct apply_item *item)
{
	json_t *one = json_object();
	json_t *risk = json_array();
	unsigned int i;

	put_path(one, "path", c->path);
	json_object_set_new(one, "root", json_string(o->review.root[c->root].path));
	json_object_set_new(one, "kind", json_string(show_kind(c)));
	if (c->from)
		put_path(one, "from", c->from);
	json_object_set_new(one, "old_mode", json_integer(c->old.mode));
	json_object_set_new(one, "new_mode", json_integer(c->now.mode));
	json_object_set_new(one, "old_size", json_integer((json_int_t)c->old.size));
	json_object_set_new(one, "new_size", json_integer((json_int_t)c->now.size));
	for (i = 0; risk_name(i); i++) {
		if (c->flags & (1U << i))
			json_array_append_new(risk, json_string(risk_name(i)));
	}
	json_object_set_new(one, "risk", risk);
	json_object_set_new(one, "conflict", json_string(conflict_word(item->conflict)));
	return one;
}

int review_json(const struct review_open *o, const struct apply_item *items, bool is_apply,
		struct err *e)
{
	json_t *all = json_object();
	json_t *list = json_array();
	size_t i;
	int r;

	json_object_set_new(all, "id", json_string(o->box.id));
	for (i = 0; i < o->changes.n; i++) {
		json_t *one;

		if (!o->changes.v[i].is_picked && !is_apply)
			continue;
		one = change_json(o, &o->changes.v[i], &items[i]);
		if (is_apply)
			json_object_set_new(one, "applied",
					    json_boolean(o->changes.v[i].is_picked));
		json_array_append_new(list, one);
	}
	json_object_set_new(all, "changes", list);
	r = json_dumpf(all, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF;
	json_decref(all);
	return r ? err_set(e, -EIO, "cannot write JSON") : 0;
}
