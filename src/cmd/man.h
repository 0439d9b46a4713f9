/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages, from the tables of commands, options and policy fields. */
#ifndef CMD_MAN_H
#define CMD_MAN_H

#include "base/buf.h"
#include "base/err.h"

/*
 * man_page - write a page.
 * @name: "tiercel", "tiercel-run", "tiercel-policy.5"; without a section, tiercel-policy is that of
 *        section 5 and the others are of section 1
 * @out:  receives roff with the man macros
 *
 * Returns 0 or -EINVAL with @e filled.
 */
int man_page(const char *name, struct buf *out, struct err *e);

#endif
