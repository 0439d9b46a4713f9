/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print: our own words, untrusted text, JSON, and the check that it all went out. */
#ifndef CMD_OUT_H
#define CMD_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/err.h"

/*
 * out_say - a line on stderr, prefixed "tiercel: ". Outside text in it must be escaped already.
 */
void out_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * out_escaped - print bytes from outside as text that cannot steer a terminal.
 */
void out_escaped(FILE *f, const char *text);

/*
 * out_json - print a value and a newline on stdout, ASCII only. @value is borrowed.
 *
 * Returns 0 or -ENOMEM with @e filled.
 */
int out_json(const json_t *value, struct err *e);

/*
 * out_colour - whether colour may be used: @f is a terminal, NO_COLOR unset or empty, TERM not
 * dumb.
 */
bool out_colour(FILE *f);

/*
 * out_close - flush and close stdout. Returns 0; -EPIPE when the reader went away; else negative
 * errno (a full disk) with @e filled.
 */
int out_close(struct err *e);

#endif
