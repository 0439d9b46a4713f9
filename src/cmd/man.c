/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages, from the tables of commands, options and policy fields. */
#include "cmd/man.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/man_policy.h"
#include "cmd/man_text.h"
#include "cmd/roff.h"
#include "policy/fields.h"

#define PREFIX "tiercel-"
#define NAME_MAX_BYTES 64
#define TEXT_MAX 512

static void option_item(struct buf *out, const struct opt *o)
{
	const char *const *choices = o->arg != NULL ? opt_choices(o) : NULL;

	if (choices != NULL && strstr(o->help, choices[0]) != NULL)
		choices = NULL;
	buf_str(out, ".TP\n");
	if (o->letter)
		buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
	buf_str(out, "\\fB\\-\\-");
	roff_text(out, o->name);
	buf_str(out, "\\fR");
	if (o->arg != NULL) {
		buf_str(out, " \\fI");
		roff_text(out, o->arg);
		buf_str(out, "\\fR");
	}
	buf_str(out, "\n");
	roff_text(out, o->help);
	for (size_t i = 0; choices != NULL && choices[i] != NULL; i++) {
		buf_str(out, i == 0 ? "; one of " : ", ");
		roff_text(out, choices[i]);
	}
	if (o->type == OPT_FIELD) {
		buf_str(out, ". Policy field ");
		roff_text(out, policy_field_name(o->field));
	}
	if (o->arg != NULL && opt_repeats(o))
		buf_str(out, ". May be given more than once");
	buf_str(out, ".\n");
}

static void options(struct buf *out, const struct command *c)
{
	roff_section(out, "OPTIONS");
	for (const struct opt *o = c->opts; o->name != NULL; o++)
		option_item(out, o);
	roff_item(out, "-h, --help", "print a short help.");
}

static void examples(struct buf *out, const char *const *line)
{
	if (line == NULL)
		return;
	roff_section(out, "EXAMPLES");
	for (; line[0] != NULL && line[1] != NULL; line += 2) {
		roff_paragraphs(out, line[1]);
		roff_example(out, line[0]);
	}
}

static void see_also(struct buf *out, const struct command *self)
{
	roff_section(out, "SEE ALSO");
	if (self != NULL)
		buf_str(out, "\\fBtiercel\\fR(1),\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i] != self && commands[i]->group != GROUP_HIDDEN)
			buf_printf(out, "\\fBtiercel\\-%s\\fR(1),\n", commands[i]->name);
	buf_str(out, "\\fBtiercel\\-policy\\fR(5)\n");
}

static void command_page(struct buf *out, const struct command *c)
{
	char name[NAME_MAX_BYTES];

	snprintf(name, sizeof(name), PREFIX "%s", c->name);
	roff_head(out, name, 1, c->summary);
	roff_section(out, "SYNOPSIS");
	buf_printf(out, "\\fBtiercel %s\\fR ", c->name);
	roff_text(out, c->synopsis);
	buf_str(out, "\n");
	roff_section(out, "DESCRIPTION");
	roff_paragraphs(out, c->description);
	options(out, c);
	roff_section(out, "EXIT STATUS");
	roff_paragraphs(out, c->group == GROUP_RUN && c->operand == OPERAND_COMMAND ? MAN_EXIT_RUN
										    : MAN_EXIT);
	examples(out, c->examples);
	see_also(out, c);
}

static void overview_page(struct buf *out)
{
	char name[NAME_MAX_BYTES];

	roff_head(out, "tiercel", 1, "run agents where they can do no harm");
	roff_section(out, "SYNOPSIS");
	buf_str(out, "\\fBtiercel\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n");
	roff_section(out, "DESCRIPTION");
	roff_paragraphs(out, MAN_OVERVIEW);
	roff_section(out, "COMMANDS");
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->group == GROUP_HIDDEN)
			continue;
		snprintf(name, sizeof(name), "%s", commands[i]->name);
		roff_item(out, name, commands[i]->summary);
	}
	roff_section(out, "OPTIONS");
	roff_item(out, "--version", "print the version.");
	roff_item(out, "-h, --help", "print the list of commands; after a command, its options.");
	roff_section(out, "EXIT STATUS");
	roff_paragraphs(out, MAN_EXIT_RUN);
	roff_section(out, "FILES");
	man_text_pairs(out, man_files);
	roff_section(out, "ENVIRONMENT");
	man_text_pairs(out, man_environment);
	see_also(out, NULL);
}

int man_page(const char *name, struct buf *out, struct err *e)
{
	char base[NAME_MAX_BYTES];
	size_t n = strcspn(name, ".");
	const struct command *c;

	snprintf(base, sizeof(base), "%.*s", n < sizeof(base) ? (int)n : 0, name);
	if (strcmp(name, PREFIX "policy") == 0 || strcmp(name, PREFIX "policy.5") == 0) {
		man_policy(out);
		return 0;
	}
	if (strcmp(base, "tiercel") == 0) {
		overview_page(out);
		return 0;
	}
	if (strncmp(base, PREFIX, strlen(PREFIX)) != 0)
		return err_set(e, -EINVAL, "no manual page \"%s\"; there is tiercel-run", name);
	c = command_find(base + strlen(PREFIX), e);
	if (c == NULL)
		return -EINVAL;
	command_page(out, c);
	return 0;
}
