/* SPDX-License-Identifier: Apache-2.0 */
/* Shows changes: as a diff, as a line, as JSON text. */
#include "review/show.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/file.h"
#include "review/changes.h"
#include "review/risk.h"
#include "review/unified.h"

void show_pair_done(struct show_pair *p)
{
	int i;

	for (i = 0; i < 2; i++) {
		text_done(&p->text[i]);
		free(p->bytes[i]);
	}
	edits_done(&p->edits);
	*p = (struct show_pair){ 0 };
}

static int load_side(int dir, const char *path, bool is_ours, struct buf *b)
{
	AUTO_CLOSE int fd = node_open(dir, path, is_ours);
	int r;

	if (fd < 0)
		return fd;
	r = file_read_fd(fd, b);
	if (r == -E2BIG || (r == 0 && b->n && memchr(b->p, '\0', b->n)))
		return 1;
	return r;
}

int show_pair_load(const struct review_trees *t, const struct review_change *c,
		   const struct buf *instead, struct show_pair *ret)
{
	const char *old = c->from ? c->from : c->path;
	AUTO_BUF struct buf a = BUF_INIT(SHOW_TEXT_MAX);
	AUTO_BUF struct buf b = BUF_INIT(SHOW_TEXT_MAX);
	int r = 0;

	if (S_ISREG(c->old.mode) || c->from)
		r = load_side(t->roots[c->root].fd, old, false, &a);
	if (r == 0 && instead) {
		buf_add(&b, instead->p, instead->n);
		r = b.err;
	} else if (r == 0 && S_ISREG(c->now.mode)) {
		r = load_side(t->made[c->root], c->path, true, &b);
	}
	if (r != 0)
		return r;
	if (text_init(&ret->text[0], a.p, a.n) < 0 || text_init(&ret->text[1], b.p, b.n) < 0)
		return -ENOMEM;
	ret->bytes[0] = buf_take(&a);
	ret->bytes[1] = buf_take(&b);
	ret->text[0].p = ret->bytes[0];
	ret->text[1].p = ret->bytes[1];
	return textdiff(&ret->text[0], &ret->text[1], &ret->edits);
}

void show_name(const struct review_trees *t, const struct review_change *c, const char *path,
	       struct buf *out)
{
	if (c->root > 0) {
		buf_escape(out, t->roots[c->root].path, strlen(t->roots[c->root].path));
		buf_str(out, "/");
	}
	buf_escape(out, path, strlen(path));
}

const char *show_kind(const struct review_change *c)
{
	switch (c->kind) {
	case CHANGE_ADD:
		return "add";
	case CHANGE_MODIFY:
		return "modify";
	case CHANGE_DELETE:
		return "delete";
	case CHANGE_MODE:
		return "mode";
	case CHANGE_TYPE:
		return "type";
	case CHANGE_LINK:
		return "link";
	case CHANGE_XATTR:
		return "xattr";
	case CHANGE_RENAME:
		return "rename";
	case CHANGE_KIND_END:
		break;
	}
	return "unknown";
}

static const char *type_word(mode_t mode)
{
	return S_ISDIR(mode)   ? "directory"
	       : S_ISLNK(mode) ? "link"
	       : S_ISREG(mode) ? "file"
			       : "special file";
}

static void show_modes(const struct review_change *c, struct buf *out)
{
	if (c->old.mode && c->now.mode && c->old.mode != c->now.mode)
		buf_printf(out, "old mode %06o\nnew mode %06o\n", c->old.mode, c->now.mode);
	else if (!c->old.mode && c->now.mode && c->kind != CHANGE_RENAME)
		buf_printf(out, "new %s mode %06o\n", type_word(c->now.mode), c->now.mode);
	else if (!c->now.mode)
		buf_printf(out, "deleted %s mode %06o\n", type_word(c->old.mode), c->old.mode);
	if (c->kind == CHANGE_XATTR)
		buf_str(out, "extended attributes differ\n");
}

void show_head(const struct review_trees *t, const struct review_change *c, bool is_color,
	       struct buf *out)
{
	buf_str(out, is_color ? "\033[1m" : "");
	buf_printf(out, "%s ", show_kind(c));
	if (c->from) {
		show_name(t, c, c->from, out);
		buf_str(out, " to ");
	}
	show_name(t, c, c->path, out);
	buf_str(out, is_color ? "\033[m\n" : "\n");
	if (c->flags) {
		buf_str(out, is_color && (c->flags & RISK_LOUD) ? "\033[1;33m" : "");
		buf_str(out, "risk: ");
		risk_words(c->flags, out);
		buf_str(out, is_color && (c->flags & RISK_LOUD) ? "\033[m\n" : "\n");
	}
	show_modes(c, out);
}

static int show_link(int dir, const char *path, char sign, struct buf *out)
{
	AUTO_BUF struct buf target = BUF_INIT(65536);
	int r = node_link(dir, path, &target);

	if (r < 0)
		return r;
	buf_printf(out, "%clink to ", sign);
	unified_line(target.p ? target.p : "", target.n, out);
	buf_str(out, "\n");
	return 0;
}

static int show_hunks(const struct review_trees *t, const struct review_change *c,
		      const struct buf *instead, bool is_color, struct buf *out)
{
	CLEANUP(show_pair_done) struct show_pair p = { 0 };
	const struct text *sides[2] = { &p.text[0], &p.text[1] };
	size_t range[2] = { 0, 0 };
	int r;

	r = show_pair_load(t, c, instead, &p);
	if (r < 0)
		return r;
	if (r > 0) {
		buf_printf(out, "binary or large: %llu bytes to %llu bytes\n",
			   (unsigned long long)c->old.size, (unsigned long long)c->now.size);
		return 0;
	}
	if (p.edits.n == 0)
		return 0;
	buf_str(out, "--- ");
	buf_str(out, S_ISREG(c->old.mode) ? "a/" : "/dev/null");
	if (S_ISREG(c->old.mode))
		show_name(t, c, c->path, out);
	buf_str(out, "\n+++ ");
	buf_str(out, S_ISREG(c->now.mode) ? "b/" : "/dev/null");
	if (S_ISREG(c->now.mode))
		show_name(t, c, c->path, out);
	buf_str(out, "\n");
	for (; range[0] < p.edits.n; range[0] = range[1]) {
		range[1] = unified_end(&p.edits, range[0]);
		unified_hunk(sides, &p.edits, range, is_color, out);
	}
	return 0;
}

int show_content(const struct review_trees *t, const struct review_change *c,
		 const struct buf *instead, bool is_color, struct buf *out)
{
	int r = 0;

	if (S_ISLNK(c->old.mode))
		r = show_link(t->roots[c->root].fd, c->path, '-', out);
	if (r == 0 && S_ISLNK(c->now.mode))
		r = show_link(t->made[c->root], c->path, '+', out);
	if (r == 0 && c->kind != CHANGE_RENAME && (S_ISREG(c->old.mode) || S_ISREG(c->now.mode)))
		r = show_hunks(t, c, instead, is_color, out);
	return r < 0 ? r : out->err;
}
