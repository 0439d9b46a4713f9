/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for zsh. */
#ifndef CMD_COMPLETION_ZSH_H
#define CMD_COMPLETION_ZSH_H

#include "base/buf.h"

/* Appends the whole script. */
void completion_zsh(struct buf *out);

#endif
