/* SPDX-License-Identifier: Apache-2.0 */
/* A placeholder that looks like the secret it stands for, so that clients take it for one. */
#ifndef SANDBOX_SECRET_SHAPE_H
#define SANDBOX_SECRET_SHAPE_H

#include <stddef.h>

#define SECRET_SHAPE_MAX 513 /* bytes of a placeholder, with the NUL */

/*
 * secret_shape - make a placeholder.
 * @p, @n: the value
 *
 * What tells the kind of a token by (ghp_, sk-ant-api03-) stays, and so do punctuation, length and
 * kinds of letters; every letter and digit behind it is another one, by chance. A value that is
 * short or leaves little to chance gets a placeholder of no shape.
 *
 * Returns 0, or -EIO when there is no randomness to be had.
 */
int secret_shape(const char *p, size_t n, char ret[SECRET_SHAPE_MAX]);

#endif
