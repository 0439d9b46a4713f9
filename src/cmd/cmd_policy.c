/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel policy: check, print, compare policies; change that of a running sandbox. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/command.h"
#include "cmd/context.h"
#include "cmd/rows.h"
#include "cmd/run_opts.h"
#include "policy/compare.h"
#include "policy/fields.h"
#include "policy/print.h"
#include "policy/schema.h"
#include "sandbox/live.h"
#include "sandbox/store.h"

#define TEXT_MAX (UINT64_C(4) << 20)

static void policy_cleanup(struct policy **p)
{
	policy_free(*p);
}

/* Prints a JSON value and gives it back. */
static int json_out(json_t *j, struct err *e)
{
	char *text = j == NULL ? NULL : json_dumps(j, JSON_INDENT(2) | JSON_ENSURE_ASCII);

	json_decref(j);
	if (text == NULL)
		return err_sys(e, -ENOMEM, "policy");
	/* Whether it arrives is looked at when all is written. */
	puts(text);
	free(text);
	return 0;
}

static int text_out(struct buf *text, struct err *e)
{
	if (text->err)
		return err_sys(e, -ENOMEM, "policy");
	fwrite(text->p, 1, text->n, stdout);
	return 0;
}

static int check(const struct run_args *args, int argc, char **argv, struct err *e)
{
	CLEANUP(context_done) struct context c = { 0 };
	CLEANUP(policy_cleanup) struct policy *p = NULL;
	int r;

	(void)args;
	if (argc > 1)
		return err_set(e, -EINVAL, "policy check: takes one file");
	if (argc == 0)
		return context_load(args, NULL, &c, e);
	r = context_places(&c, e);
	return r < 0 ? r : policy_load_one(argv[0], c.home, c.cwd, &p, e);
}

static int print(const struct run_args *args, int argc, char **argv, struct err *e)
{
	CLEANUP(context_done) struct context c = { 0 };
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	int r;

	if (argc > 0)
		return err_set(e, -EINVAL,
			       "policy print: takes no argument, not \"%s\"; --policy names a file",
			       argv[0]);
	r = context_load(args, NULL, &c, e);
	if (r < 0)
		return r;
	if (args->is_json)
		return json_out(policy_json(c.policy), e);
	policy_yaml(c.policy, &text);
	return text_out(&text, e);
}

static int schema(const struct run_args *args, int argc, char **argv, struct err *e)
{
	(void)args;
	(void)argv;
	if (argc > 0)
		return err_set(e, -EINVAL, "policy schema: takes no argument");
	return json_out(policy_schema(), e);
}

/* Exit status 0: B is nowhere looser than A; 1: it is. */
static int diff(const struct run_args *args, int argc, char **argv, struct err *e)
{
	static const char *const words[CHANGE_END] = { "equal", "tighter", "LOOSER", "different" };
	CLEANUP(context_done) struct context c = { 0 };
	CLEANUP(policy_cleanup) struct policy *a = NULL;
	CLEANUP(policy_cleanup) struct policy *b = NULL;
	int status = 0;
	int r;

	if (argc != 2)
		return err_set(e, -EINVAL, "policy diff: needs two files");
	r = context_places(&c, e);
	if (r == 0)
		r = policy_load_one(argv[0], c.home, c.cwd, &a, e);
	if (r == 0)
		r = policy_load_one(argv[1], c.home, c.cwd, &b, e);
	if (r < 0)
		return r;
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		enum policy_change change = policy_compare(a, b, (enum policy_field)i);

		if (change == CHANGE_EQUAL)
			continue;
		printf(args->is_json ? "{\"change\":\"%s\",\"field\":\"%s\"}\n" : "%-10s %s\n",
		       words[change], policy_field_name((enum policy_field)i));
		status = change == CHANGE_LOOSER ? 1 : status;
	}
	return status;
}

static int set(const struct run_args *args, int argc, char **argv, struct err *e)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	struct policy_request q = { 0 };
	int r = 0;

	if (argc != 1)
		return err_set(e, -EINVAL, "policy set: needs one sandbox; tiercel ps lists them");
	for (size_t i = 0; i < args->fields.n && r == 0; i++) {
		const struct policy_flag *f = &args->fields.flag[i];

		if (f->field != FIELD_NETWORK_ALLOW && f->field != FIELD_NETWORK_DENY)
			return err_set(e, -EINVAL,
				       "policy set: %s cannot be changed while it runs; --allow "
				       "and --deny can",
				       f->flag);
		r = policy_request_add(
			&q, f->field == FIELD_NETWORK_ALLOW ? HOST_RULE_ALLOW : HOST_RULE_DENY,
			f->text, e);
	}
	if (r == 0 && q.n == 0)
		return err_set(e, -EINVAL, "policy set: needs --allow HOST or --deny HOST");
	if (r == 0)
		r = store_find(argv[0], &box, e);
	return r < 0 ? r : live_ask(&box, &q, e);
}

struct verb {
	const char *name;
	int (*run)(const struct run_args *args, int argc, char **argv, struct err *e);
};

static const struct verb verbs[] = {
	{ "check", check }, { "print", print }, { "schema", schema },
	{ "diff", diff },   { "set", set },
};

static int run(void *options, int argc, char **argv, struct err *e)
{
	for (size_t i = 0; argc > 0 && i < ARRAY_LEN(verbs); i++)
		if (strcmp(argv[0], verbs[i].name) == 0)
			return verbs[i].run(options, argc - 1, argv + 1, e);
	return err_set(e, -EINVAL, "policy: needs check, print, schema, diff or set%s%s",
		       argc > 0 ? ", not " : "", argc > 0 ? argv[0] : "");
}

static const char *const words[] = { "check", "print", "schema", "diff", "set", NULL };

const struct command cmd_policy = {
	.name = "policy",
	.synopsis = "check [FILE] | print | schema | diff A B | set SANDBOX",
	.summary = "check, print, compare and change policies",
	.description =
		"check reads FILE, or else the layers that a run would read, and says nothing when "
		"all is well. print shows the policy that these and the options of tiercel run "
		"make. schema is a JSON Schema for editors.\n\n"
		"diff lists what B changes and ends with 1 when it is looser than A anywhere. "
		"set gives a running sandbox --allow and --deny from its next connection on; "
		"connections that are allowed no longer end. The later word about a host counts, "
		"and only ports that were open at its start can be allowed.",
	.opts = run_opts,
	.size = sizeof(struct run_args),
	.run = run,
	.words = words,
	.operand = OPERAND_PATH,
	.group = GROUP_EXPLAIN,
};
