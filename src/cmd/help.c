/* SPDX-License-Identifier: Apache-2.0 */
/* Help on a screen, from the same tables that the parser uses. */
#include "cmd/help.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

#include "cmd/commands.h"

#define COLUMN 25
#define LEFT_MAX 64

static void option_line(const struct opt *o, struct buf *out)
{
	char left[LEFT_MAX];
	int n = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", o->letter ? '-' : ' ',
			 o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name,
			 o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");

	buf_printf(out, "%s%*s%s\n", left, n < COLUMN ? COLUMN - n : 1, "", o->help);
}

void help_command(const struct command *c, struct buf *out)
{
	bool has_rare = false;

	buf_printf(out, "tiercel %s%s%s\n", c->name, c->synopsis[0] != '\0' ? " " : "",
		   c->synopsis);
	buf_printf(out, "%c%s.\n", toupper((unsigned char)c->summary[0]), c->summary + 1);
	for (const struct opt *o = c->opts; o->name != NULL; o++) {
		if (!o->is_rare)
			option_line(o, out);
		has_rare = has_rare || o->is_rare;
	}
	buf_printf(out, "%sman tiercel-%s\n",
		   has_rare ? "More options, and examples: " : "More: ", c->name);
}

void help_all(struct buf *out)
{
	static const char *const titles[GROUP_HIDDEN] = {
		[GROUP_RUN] = "Run",
		[GROUP_REVIEW] = "Settle what was changed",
		[GROUP_EXPLAIN] = "Ask",
	};

	buf_str(out, "tiercel COMMAND [OPTION...]: runs agents where they can do no harm\n");
	for (int group = 0; group < GROUP_HIDDEN; group++) {
		buf_printf(out, "%s:\n", titles[group]);
		for (size_t i = 0; commands[i] != NULL; i++)
			if ((int)commands[i]->group == group)
				buf_printf(out, "  %-9s %s\n", commands[i]->name,
					   commands[i]->summary);
	}
	buf_str(out, "First try: tiercel run -- bash     Options: tiercel COMMAND --help\n");
}
