/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the command line: one row, one file. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stddef.h>

#include "base/err.h"
#include "cmd/opt.h"

#define EXIT_REFUSED 125 /* Tiercel could not or would not do it */

/*
 * struct command - what main, help, manual pages and completion need to know.
 * @synopsis:    what follows the name
 * @description: paragraphs for the manual page
 * @size:        bytes of the options struct, which main zeroes
 * @stops:       options end at the first word that is none
 * @run:         @options parsed, the rest in @argv (ended by NULL); returns the exit status, or a
 *               negative errno with @e filled, which main prints and turns into EXIT_REFUSED
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
};

/* All commands, ended by NULL. */
extern const struct command *const commands[];

const struct command *command_find(const char *name);

#endif
