/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy's configuration: lines of words, read strictly, all of it or nothing. */
#include "proxy/config.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "proxy/config_rows.h"

#define FIRST_LINE "tiercel-proxy 1"
#define LAST_LINE "end"

/* The text, and the line that is read. */
struct reader {
	const char *p;
	const char *end;
	size_t line; /* from 1 */
	const char *text;
	size_t n;
};

static int wrong(const struct reader *r, struct err *e, const char *what)
{
	return err_set(e, -EINVAL, "proxy configuration, line %zu: %s", r->line, what);
}

/* Goes to the next line; 1 when there is one, 0 at the end, -EINVAL when it is cut short. */
static int next_line(struct reader *r, struct err *e)
{
	const char *newline;

	r->line++;
	if (r->p == r->end)
		return 0;
	newline = memchr(r->p, '\n', (size_t)(r->end - r->p));
	if (newline == NULL)
		return wrong(r, e, "the line does not end");
	r->text = r->p;
	r->n = (size_t)(newline - r->p);
	r->p = newline + 1;
	for (size_t i = 0; i < r->n; i++)
		if (r->text[i] < 0x20 || r->text[i] > 0x7e)
			return wrong(r, e, "a byte that is no visible ASCII");
	return 1;
}

static bool is_line(const struct reader *r, const char *text)
{
	return r->n == strlen(text) && memcmp(r->text, text, r->n) == 0;
}

/* Cuts the line into words, in a copy that the configuration owns. */
static int cut(const struct reader *r, struct config *c, struct config_line *ret, struct err *e)
{
	char *copy = arena_copy(&c->arena, r->text, r->n);

	if (copy == NULL)
		return err_sys(e, -ENOMEM, "proxy configuration");
	ret->n = 0;
	for (;;) {
		size_t n = strcspn(copy, " ");

		if (n == 0)
			return wrong(r, e, "words stand with one space between them");
		if (ret->n == CONFIG_WORDS_MAX)
			return wrong(r, e, "too many words");
		ret->v[ret->n++] = copy;
		if (copy[n] == '\0')
			return 0;
		copy[n] = '\0';
		copy += n + 1;
	}
}

static enum config_kind kind_of(const struct reader *r)
{
	char word[16];
	size_t n = 0;

	while (n < r->n && n < sizeof(word) - 1 && r->text[n] != ' ')
		n++;
	memcpy(word, r->text, n);
	word[n] = '\0';
	return config_kind_of(word);
}

/* Counts the lines of each kind, and sees that the text begins and ends as it must. */
static int count(struct reader r, size_t counts[CONFIG_KIND_END], struct err *e)
{
	int more = next_line(&r, e);

	if (more < 0)
		return more;
	if (more == 0 || !is_line(&r, FIRST_LINE))
		return wrong(&r, e, "the first line is to be \"" FIRST_LINE "\"");
	for (more = next_line(&r, e); more > 0; more = next_line(&r, e)) {
		enum config_kind kind = kind_of(&r);

		if (is_line(&r, LAST_LINE))
			return r.p == r.end ? 0 : wrong(&r, e, "nothing may follow the end");
		if (kind == CONFIG_KIND_END)
			return err_set(e, -EINVAL,
				       "proxy configuration, line %zu: no such word: \"%.*s\"",
				       r.line, (int)strcspn(r.text, " \n"), r.text);
		counts[kind]++;
	}
	return more < 0 ? more : wrong(&r, e, "the last line is to be \"" LAST_LINE "\"");
}

static int read_rows(struct reader r, const struct config_lists *lists, struct config *c,
		     struct err *e)
{
	int more = next_line(&r, e);

	while (more > 0 && (more = next_line(&r, e)) > 0 && !is_line(&r, LAST_LINE)) {
		struct config_line line;
		int ok = cut(&r, c, &line, e);

		if (ok < 0)
			return ok;
		ok = config_read_row(kind_of(&r), &line, c, lists, e);
		if (ok < 0)
			return err_in(e, ok, "proxy configuration, line %zu", r.line);
	}
	return more < 0 ? more : 0;
}

static int parse(const char *p, size_t n, struct config *c, struct err *e)
{
	struct reader r = { .p = p, .end = p + n };
	size_t counts[CONFIG_KIND_END] = { 0 };
	struct config_lists lists = { 0 };
	int ok;

	if (n > CONFIG_BYTES_MAX)
		return err_set(e, -E2BIG, "proxy configuration: above %u bytes", CONFIG_BYTES_MAX);
	ok = count(r, counts, e);
	if (ok < 0)
		return ok;
	ok = config_make_room(counts, c, &lists);
	if (ok < 0)
		return err_sys(e, ok, "proxy configuration");
	return read_rows(r, &lists, c, e);
}

int config_parse(const char *p, size_t n, struct config *ret, struct err *e)
{
	struct config c = { .log_fd = -1, .arena.max = 64u << 20 };
	int r = parse(p, n, &c, e);

	if (r < 0)
		config_done(&c);
	*ret = c;
	return r;
}

void config_done(struct config *c)
{
	arena_done(&c->arena);
	*c = (struct config){ .log_fd = -1 };
}
