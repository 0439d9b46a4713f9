/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completion, from the tables of commands and options. */
#include "cmd/completion.h"

#include <errno.h>
#include <string.h>

#include "cmd/completion_bash.h"
#include "cmd/completion_fish.h"
#include "cmd/completion_zsh.h"

struct shell {
	const char *name;
	void (*write)(struct buf *out);
};

static const struct shell shells[] = {
	{ "bash", completion_bash },
	{ "zsh", completion_zsh },
	{ "fish", completion_fish },
};

int completion_write(const char *shell, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].name, shell) != 0)
			continue;
		shells[i].write(out);
		return 0;
	}
	return err_set(e, -EINVAL, "no completion for \"%s\"; there is bash, zsh and fish", shell);
}

enum completion_kind completion_kind(const struct opt *o)
{
	if (opt_choices(o) != NULL)
		return COMPLETE_WORDS;
	if (strcmp(o->arg, "FILE") == 0 || strcmp(o->arg, "PATH") == 0)
		return COMPLETE_FILE;
	if (strcmp(o->arg, "DIR") == 0)
		return COMPLETE_DIR;
	return COMPLETE_NOTHING;
}
