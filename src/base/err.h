/* SPDX-License-Identifier: Apache-2.0 */
/* The error object: a code for logic and a text for people, flat, so that it can cross a socket. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdint.h>

#define ERR_TEXT_MAX 244

/*
 * struct err - filled once, at the place that knows the path or the number.
 * @code: negative errno
 * @text: what, where and what would be right; always terminated; no newline
 */
struct err {
	int32_t code;
	char text[ERR_TEXT_MAX];
};

/*
 * err_set - fill an error and hand back its code.
 * @e:    may be NULL
 * @code: negative errno
 * @fmt:  printf format of the text; too long a text is cut
 *
 * Returns @code.
 */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * err_sys - like err_set, with ": " and the words for the errno appended.
 */
int err_sys(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * err_in - put a context before the text of an error that a callee filled.
 * @e:    may be NULL; if still empty it gets the words for @code
 * @code: negative errno, returned as it is
 */
int err_in(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
