/* SPDX-License-Identifier: Apache-2.0 */
/* Help on a screen, from the same tables that the parser uses. */
#include "cmd/help.h"

#include "cmd/command.h"

#define COLUMN 26

static void option_print(const struct opt *o)
{
	char left[64];
	int n = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", o->letter ? '-' : ' ',
			 o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
			 o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");

	if (n < COLUMN)
		printf("%-*s %s\n", COLUMN, left, o->help);
	else
		printf("%s  %s\n", left, o->help);
}

int help_command(const struct command *c)
{
	printf("tiercel %s %s\n%s.\n", c->name, c->synopsis, c->summary);
	if (c->opts->name != NULL)
		printf("\n");
	for (const struct opt *o = c->opts; o->name != NULL; o++)
		option_print(o);
	return 0;
}

int help_all(FILE *to, int status)
{
	fprintf(to, "tiercel COMMAND …   runs agents where they can do no harm\n\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(to,
		"\n  tiercel run -- claude     a first try\n  tiercel COMMAND --help    options\n");
	return status;
}
