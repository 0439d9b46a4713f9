/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page tiercel-policy(5), from the table of policy fields. */
#ifndef CMD_MAN_POLICY_H
#define CMD_MAN_POLICY_H

#include "base/buf.h"

/* Appends the page. */
void man_policy(struct buf *out);

#endif
