/* SPDX-License-Identifier: Apache-2.0 */
/* Manual page source: text that roff prints as it stands. */
#ifndef CMD_ROFF_H
#define CMD_ROFF_H

#include "base/buf.h"

/*
 * roff_text - append text so that no character of it is a request or an escape. Source: groff(7).
 * @text: UTF-8 of our own; characters beyond ASCII become \[uXXXX]
 */
void roff_text(struct buf *out, const char *text);

/* Appends the head of a page: name, section, and its NAME section. */
void roff_head(struct buf *out, const char *name, int section, const char *summary);

/* Appends a section heading. */
void roff_section(struct buf *out, const char *title);

/* Appends paragraphs; an empty line in @text parts them. */
void roff_paragraphs(struct buf *out, const char *text);

/* Appends an item with a tag in bold and a text below it. */
void roff_item(struct buf *out, const char *tag, const char *text);

/* Appends a line as it was written, in an example. */
void roff_example(struct buf *out, const char *line);

#endif
