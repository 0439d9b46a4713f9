/* SPDX-License-Identifier: Apache-2.0 */
/* The prose of the manual pages that no table holds. */
#include "cmd/man_text.h"

#include <stddef.h>

#include "cmd/roff.h"

const char *const man_files[] = {
	"/etc/tiercel/policy.yaml",
	"policy of the system's administrator.",
	"$XDG_CONFIG_HOME/tiercel/policy.yaml",
	"the user's policy; ~/.config when the variable is not set.",
	".tiercel.yaml",
	"policy of the project, in the current directory; it may only tighten.",
	"$XDG_STATE_HOME/tiercel/sandboxes",
	"sandboxes: what they changed, their records, reports and events. ~/.local/state when the "
	"variable is not set; for root /var/lib/tiercel.",
	NULL,
};

const char *const man_environment[] = {
	"HOME, XDG_CONFIG_HOME, XDG_STATE_HOME",
	"where the files above are. A relative path in the latter two is ignored.",
	"NO_COLOR",
	"when set and not empty, nothing is coloured.",
	"PAGER",
	"what tiercel diff shows long output with, on a terminal.",
	"TIERCEL, container",
	"set inside a sandbox, to 1 and to tiercel.",
	"HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY",
	"set inside a sandbox that may reach a host, in lower case too; env.set has the last word.",
	NULL,
};

void man_text_pairs(struct buf *out, const char *const *pair)
{
	for (; pair[0] != NULL && pair[1] != NULL; pair += 2)
		roff_item(out, pair[0], pair[1]);
}
