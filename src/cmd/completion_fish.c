/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for fish. */
#include "cmd/completion_fish.h"

#include "cmd/commands.h"
#include "cmd/completion.h"

static void quoted(struct buf *out, const char *text)
{
	buf_str(out, "'");
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			buf_str(out, "\\");
		buf_add(out, text, 1);
	}
	buf_str(out, "'");
}

static void begin(struct buf *out, const char *command)
{
	buf_printf(out, "complete -c tiercel -n '__fish_seen_subcommand_from %s'", command);
}

static void argument(struct buf *out, const struct opt *o)
{
	const char *const *choices = opt_choices(o);

	switch (completion_kind(o)) {
	case COMPLETE_WORDS:
		buf_str(out, " -x -a '");
		for (size_t i = 0; choices[i] != NULL; i++)
			buf_printf(out, "%s%s", i > 0 ? " " : "", choices[i]);
		buf_str(out, "'");
		return;
	case COMPLETE_FILE:
		buf_str(out, " -r -F");
		return;
	case COMPLETE_DIR:
		buf_str(out, " -x -a '(__fish_complete_directories)'");
		return;
	case COMPLETE_NOTHING:
	case COMPLETE_END:
		buf_str(out, " -x");
		return;
	}
}

static void option(struct buf *out, const struct command *c, const struct opt *o)
{
	begin(out, c->name);
	buf_printf(out, " -l %s", o->name);
	if (o->letter)
		buf_printf(out, " -s %c", o->letter);
	if (o->arg != NULL)
		argument(out, o);
	buf_str(out, " -d ");
	quoted(out, o->help);
	buf_str(out, "\n");
}

static void operands(struct buf *out, const struct command *c)
{
	static const char *const actions[OPERAND_END] = {
		[OPERAND_NONE] = "",
		[OPERAND_SANDBOX] = " -a '(tiercel internal sandboxes 2>/dev/null)'",
		[OPERAND_PATH] = " -F",
		[OPERAND_COMMAND] = " -a '(__fish_complete_subcommand)'",
	};

	if (c->words != NULL) {
		begin(out, c->name);
		buf_str(out, " -F -a '");
		for (size_t i = 0; c->words[i] != NULL; i++)
			buf_printf(out, "%s%s", i > 0 ? " " : "", c->words[i]);
		buf_str(out, "'\n");
		return;
	}
	if (c->operand == OPERAND_NONE)
		return;
	begin(out, c->name);
	buf_printf(out, "%s\n", actions[c->operand]);
}

static void one_command(struct buf *out, const struct command *c)
{
	buf_printf(out, "complete -c tiercel -n __fish_use_subcommand -a %s -d ", c->name);
	quoted(out, c->summary);
	buf_str(out, "\n");
	begin(out, c->name);
	buf_str(out, " -l help -s h -d 'short help'\n");
	for (const struct opt *o = c->opts; o->name != NULL; o++)
		option(out, c, o);
	operands(out, c);
}

void completion_fish(struct buf *out)
{
	buf_str(out,
		"# fish completion of tiercel; made from its own tables\n"
		"complete -c tiercel -f\n"
		"complete -c tiercel -n __fish_use_subcommand -l version -d 'print the version'\n"
		"complete -c tiercel -n __fish_use_subcommand -l help -s h -d 'list commands'\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->group != GROUP_HIDDEN)
			one_command(out, commands[i]);
}
