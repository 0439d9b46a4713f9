/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables: one row an option, from which parser, help, manual and completion are made. */
#ifndef CMD_OPT_H
#define CMD_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "policy/field.h"

/* What an option takes, and the type of the member of the command's options struct it sets. */
enum opt_type {
	OPT_FLAG,    /* nothing; bool becomes true */
	OPT_NO_FLAG, /* nothing; bool becomes false */
	OPT_COUNT,   /* nothing; unsigned int counts, may be repeated */
	OPT_STR,     /* text; const char * */
	OPT_LIST,    /* text, may be repeated; struct opt_list */
	OPT_U64,     /* number; uint64_t */
	OPT_SIZE,    /* bytes such as 4GiB; uint64_t */
	OPT_MS,	     /* time such as 90, 1h30m; uint64_t milliseconds */
	OPT_MILLI,   /* decimal fraction; uint64_t thousandths */
	OPT_ENUM,    /* one of @choices; int becomes its index */
	OPT_FIELD,   /* text of a policy field, kept for the policy; struct opt_fields */
	OPT_TYPE_END
};

struct opt_list {
	const char **v; /* NULL when @n is 0; strings of argv */
	size_t n;
};

/* A policy field set on the command line, in the order given. */
struct opt_field {
	enum policy_field field;
	const char *flag; /* "--memory": the origin that messages name */
	const char *text; /* as written, or the row's @value */
};

struct opt_fields {
	struct opt_field *v;
	size_t n;
};

/*
 * struct opt - a row; a table ends with { 0 }.
 * @letter:  short option or 0
 * @name:    long option, without dashes
 * @arg:     word for its argument in the help ("PATH"); NULL when it takes none
 * @help:    one line, no capital, no full stop
 * @choices: OPT_ENUM: NULL-ended names; completion offers them, for other types too
 * @field:   OPT_FIELD: the field
 * @value:   OPT_FIELD without @arg: the text that the flag stands for ("readonly")
 * @many:    OPT_FIELD: may be given more than once (lists)
 * @defer:   left out of the one-screen help, shown by the manual alone
 */
struct opt {
	char letter;
	const char *name;
	enum opt_type type;
	size_t offset;
	const char *arg;
	const char *help;
	const char *const *choices;
	enum policy_field field;
	const char *value;
	bool many;
	bool defer;
};

/* The row that every command that prints has; the struct has a `bool json`. */
#define OPT_JSON_ROW(type)                                                                         \
	{                                                                                          \
		0, "json", OPT_FLAG, offsetof(type, json), NULL, "print JSON"                      \
	}

/*
 * struct opt_call - arguments to parse, and what is left when the options are taken.
 * @argv:   after the command's name; @argc of them
 * @stop:   the first operand ends the options (commands that run another command)
 * @rest:   operands in order, NULL-ended; @rest_n of them
 * @dashes: "--" was given
 * @help:   --help or -h was given; parsing stopped there
 */
struct opt_call {
	const struct opt *opts;
	struct arena *arena;
	char **argv;
	int argc;
	bool stop;
	bool dashes;
	bool help;
	char **rest;
	int rest_n;
};

/*
 * opt_parse - fill a command's options struct.
 * @c:    @opts, @arena, @argv, @argc, @stop set; the rest is filled. The arena owns the lists
 * @args: struct that the offsets of the table are of, holding the defaults
 *
 * Takes --name=VALUE, --name VALUE, -xVALUE, -x VALUE, -x=VALUE never, bundled -it; "-" is an
 * operand.
 *
 * Returns 0; -EINVAL with one line for an unknown option (nearest name offered), a missing or
 * needless argument, a single-valued option given twice, a value that does not parse; -ENOMEM.
 */
int opt_parse(struct opt_call *c, void *args, struct err *e);

/*
 * opt_takes_arg - whether the option is followed by a value.
 */
bool opt_takes_arg(const struct opt *o);

#endif
