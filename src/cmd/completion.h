/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completion, from the tables of commands and options. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "base/buf.h"
#include "base/err.h"
#include "cmd/opt.h"

/* What an option's argument is. */
enum completion_kind {
	COMPLETE_WORDS,
	COMPLETE_FILE,
	COMPLETE_DIR,
	COMPLETE_NOTHING,
	COMPLETE_END
};

/*
 * completion_write - write the completion of a shell.
 * @shell: "bash", "zsh" or "fish"
 *
 * Returns 0 or -EINVAL with @e filled.
 */
int completion_write(const char *shell, struct buf *out, struct err *e);

/* What to offer for the argument of an option that takes one. */
enum completion_kind completion_kind(const struct opt *o);

#endif
