/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the command line: one row, one file. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stddef.h>

#include "base/err.h"
#include "cmd/opt.h"

#define EXIT_REFUSED 125 /* Tiercel could not or would not do it */

/* The heading that a command stands under in the list of commands. */
enum command_group { GROUP_RUN, GROUP_REVIEW, GROUP_EXPLAIN, GROUP_HIDDEN, GROUP_END };

/* What the operands of a command are, for completion. */
enum command_operand { OPERAND_NONE, OPERAND_SANDBOX, OPERAND_PATH, OPERAND_COMMAND, OPERAND_END };

/*
 * struct command - what main, help, manual pages and completion need to know.
 * @synopsis:    what follows the name
 * @summary:     one line of at most 56 columns, small letter first, no full stop
 * @description: paragraphs for the manual page, an empty line between them
 * @size:        bytes of the options struct, which main zeroes
 * @stops:       options end at the first word that is none
 * @run:         @options parsed, the rest in @argv (ended by NULL); returns the exit status, or a
 *               negative errno with @e filled, which main prints and turns into EXIT_REFUSED
 * @examples:    for the manual page: a command line, what it does, and so on in turns; or NULL
 * @words:       what the first operand may be, ended by NULL, for completion; or NULL
 */
struct command {
	const char *name;
	const char *synopsis;
	const char *summary;
	const char *description;
	const struct opt *opts;
	size_t size;
	int stops;
	int (*run)(void *options, int argc, char **argv, struct err *e);
	const char *const *examples;
	const char *const *words;
	enum command_operand operand;
	enum command_group group;
};

#endif
