/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for people: columns as wide as what is in them, the last cut to the screen. */
#include "cmd/table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"

#define CELL_MAX 8192
#define GAP 2
#define LAST_MIN 16

void table_done(struct table *t)
{
	arena_done(&t->arena);
	free(t->cells);
	t->cells = NULL;
	t->rows = 0;
}

static const char *cell(struct table *t, const char *text)
{
	AUTO_BUF struct buf shown = BUF_INIT(CELL_MAX);

	if (text == NULL || text[0] == '\0')
		return "-";
	buf_escape(&shown, text, strnlen(text, CELL_MAX / 16));
	return arena_str(&t->arena, shown.p);
}

void table_row(struct table *t, const char *const *cells)
{
	const char **grown = reallocarray(t->cells, (t->rows + 1) * t->columns, sizeof(*grown));

	if (grown == NULL) {
		t->err = -ENOMEM;
		return;
	}
	t->cells = grown;
	for (size_t i = 0; i < t->columns; i++) {
		const char *c = cell(t, cells[i]);

		t->err = c == NULL ? -ENOMEM : t->err;
		t->cells[t->rows * t->columns + i] = c != NULL ? c : "";
	}
	t->rows++;
}

/* Characters of UTF-8, one column each. */
static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static size_t bytes_of(const char *text, size_t columns)
{
	size_t i = 0;

	for (; text[i] != '\0'; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return i;
}

static void row_print(const struct table *t, const char *const *cells, const size_t *widths,
		      FILE *to)
{
	for (size_t i = 0; i < t->columns; i++) {
		size_t n = columns_of(cells[i]);
		bool is_last = i + 1 == t->columns;

		if (is_last && widths[i] > 0 && n > widths[i])
			fprintf(to, "%.*s...\n", (int)bytes_of(cells[i], widths[i] - 3), cells[i]);
		else if (is_last)
			fprintf(to, "%s\n", cells[i]);
		else
			fprintf(to, "%s%*s", cells[i], (int)(widths[i] - n + GAP), "");
	}
}

int table_print(const struct table *t, FILE *to, size_t width)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };
	size_t used = 0;

	for (size_t i = 0; i + 1 < t->columns; i++) {
		widths[i] = strlen(t->headings[i]);
		for (size_t row = 0; row < t->rows; row++) {
			size_t n = columns_of(t->cells[row * t->columns + i]);

			widths[i] = n > widths[i] ? n : widths[i];
		}
		used += widths[i] + GAP;
	}
	if (width > 0)
		widths[t->columns - 1] = width > used + LAST_MIN ? width - used : LAST_MIN;
	row_print(t, t->headings, widths, to);
	for (size_t row = 0; row < t->rows; row++)
		row_print(t, t->cells + row * t->columns, widths, to);
	return t->err;
}

size_t table_screen(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}
