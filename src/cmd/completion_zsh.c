/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for zsh. */
#include "cmd/completion_zsh.h"

#include "cmd/commands.h"
#include "cmd/completion.h"

static const char head[] = "#compdef tiercel\n"
			   "# zsh completion of tiercel; made from its own tables\n"
			   "_tiercel_sandboxes()\n"
			   "{\n"
			   "\tlocal -a ids\n"
			   "\tids=(${(f)\"$(tiercel internal sandboxes 2>/dev/null)\"})\n"
			   "\tcompadd -a ids\n"
			   "}\n"
			   "_tiercel()\n"
			   "{\n"
			   "\tlocal curcontext=$curcontext state line\n"
			   "\tif ((CURRENT == 2)); then\n"
			   "\t\tlocal -a commands=(\n";

static const char middle[] = "\t\t)\n"
			     "\t\t_describe -t commands command commands\n"
			     "\t\treturn\n"
			     "\tfi\n"
			     "\tlocal cmd=$words[2]\n"
			     "\tshift words\n"
			     "\t((CURRENT--))\n"
			     "\tcase $cmd in\n";

static const char tail[] = "\tesac\n"
			   "}\n"
			   "if [[ $funcstack[1] == _tiercel ]]; then\n"
			   "\t_tiercel \"$@\"\n"
			   "else\n"
			   "\tcompdef _tiercel tiercel\n"
			   "fi\n";

/* Text inside single quotes, in a place where some characters end a part of the specification. */
static void quoted(struct buf *out, const char *text, const char *ends)
{
	for (; *text != '\0'; text++) {
		for (const char *p = ends; *p != '\0'; p++)
			if (*text == *p)
				buf_str(out, "\\");
		if (*text == '\'')
			buf_str(out, "'\\''");
		else
			buf_add(out, text, 1);
	}
}

static void argument(struct buf *out, const struct opt *o)
{
	const char *const *choices = opt_choices(o);

	buf_str(out, ":");
	quoted(out, o->arg, ":");
	switch (completion_kind(o)) {
	case COMPLETE_WORDS:
		buf_str(out, ":(");
		for (size_t i = 0; choices[i] != NULL; i++)
			buf_printf(out, "%s%s", i > 0 ? " " : "", choices[i]);
		buf_str(out, ")");
		return;
	case COMPLETE_FILE:
		buf_str(out, ":_files");
		return;
	case COMPLETE_DIR:
		buf_str(out, ":_files -/");
		return;
	case COMPLETE_NOTHING:
	case COMPLETE_END:
		buf_str(out, ": ");
		return;
	}
}

/* One specification a spelling, so that each can say what it excludes. */
static void option(struct buf *out, const struct opt *o, int is_short)
{
	buf_str(out, "\t\t\t'");
	if (o->arg != NULL && opt_repeats(o))
		buf_str(out, "*");
	else if (o->letter)
		buf_printf(out, "(-%c --%s)", o->letter, o->name);
	if (is_short)
		buf_printf(out, "-%c%s[", o->letter, o->arg != NULL ? "+" : "");
	else
		buf_printf(out, "--%s%s[", o->name, o->arg != NULL ? "=" : "");
	quoted(out, o->help, "[]\\");
	buf_str(out, "]");
	if (o->arg != NULL)
		argument(out, o);
	buf_str(out, "' \\\n");
}

static void operands(struct buf *out, const struct command *c)
{
	static const char *const actions[OPERAND_END] = {
		[OPERAND_NONE] = "",
		[OPERAND_SANDBOX] = "\t\t\t'1:sandbox:_tiercel_sandboxes' '*:path:_files'\n",
		[OPERAND_PATH] = "\t\t\t'*:path:_files'\n",
		[OPERAND_COMMAND] =
			"\t\t\t'(-)1:command:_command_names -e' '*::arguments:_normal'\n",
	};

	if (c->words == NULL) {
		buf_printf(out, "%s\t\t;;\n",
			   c->operand == OPERAND_NONE ? "\n" : actions[c->operand]);
		return;
	}
	buf_str(out, "\t\t\t'1:what:(");
	for (size_t i = 0; c->words[i] != NULL; i++)
		buf_printf(out, "%s%s", i > 0 ? " " : "", c->words[i]);
	buf_str(out, ")' '*:path:_files'\n\t\t;;\n");
}

void completion_zsh(struct buf *out)
{
	buf_str(out, head);
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->group == GROUP_HIDDEN)
			continue;
		buf_printf(out, "\t\t\t'%s:", commands[i]->name);
		quoted(out, commands[i]->summary, ":");
		buf_str(out, "'\n");
	}
	buf_str(out, "\t\t\t'help:list commands'\n");
	buf_str(out, middle);
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->group == GROUP_HIDDEN)
			continue;
		buf_printf(
			out,
			"\t%s)\n\t\t_arguments -s -S \\\n\t\t\t'(-)'{-h,--help}'[short help]' \\\n",
			commands[i]->name);
		for (const struct opt *o = commands[i]->opts; o->name != NULL; o++) {
			option(out, o, 0);
			if (o->letter)
				option(out, o, 1);
		}
		operands(out, commands[i]);
	}
	buf_str(out, tail);
}
