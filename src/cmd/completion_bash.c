/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash, with or without the bash-completion package. */
#include "cmd/completion_bash.h"

#include "cmd/commands.h"
#include "cmd/completion.h"

static const char head[] = "# bash completion of tiercel; made from its own tables\n"
			   "_tiercel()\n"
			   "{\n"
			   "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
			   "cmd=${COMP_WORDS[1]}\n"
			   "\tlocal opts= with_arg= words= kind= i\n"
			   "\tCOMPREPLY=()\n"
			   "\t# Bash parts --name=value into three words.\n"
			   "\tif [[ $cur == = ]]; then\n"
			   "\t\tcur=\n"
			   "\telif [[ $prev == = && COMP_CWORD -gt 2 ]]; then\n"
			   "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
			   "\tfi\n"
			   "\tif ((COMP_CWORD == 1)); then\n";

static const char tail[] =
	"\tif [[ $kind == command ]]; then\n"
	"\t\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t\t--) ((i++)); break ;;\n"
	"\t\t\t-*) [[ \" $with_arg \" == *\" ${COMP_WORDS[i]} \"* ]] && ((i++))\n"
	"\t\t\t    [[ ${COMP_WORDS[i]} == = || ${COMP_WORDS[i+1]} == = ]] && ((i++)) ;;\n"
	"\t\t\t=) ((i++)) ;;\n"
	"\t\t\t*) break ;;\n"
	"\t\t\tesac\n"
	"\t\tdone\n"
	"\t\tif ((i < COMP_CWORD)); then\n"
	"\t\t\tif declare -F _command_offset >/dev/null; then\n"
	"\t\t\t\t_command_offset \"$i\"\n"
	"\t\t\telse\n"
	"\t\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"\t\t\tfi\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tif [[ $cur == -* && $prev != -- ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$opts --help\" -- \"$cur\"))\n"
	"\telif [[ -n $words ]] && ((COMP_CWORD == 2)); then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	"\telif [[ $kind == sandbox ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$(tiercel internal sandboxes 2>/dev/null)\" -- \"$cur\"))\n"
	"\telif [[ $kind == command ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -c -- \"$cur\"))\n"
	"\telif [[ $kind == path ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"\tfi\n"
	"}\n"
	"complete -o filenames -o bashdefault -F _tiercel tiercel\n";

static void names(struct buf *out, const struct opt *o)
{
	buf_printf(out, "--%s", o->name);
	if (o->letter)
		buf_printf(out, " -%c", o->letter);
}

static void answer(struct buf *out, const struct opt *o)
{
	const char *const *choices = opt_choices(o);

	buf_printf(out, "\t\t--%s", o->name);
	if (o->letter)
		buf_printf(out, "|-%c", o->letter);
	switch (completion_kind(o)) {
	case COMPLETE_WORDS:
		buf_str(out, ") COMPREPLY=($(compgen -W \"");
		for (size_t i = 0; choices[i] != NULL; i++)
			buf_printf(out, "%s%s", i > 0 ? " " : "", choices[i]);
		buf_str(out, "\" -- \"$cur\")); return ;;\n");
		return;
	case COMPLETE_FILE:
		buf_str(out, ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
		return;
	case COMPLETE_DIR:
		buf_str(out, ") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n");
		return;
	case COMPLETE_NOTHING:
	case COMPLETE_END:
		buf_str(out, ") return ;;\n");
		return;
	}
}

static void list(struct buf *out, const char *name, const struct opt *opts, int only_with_arg)
{
	buf_printf(out, "\t\t%s='", name);
	for (const struct opt *o = opts; o->name != NULL; o++) {
		if (only_with_arg && o->arg == NULL)
			continue;
		buf_str(out, " ");
		names(out, o);
	}
	buf_str(out, "'\n");
}

static void one_command(struct buf *out, const struct command *c)
{
	static const char *const kinds[OPERAND_END] = { "", "sandbox", "path", "command" };
	int answers = 0;

	buf_printf(out, "\t%s)\n", c->name);
	list(out, "opts", c->opts, 0);
	list(out, "with_arg", c->opts, 1);
	buf_printf(out, "\t\tkind='%s' words='", kinds[c->operand]);
	for (size_t i = 0; c->words != NULL && c->words[i] != NULL; i++)
		buf_printf(out, "%s%s", i > 0 ? " " : "", c->words[i]);
	buf_str(out, "'\n");
	for (const struct opt *o = c->opts; o->name != NULL; o++) {
		if (o->arg == NULL)
			continue;
		if (answers++ == 0)
			buf_str(out, "\t\tcase $prev in\n");
		answer(out, o);
	}
	buf_str(out, answers > 0 ? "\t\tesac ;;\n" : "\t\t;;\n");
}

void completion_bash(struct buf *out)
{
	buf_str(out, head);
	buf_str(out, "\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->group != GROUP_HIDDEN)
			buf_printf(out, "%s ", commands[i]->name);
	buf_str(out, "help --help --version' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $cmd in\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->group != GROUP_HIDDEN)
			one_command(out, commands[i]);
	buf_str(out, "\tesac\n");
	buf_str(out, tail);
}
