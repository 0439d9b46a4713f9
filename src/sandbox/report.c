/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a run: how it went, and what became of each field of the policy. */
#include "sandbox/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/file.h"
#include "plan/plan.h"
#include "policy/fields.h"
#include "policy/value.h"
#include "sandbox/run.h"
#include "tier/part_egress.h"

#define FILE_NAME "report.json"
#define FILE_MAX_BYTES (UINT64_C(4) << 20)
#define VERSION 1
#define TEXT_ROOM 64

/* JSON is UTF-8; bytes from outside that are not become visible escapes. */
static json_t *text_json(const char *text)
{
	AUTO_BUF struct buf shown = BUF_INIT(FILE_MAX_BYTES);
	json_t *o = json_string(text);

	if (o != NULL)
		return o;
	buf_escape(&shown, text, strlen(text));
	return json_string(shown.p != NULL ? shown.p : "");
}

/* Limits that the supervisor keeps by its own watch, with what the kernel does of them. */
static const char *mechanism(const struct run_result *res, enum policy_field field)
{
	static const char *const watched[FIELD_END] = {
		[FIELD_LIMITS_TIME] = "watched by the supervisor",
		[FIELD_LIMITS_DISK] = "watched by the supervisor",
		[FIELD_LIMITS_OUTPUT] = "watched by the supervisor",
	};
	const char *const grouped[FIELD_END] = {
		[FIELD_LIMITS_MEMORY] = res->limits[0],
		[FIELD_LIMITS_PIDS] = res->limits[1],
		[FIELD_LIMITS_CPUS] = res->limits[2],
	};

	return grouped[field] != NULL ? grouped[field] : watched[field];
}

static const struct plan *plan_of(const struct run_result *res)
{
	return (const struct plan *)(const void *)res->plan.p;
}

/* Operations of the plan that a field asked for, each kind once. */
static json_t *ops_json(const struct plan *p, unsigned int field)
{
	json_t *ops = json_array();
	bool seen[PLAN_KIND_END] = { false };

	for (uint32_t i = 0; p != NULL && i < p->ops; i++) {
		if (p->op[i].field != field || seen[p->op[i].kind])
			continue;
		seen[p->op[i].kind] = true;
		json_array_append_new(ops, json_string(plan_shape_of(p->op[i].kind)->name));
	}
	return ops;
}

static bool is_best_effort(const struct policy *policy, enum policy_field field)
{
	for (size_t i = 0; i < policy->best_effort.n; i++)
		if (strcmp(policy->best_effort.v[i], policy_field_name(field)) == 0)
			return true;
	return false;
}

static bool has_op(const struct plan *p, unsigned int field)
{
	for (uint32_t i = 0; p != NULL && i < p->ops; i++)
		if (p->op[i].field == field)
			return true;
	return false;
}

/* What is named in best_effort and neither planned nor watched stayed without a wall. */
static bool is_weak(const struct run_result *res, const struct policy *policy,
		    enum policy_field field)
{
	return is_best_effort(policy, field) && !policy_is_weakest(policy, field) &&
	       mechanism(res, field) == NULL && !has_op(plan_of(res), field);
}

static json_t *origin_json(const struct policy_origin *o)
{
	AUTO_BUF struct buf where = BUF_INIT(FILE_MAX_BYTES);

	if (o->source == NULL)
		return json_string("default");
	if (o->line == 0)
		return text_json(o->source);
	buf_printf(&where, "%s:%u:%u", o->source, o->line, o->column);
	return text_json(where.p != NULL ? where.p : "");
}

static json_t *field_json(const struct run_result *res, const struct policy *policy,
			  enum policy_field field)
{
	const struct field_row *row = policy_field_row(field);
	const char *how = mechanism(res, field);
	char room[TEXT_ROOM];
	json_t *o = json_pack("{s:s, s:o*, s:o}", "field", row->name, "origin",
			      origin_json(&policy->origin[field]), "operations",
			      ops_json(plan_of(res), field));

	if (row->type != TYPE_LIST && row->type != TYPE_HTTP && row->type != TYPE_SECRETS)
		json_object_set_new(o, "value", text_json(policy_text(policy, field, room)));
	if (how != NULL)
		json_object_set_new(o, "mechanism", json_string(how));
	json_object_set_new(o, "result",
			    json_string(is_weak(res, policy, field) ? "not enforced" : "enforced"));
	return o;
}

