/* SPDX-License-Identifier: Apache-2.0 */
/* Manual page source: text that roff prints as it stands. */
#include "cmd/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Decodes one character of well-formed UTF-8 beyond ASCII; returns its length. */
static size_t code_point(const unsigned char *p, unsigned int *ret)
{
	size_t more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : 1;
	unsigned int c = p[0] & (0x3fu >> more);

	for (size_t i = 1; i <= more && (p[i] & 0xc0) == 0x80; i++)
		c = c << 6 | (p[i] & 0x3f);
	*ret = c;
	return more + 1;
}

void roff_text(struct buf *out, const char *text)
{
	const char *end = text + strlen(text);
	bool is_line_start = true;

	while (text < end) {
		unsigned int code;

		if (is_line_start && (*text == '.' || *text == '\''))
			buf_str(out, "\\&");
		is_line_start = *text == '\n';
		if ((unsigned char)*text >= 0x80) {
			text += code_point((const unsigned char *)text, &code);
			buf_printf(out, "\\[u%04X]", code);
			continue;
		}
		if (*text == '\\')
			buf_str(out, "\\e");
		else if (*text == '-')
			buf_str(out, "\\-");
		else if (*text == '\'')
			buf_str(out, "\\(aq");
		else if (*text == '`')
			buf_str(out, "\\(ga");
		else if (*text == '~')
			buf_str(out, "\\(ti");
		else if (*text == '^')
			buf_str(out, "\\(ha");
		else
			buf_add(out, text, 1);
		text++;
	}
}

void roff_head(struct buf *out, const char *name, int section, const char *summary)
{
	buf_str(out, ".TH \"");
	for (const char *p = name; *p != '\0'; p++)
		buf_printf(out, "%c", toupper((unsigned char)*p));
	buf_printf(out, "\" %d \"\" \"tiercel " TIERCEL_VERSION "\" \"Tiercel\"\n", section);
	/* No hyphenation, ragged right: commands stay whole. */
	buf_str(out, ".nh\n.ad l\n");
	roff_section(out, "NAME");
	roff_text(out, name);
	buf_str(out, " \\- ");
	roff_text(out, summary);
	buf_str(out, "\n");
}

void roff_section(struct buf *out, const char *title)
{
	buf_printf(out, ".SH \"%s\"\n", title);
}

void roff_paragraphs(struct buf *out, const char *text)
{
	while (*text != '\0') {
		const char *stop = strstr(text, "\n\n");
		size_t n = stop != NULL ? (size_t)(stop - text) : strlen(text);
		char part[2048];

		if (n >= sizeof(part))
			n = sizeof(part) - 1;
		memcpy(part, text, n);
		part[n] = '\0';
		buf_str(out, ".PP\n");
		roff_text(out, part);
		buf_str(out, "\n");
		text += n;
		text += strspn(text, "\n");
	}
}

void roff_item(struct buf *out, const char *tag, const char *text)
{
	buf_str(out, ".TP\n\\fB");
	roff_text(out, tag);
	buf_str(out, "\\fR\n");
	roff_text(out, text);
	buf_str(out, "\n");
}

void roff_example(struct buf *out, const char *line)
{
	buf_str(out, ".PP\n.RS 4\n.nf\n");
	roff_text(out, line);
	buf_str(out, "\n.fi\n.RE\n");
}
