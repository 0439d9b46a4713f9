/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered about a sandbox, as record.json in its directory. */
#include "sandbox/record.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "sandbox/store.h"

#define RECORD_MAX (UINT64_C(4) << 20)

/* Members of struct record and of its roots, by name. */
struct member {
	const char *name;
	size_t offset;
	bool is_number;
};

#define TEXT(s, m)                                                                                 \
	{                                                                                          \
#m, offsetof(struct s, m), false                                                   \
	}
#define NUMBER(s, m)                                                                               \
	{                                                                                          \
#m, offsetof(struct s, m), true                                                    \
	}

static const struct member members[] = {
	TEXT(record, id),	    TEXT(record, name),	     TEXT(record, status),
	TEXT(record, tier),	    TEXT(record, cwd),	     TEXT(record, command),
	NUMBER(record, start_ns),   NUMBER(record, end_ns),  NUMBER(record, exit_code),
	NUMBER(record, supervisor), NUMBER(record, box_uid), NUMBER(record, box_gid),
};

static const struct member root_members[] = {
	TEXT(record_root, host),  TEXT(record_root, store), TEXT(record_root, kind),
	NUMBER(record_root, dev), NUMBER(record_root, ino), NUMBER(record_root, uid),
	NUMBER(record_root, gid),
};

static void json_cleanup(json_t **j)
{
	json_decref(*j);
}

#define AUTO_JSON CLEANUP(json_cleanup)

void record_done(struct record *rec)
{
	arena_done(&rec->arena);
}

/* Bytes that are no UTF-8 cannot stand in JSON; paths with such are kept as hexadecimal. */
static json_t *text_to_json(const char *s)
{
	AUTO_BUF struct buf hex = BUF_INIT(65536);
	json_t *j = json_string(s);

	if (j != NULL)
		return j;
	for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++)
		buf_printf(&hex, "%02x", *p);
	return json_pack("{s:s}", "hex", hex.p != NULL ? hex.p : "");
}

static json_t *members_to_json(const struct member *m, size_t n, const void *from)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++) {
		const void *at = (const char *)from + m[i].offset;
		const char *text = m[i].is_number ? NULL : *(const char *const *)at;

		if (m[i].is_number)
			json_object_set_new(o, m[i].name,
					    json_integer((json_int_t) * (const uint64_t *)at));
		else if (text != NULL)
			json_object_set_new(o, m[i].name, text_to_json(text));
	}
	return o;
}

int record_save(const struct store_box *box, const struct record *rec, struct err *e)
{
	AUTO_JSON json_t *o = members_to_json(members, ARRAY_LEN(members), rec);
	json_t *roots = json_array();
	json_t *protect = json_array();
	AUTO_FREE char *text = NULL;

	for (uint64_t i = 0; i < rec->roots_n; i++)
		json_array_append_new(roots, members_to_json(root_members, ARRAY_LEN(root_members),
							     &rec->root[i]));
	for (uint64_t i = 0; i < rec->protect_n; i++)
		json_array_append_new(protect, text_to_json(rec->protect[i]));
	json_object_set_new(o, "roots", roots);
	json_object_set_new(o, "protect", protect);
	text = json_dumps(o, JSON_INDENT(1) | JSON_SORT_KEYS);
	if (text == NULL)
		return err_sys(e, -ENOMEM, "record.json");
	return file_write(box->dir, "record.json", text, strlen(text), e);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *text_from_json(struct arena *a, const json_t *j)
{
	const char *hex = json_string_value(json_object_get(j, "hex"));
	size_t n = hex != NULL ? strlen(hex) / 2 : 0;
	char *s;

	if (hex == NULL)
		return arena_str(a, json_string_value(j));
	s = arena_alloc(a, n + 1);
	for (size_t i = 0; s != NULL && i < n; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		s[i] = (char)(high * 16 + low);
	}
	return s;
}

static int members_from_json(const struct member *m, size_t n, const json_t *o, struct arena *a,
			     void *to)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *j = json_object_get(o, m[i].name);
		void *at = (char *)to + m[i].offset;

		if (m[i].is_number && !json_is_integer(j))
			return -EBADMSG;
		if (m[i].is_number)
			*(uint64_t *)at = (uint64_t)json_integer_value(j);
		else if (j != NULL)
			*(const char **)at = text_from_json(a, j);
	}
	return 0;
}

static int roots_from_json(const json_t *roots, struct record *rec)
{
	size_t n = json_array_size(roots);
	int r = n > RECORD_ROOTS_MAX ? -EBADMSG : 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		r = members_from_json(root_members, ARRAY_LEN(root_members),
				      json_array_get(roots, i), &rec->arena, &rec->root[i]);
		if (r == 0 && (rec->root[i].host == NULL || rec->root[i].store == NULL ||
			       rec->root[i].kind == NULL))
			r = -EBADMSG;
	}
	rec->roots_n = n;
	return r;
}

static int from_json(const json_t *o, struct record *rec)
{
	const json_t *protect = json_object_get(o, "protect");
	int r = members_from_json(members, ARRAY_LEN(members), o, &rec->arena, rec);

	if (r == 0)
		r = roots_from_json(json_object_get(o, "roots"), rec);
	if (r < 0 || rec->id == NULL || rec->status == NULL)
		return -EBADMSG;
	rec->protect_n = json_array_size(protect);
	rec->protect = arena_alloc(&rec->arena, (rec->protect_n + 1) * sizeof(*rec->protect));
	for (size_t i = 0; rec->protect != NULL && i < rec->protect_n; i++) {
		rec->protect[i] = text_from_json(&rec->arena, json_array_get(protect, i));
		if (rec->protect[i] == NULL)
			return -EBADMSG;
	}
	return rec->protect == NULL ? -ENOMEM : 0;
}

int record_load(const struct store_box *box, struct record *ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	AUTO_JSON json_t *o = NULL;
	int r = file_read(box->dir, "record.json", &text, e);

	if (r < 0)
		return r;
	o = json_loadb(text.p != NULL ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
	r = o == NULL ? -EBADMSG : from_json(o, ret);
	if (r < 0) {
		record_done(ret);
		return err_set(e, r,
			       "sandbox %s: its record is damaged; tiercel rm -f %s removes it",
			       box->id, box->id);
	}
	return 0;
}