static json_t *fields_json(const struct run_result *res, const struct policy *policy)
{
	json_t *list = json_array();

	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		enum policy_field field = (enum policy_field)i;

		if (field != FIELD_WORKSPACE_MODE &&
		    (policy_field_row(field)->sense == SENSE_NONE ||
		     policy_is_weakest(policy, field)))
			continue;
		json_array_append_new(list, field_json(res, policy, field));
	}
	return list;
}

static json_t *plan_json(const struct plan *p)
{
	json_t *list = json_array();

	for (uint32_t i = 0; p != NULL && i < p->ops; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "op",
						      plan_shape_of(p->op[i].kind)->name, "field",
						      policy_field_name_of(p->op[i].field)));
	return list;
}

static json_t *changes_json(const struct review_counts *counts)
{
	static const char *const kinds[CHANGE_KIND_END] = {
		[CHANGE_ADD] = "added",	      [CHANGE_MODIFY] = "modified",
		[CHANGE_DELETE] = "deleted",  [CHANGE_MODE] = "mode",
		[CHANGE_TYPE] = "type",	      [CHANGE_LINK] = "link",
		[CHANGE_XATTR] = "attribute", [CHANGE_RENAME] = "renamed",
	};
	json_t *o = json_object();

	for (int i = 0; i < CHANGE_KIND_END; i++)
		json_object_set_new(o, kinds[i], json_integer((json_int_t)counts->kind[i]));
	return o;
}

static const char *network_word(const struct run_result *res, const struct policy *policy)
{
	if (res->has_host_network)
		return "host";
	return part_egress_is_open(policy) ? "rules" : "none";
}

json_t *report_json(const struct run_result *res, const struct policy *policy)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:i, s:f}", "version", VERSION, "id", res->id,
			      "name", res->name, "tier", "namespace", "exit_code", res->exit_code,
			      "seconds", (double)res->duration_ns / 1e9);

	if (o == NULL)
		return NULL;
	json_object_set_new(o, "changed", json_integer((json_int_t)res->changed.files));
	json_object_set_new(o, "changes", changes_json(&res->changed));
	json_object_set_new(o, "risky", json_integer((json_int_t)res->changed.risky));
	json_object_set_new(o, "kept", json_boolean(res->kept));
	json_object_set_new(o, "note", text_json(res->note));
	json_object_set_new(o, "network", json_string(network_word(res, policy)));
	json_object_set_new(o, "limits",
			    json_pack("{s:s?, s:s?, s:s?}", "memory", res->limits[0], "pids",
				      res->limits[1], "cpus", res->limits[2]));
	json_object_set_new(o, "events", events_json(&res->log));
	json_object_set_new(o, "reached", events_json(&res->reached));
	json_object_set_new(o, "events_dropped", json_integer((json_int_t)res->log.dropped));
	json_object_set_new(o, "fields", fields_json(res, policy));
	json_object_set_new(o, "plan", plan_json(plan_of(res)));
	return o;
}

int report_save(int dir, const struct run_result *res, const struct policy *policy, struct err *e)
{
	json_t *o = report_json(res, policy);
	AUTO_FREE char *text = o != NULL ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	json_decref(o);
	if (text == NULL)
		return err_sys(e, -ENOMEM, FILE_NAME);
	return file_write(dir, FILE_NAME, text, strlen(text), e);
}

int report_load(int dir, json_t **ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(FILE_MAX_BYTES);
	json_t *o;
	int r;

	*ret = NULL;
	if (faccessat(dir, FILE_NAME, F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	r = file_read(dir, FILE_NAME, &text, e);
	if (r < 0)
		return r;
	o = json_loadb(text.p != NULL ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return err_set(e, -EBADMSG, FILE_NAME " is damaged");
	}
	*ret = o;
	return 0;
}

void report_weak_fields(const struct run_result *res, const struct policy *policy, struct buf *out)
{
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		if (!is_weak(res, policy, (enum policy_field)i))
			continue;
		buf_str(out, out->n > 0 ? ", " : "");
		buf_str(out, policy_field_name((enum policy_field)i));
	}
}
