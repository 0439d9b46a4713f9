/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered about a sandbox, as record.json in its directory. */
#include "sandbox/record.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "sandbox/store.h"

#define RECORD_MAX (UINT64_C(4) << 20)
#define ID_MAX (UINT32_MAX - 1) /* the last number is none; see chown(2) */

/*
 * struct member - a member of struct record or of its roots.
 * @max:    of a number; UINT64_MAX for any 64 bits; 0 for a text
 * @is_optional: a text that may be absent
 */
struct member {
	const char *name;
	size_t offset;
	uint64_t max;
	bool is_optional;
};

#define TEXT(s, m)                                                                                 \
	{                                                                                          \
#m, offsetof(struct s, m), 0, false                                                \
	}
#define MAYBE(s, m)                                                                                \
	{                                                                                          \
#m, offsetof(struct s, m), 0, true                                                 \
	}
#define NUMBER(s, m, max)                                                                          \
	{                                                                                          \
#m, offsetof(struct s, m), max, false                                              \
	}

static const struct member members[] = {
	TEXT(record, id),
	MAYBE(record, name),
	TEXT(record, status),
	TEXT(record, tier),
	TEXT(record, cwd),
	TEXT(record, command),
	NUMBER(record, start_ns, INT64_MAX),
	NUMBER(record, end_ns, INT64_MAX),
	NUMBER(record, exit_code, UINT8_MAX),
	NUMBER(record, supervisor, INT32_MAX),
	NUMBER(record, box_uid, ID_MAX),
	NUMBER(record, box_gid, ID_MAX),
};

static const struct member root_members[] = {
	TEXT(record_root, host),
	TEXT(record_root, store),
	TEXT(record_root, kind),
	NUMBER(record_root, dev, UINT64_MAX),
	NUMBER(record_root, ino, UINT64_MAX),
	NUMBER(record_root, uid, ID_MAX),
	NUMBER(record_root, gid, ID_MAX),
};

static const char *const statuses[] = { "running", "exited", NULL };
static const char *const kinds[] = { "none", "overlay", "copy", NULL };

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
		const char *text = m[i].max > 0 ? NULL : *(const char *const *)at;

		if (m[i].max > 0)
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
	int r;

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
	r = file_write(box->dir, "record.json", text, strlen(text), e);
	return r < 0 ? err_in(e, r, "%s", box->path) : 0;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL for what is neither a text nor a path in hexadecimal, and for want of memory. */
static const char *text_from_json(struct arena *a, const json_t *j)
{
	const char *hex = json_string_value(json_object_get(j, "hex"));
	size_t n = hex != NULL ? strlen(hex) / 2 : 0;
	char *s;

	if (hex == NULL || strlen(hex) % 2 != 0)
		return json_is_string(j) ? arena_str(a, json_string_value(j)) : NULL;
	s = arena_alloc(a, n + 1);
	for (size_t i = 0; s != NULL && i < n; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0 || high + low == 0)
			return NULL;
		s[i] = (char)(high * 16 + low);
	}
	return s;
}

static int number_from_json(const struct member *m, const json_t *j, uint64_t *ret)
{
	uint64_t v = (uint64_t)json_integer_value(j);

	if (!json_is_integer(j) || v > m->max)
		return -EBADMSG;
	*ret = v;
	return 0;
}

static int members_from_json(const struct member *m, size_t n, const json_t *o, struct arena *a,
			     void *to)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *j = json_object_get(o, m[i].name);
		void *at = (char *)to + m[i].offset;
		const char *text;

		if (j == NULL && m[i].is_optional)
			continue;
		if (m[i].max > 0) {
			if (number_from_json(&m[i], j, at) < 0)
				return -EBADMSG;
			continue;
		}
		text = text_from_json(a, j);
		if (text == NULL)
			return -EBADMSG;
		*(const char **)at = text;
	}
	return 0;
}

static bool is_one_of(const char *text, const char *const *choice)
{
	for (; *choice != NULL; choice++)
		if (strcmp(text, *choice) == 0)
			return true;
	return false;
}

/* What is kept of root N lies in rootN and nowhere else. */
static bool is_sound(const struct record_root *root, size_t i)
{
	char store[] = "root0";

	store[4] = (char)('0' + i);
	return path_normal(root->host) && strcmp(root->store, store) == 0 &&
	       is_one_of(root->kind, kinds);
}

static int roots_from_json(const json_t *roots, struct record *rec)
{
	size_t n = json_array_size(roots);

	if (!json_is_array(roots) || n > RECORD_ROOTS_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		if (members_from_json(root_members, ARRAY_LEN(root_members),
				      json_array_get(roots, i), &rec->arena, &rec->root[i]) < 0 ||
		    !is_sound(&rec->root[i], i))
			return -EBADMSG;
	}
	rec->roots_n = n;
	return 0;
}

static int protect_from_json(const json_t *protect, struct record *rec)
{
	size_t n = json_array_size(protect);

	if (!json_is_array(protect))
		return -EBADMSG;
	rec->protect = arena_alloc(&rec->arena, (n + 1) * sizeof(*rec->protect));
	if (rec->protect == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		rec->protect[i] = text_from_json(&rec->arena, json_array_get(protect, i));
		if (rec->protect[i] == NULL)
			return -EBADMSG;
	}
	rec->protect_n = n;
	return 0;
}

int record_parse(const char *text, size_t n, struct record *ret)
{
	AUTO_JSON json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	int r = members_from_json(members, ARRAY_LEN(members), o, &ret->arena, ret);

	if (r == 0 && !is_one_of(ret->status, statuses))
		r = -EBADMSG;
	if (r == 0)
		r = roots_from_json(json_object_get(o, "roots"), ret);
	if (r == 0)
		r = protect_from_json(json_object_get(o, "protect"), ret);
	if (r < 0) {
		record_done(ret);
		*ret = (struct record){ 0 };
	}
	return r;
}

int record_load(const struct store_box *box, struct record *ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	int r = file_read(box->dir, "record.json", &text, e);

	if (r < 0)
		return r;
	r = record_parse(text.p != NULL ? text.p : "", text.n, ret);
	if (r == 0 && strcmp(ret->id, box->id) != 0) {
		record_done(ret);
		*ret = (struct record){ 0 };
		r = -EBADMSG;
	}
	if (r < 0)
		return err_set(e, r, "sandbox %s: its record is damaged; tiercel rm %s removes it",
			       box->id, box->id);
	return 0;
}
