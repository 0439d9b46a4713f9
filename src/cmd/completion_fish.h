/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for fish. */
#ifndef CMD_COMPLETION_FISH_H
#define CMD_COMPLETION_FISH_H

#include "base/buf.h"

/* Appends the whole script. */
void completion_fish(struct buf *out);

#endif
