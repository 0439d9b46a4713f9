/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for people: columns as wide as what is in them, the last cut to the screen. */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

#define TABLE_COLUMNS_MAX 8

/*
 * struct table - give it the headings, zero-initialise the rest.
 * @columns: how many headings
 */
struct table {
	const char *const *headings;
	size_t columns;
	struct arena arena;
	const char **cells; /* row by row, escaped */
	size_t rows;
	int err;
};

void table_done(struct table *t);

/*
 * table_row - append a row.
 * @cells: as many texts as there are columns, bytes from outside allowed; NULL is shown as "-"
 *
 * A failure sticks and is told by table_print.
 */
void table_row(struct table *t, const char *const *cells);

/*
 * table_print - print headings and rows.
 * @width: columns of the screen, 0 for no limit
 *
 * Returns 0 or -ENOMEM.
 */
int table_print(const struct table *t, FILE *to, size_t width);

/* Columns of the terminal that standard output is, or 0. */
size_t table_screen(void);

#endif
