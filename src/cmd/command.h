/* SPDX-License-Identifier: Apache-2.0 */
/* A command of `tiercel`: one row of the table in commands.c, one file cmd_NAME.c. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/opt.h"

#define EXIT_TIERCEL 125 /* Tiercel could not or would not */

enum command_group {
	GROUP_RUN,     /* run and look after sandboxes */
	GROUP_REVIEW,  /* settle what they changed */
	GROUP_EXPLAIN, /* policy, plan, host */
	GROUP_HIDDEN,  /* not listed */
	GROUP_END
};

/*
 * struct command_call - one call of a command.
 * @args:  its options struct, filled
 * @argv:  operands, NULL-ended; @argc of them
 * @arena: lives until the program ends
 */
struct command_call {
	const struct command *command;
	const void *args;
	char **argv;
	int argc;
	bool dashes; /* "--" was given */
	struct arena *arena;
};

/*
 * struct command - a row.
 * @name:      the word after `tiercel`
 * @synopsis:  what follows it: "[OPTION]... SANDBOX [PATH]..."
 * @summary:   one line of at most 56 columns, small letter, no full stop
 * @text:      description for the manual; paragraphs parted by an empty line
 * @examples:  for the manual; pairs of lines: the command, what it does; "\n" between
 * @opts:      table or NULL; --help and -h are added to every command
 * @args_size: size of the options struct
 * @defaults:  options struct with the defaults, or NULL for zeroes
 * @min, @max: operands taken; @max < 0 means any number
 * @stop:      options end at the first operand
 * @sub:       NULL-ended commands of the second word (`tiercel policy check`); @run is NULL then
 * @run:       the command itself. Prints on stdout by stdio; returns the exit status, or
 *             a negative errno with @e filled: main prints that as `tiercel: …`, status 125
 */
struct command {
	const char *name;
	enum command_group group;
	const char *synopsis;
	const char *summary;
	const char *text;
	const char *examples;
	const struct opt *opts;
	size_t args_size;
	const void *defaults;
	int min;
	int max;
	bool stop;
	const struct command *const *sub;
	int (*run)(const struct command_call *c, struct err *e);
};

#endif
