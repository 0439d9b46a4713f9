/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash. */
#ifndef CMD_COMPLETION_BASH_H
#define CMD_COMPLETION_BASH_H

#include "base/buf.h"

/* Appends the whole script. */
void completion_bash(struct buf *out);

#endif
