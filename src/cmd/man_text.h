/* SPDX-License-Identifier: Apache-2.0 */
/* The prose of the manual pages that no table holds. */
#ifndef CMD_MAN_TEXT_H
#define CMD_MAN_TEXT_H

#include "base/buf.h"

#define MAN_EXIT                                                                                   \
	"0 when it was done; 1 where the description says so; 125 when it could not be done, "     \
	"with "                                                                                    \
	"one line on standard error that says why; 141 when standard output went to a pipe that "  \
	"nobody reads any more."

#define MAN_EXIT_RUN                                                                               \
	"The command's own exit status; 124 when it hit its time limit; 125 when Tiercel could "   \
	"not or would not start it, with one line on standard error that says why; 126 when the "  \
	"command cannot be executed; 127 when it was not found; 128+n when signal n killed it, "   \
	"so 137 also when it reached a limit of memory, processes, disk or output."

#define MAN_OVERVIEW                                                                               \
	"Tiercel runs an AI agent, or any command that an agent asks for, where it can do no "     \
	"harm, and lets a person decide what becomes of its work. It needs no root, no daemon "    \
	"and "                                                                                     \
	"no configuration.\n\n"                                                                    \
	"The command sees the system read-only, an empty home directory but for what presets and " \
	"policy name, and the directory that it was started in, at its own path. What it changes " \
	"there is kept apart: the files themselves stay as they were until tiercel apply gives "   \
	"the "                                                                                     \
	"changes to them, or tiercel discard drops them. It reaches no host but those that "       \
	"--allow "                                                                                 \
	"or policy name, has no capabilities, sees no process but its own, and runs within "       \
	"limits.\n\n"                                                                              \
	"Whatever cannot be enforced on this machine ends the start, with the policy's line and "  \
	"what would help; nothing degrades in silence. Tiercel's own words go to standard error, " \
	"each line beginning with tiercel: and never into the command's output."

/* Tags and texts in turns, ended by NULL. */
extern const char *const man_files[];
extern const char *const man_environment[];

/* Appends such a list as items. */
void man_text_pairs(struct buf *out, const char *const *pair);

#endif
