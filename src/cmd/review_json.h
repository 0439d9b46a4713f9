/* SPDX-License-Identifier: Apache-2.0 */
/* Pending changes as JSON. */
#ifndef CMD_REVIEW_JSON_H
#define CMD_REVIEW_JSON_H

#include <stdbool.h>

#include "base/err.h"

struct apply_item;
struct review_open;

/*
 * review_json - print the picked changes as one JSON object on standard output.
 * @items:    what apply makes of them
 * @is_apply: all of them, with whether they are applied
 *
 * A path that is no UTF-8 is given escaped, with "path_escaped": true. Returns 0 or negative errno.
 */
int review_json(const struct review_open *o, const struct apply_item *items, bool is_apply,
		struct err *e);

#endif
