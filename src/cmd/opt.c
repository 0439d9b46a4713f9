/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options as tables: one row an option. */
#include "cmd/opt.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/near.h"
#include "policy/fields.h"

static const struct opt *by_name(const struct opt *opts, const char *name, size_t n)
{
	for (; opts->name != NULL; opts++)
		if (strlen(opts->name) == n && strncmp(opts->name, name, n) == 0)
			return opts;
	return NULL;
}

static const struct opt *by_letter(const struct opt *opts, char letter)
{
	for (; opts->name != NULL; opts++)
		if (opts->letter == letter)
			return opts;
	return NULL;
}

bool opt_repeats(const struct opt *o)
{
	enum field_type type = policy_field_row(o->field)->type;

	switch (o->type) {
	case OPT_FLAG:
		return true;
	case OPT_FIELD:
		return type == TYPE_LIST || type == TYPE_HTTP || type == TYPE_SECRETS;
	case OPT_STR:
	case OPT_END:
		return false;
	}
	return false;
}

const char *const *opt_choices(const struct opt *o)
{
	return o->choices != NULL ? o->choices : policy_field_row(o->field)->choices;
}

static int unknown(const struct opt *opts, const char *word, size_t n, struct err *e)
{
	char name[NEAR_WORD_MAX + 1] = "";
	struct near near = { .word = name };

	if (n < sizeof(name))
		memcpy(name, word, n);
	near_try(&near, "help");
	for (; opts->name != NULL; opts++)
		near_try(&near, opts->name);
	if (near.best != NULL)
		return err_set(e, -EINVAL, "unknown option --%.*s; did you mean --%s?", (int)n,
			       word, near.best);
	return err_set(e, -EINVAL, "unknown option --%.*s; --help lists them", (int)n, word);
}

static int twice(const struct opt *o, struct err *e)
{
	return err_set(e, -EINVAL, "--%s is given twice; it takes one %s", o->name,
		       o->arg != NULL ? o->arg : "value");
}

static int set_field(const struct opt *o, void *at, const char *text, struct err *e)
{
	struct opt_fields *fields = at;

	if (fields->n == OPT_FIELDS_MAX)
		return err_set(e, -E2BIG, "--%s: more than %d settings", o->name, OPT_FIELDS_MAX);
	for (size_t i = 0; i < fields->n && !opt_repeats(o); i++)
		if (fields->flag[i].field == o->field)
			return twice(o, e);
	/* The name keeps its dashes for messages, which read "--memory: …". */
	fields->flag[fields->n++] = (struct policy_flag){ o->field, text, o->name };
	return 0;
}

static int set(const struct opt *o, void *options, const char *text, struct err *e)
{
	void *at = (char *)options + o->offset;

	switch (o->type) {
	case OPT_FLAG:
		*(bool *)at = true;
		return 0;
	case OPT_STR:
		if (*(const char **)at != NULL)
			return twice(o, e);
		*(const char **)at = text;
		return 0;
	case OPT_FIELD:
		return set_field(o, at, o->arg != NULL ? text : o->value, e);
	case OPT_END:
		break;
	}
	return 0;
}

/* "--name", "--name=value" or "--name value"; returns how many words were used. */
static int parse_long(const struct opt *opts, void *options, char **argv, struct err *e)
{
	const char *name = argv[0] + 2;
	size_t n = strcspn(name, "=");
	const struct opt *o = by_name(opts, name, n);
	int r;

	if (o == NULL)
		return unknown(opts, name, n, e);
	if (o->arg == NULL && name[n] == '=')
		return err_set(e, -EINVAL, "--%s takes no argument", o->name);
	if (o->arg == NULL || name[n] == '=') {
		r = set(o, options, name[n] == '=' ? name + n + 1 : NULL, e);
		return r < 0 ? r : 1;
	}
	if (argv[1] == NULL)
		return err_set(e, -EINVAL, "--%s needs an argument: %s", o->name, o->arg);
	r = set(o, options, argv[1], e);
	return r < 0 ? r : 2;
}

/* "-it", "-mVALUE" or "-m VALUE"; returns how many words were used. */
static int parse_short(const struct opt *opts, void *options, char **argv, struct err *e)
{
	for (const char *p = argv[0] + 1; *p != '\0'; p++) {
		const struct opt *o = by_letter(opts, *p);
		int r;

		if (o == NULL)
			return err_set(e, -EINVAL, "unknown option -%c; --help lists them", *p);
		if (o->arg == NULL) {
			r = set(o, options, NULL, e);
			if (r < 0)
				return r;
			continue;
		}
		if (p[1] == '\0' && argv[1] == NULL)
			return err_set(e, -EINVAL, "-%c needs an argument: %s", *p, o->arg);
		r = set(o, options, p[1] != '\0' ? p + 1 : argv[1], e);
		return r < 0 ? r : p[1] != '\0' ? 1 : 2;
	}
	return 1;
}

int opt_parse(const struct opt *opts, int stops, void *options, char **argv, struct err *e)
{
	int kept = 0;
	int i = 0;
	bool is_over = false;

	while (argv[i] != NULL) {
		int used = 1;

		if (!is_over && strcmp(argv[i], "--") == 0) {
			is_over = true;
			i++;
			continue;
		}
		if (is_over || argv[i][0] != '-' || argv[i][1] == '\0') {
			is_over = is_over || stops;
			argv[kept++] = argv[i++];
			continue;
		}
		used = argv[i][1] == '-' ? parse_long(opts, options, argv + i, e)
					 : parse_short(opts, options, argv + i, e);
		if (used < 0)
			return used;
		i += used;
	}
	argv[kept] = NULL;
	return kept;
}
