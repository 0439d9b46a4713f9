/* SPDX-License-Identifier: Apache-2.0 */
/* The error object. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void text_add(struct err *e, const char *text)
{
	size_t n = strnlen(e->text, sizeof(e->text));

	if (n < sizeof(e->text))
		snprintf(e->text + n, sizeof(e->text) - n, "%s", text);
}

__attribute__((format(printf, 3, 0))) static void text_format(struct err *e, int code,
							      const char *fmt, va_list ap)
{
	e->code = code;
	/* A cut text is better than none, so the length is not checked. */
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	va_start(ap, fmt);
	text_format(e, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	va_start(ap, fmt);
	text_format(e, code, fmt, ap);
	va_end(ap);
	text_add(e, ": ");
	text_add(e, strerror(-code));
	return code;
}

int err_in(struct err *e, int code, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	va_list ap;

	if (e == NULL)
		return code;
	if (e->text[0] != '\0')
		memcpy(old, e->text, sizeof(old));
	else
		snprintf(old, sizeof(old), "%s", strerror(-code));
	va_start(ap, fmt);
	text_format(e, code, fmt, ap);
	va_end(ap);
	text_add(e, ": ");
	text_add(e, old);
	return code;
}
