/* SPDX-License-Identifier: Apache-2.0 */
/* Which placeholders a sandbox makes, written down first, for when all its processes are killed. */
#ifndef SANDBOX_PLACEHOLDER_LOG_H
#define SANDBOX_PLACEHOLDER_LOG_H

struct placeholders;

/*
 * placeholder_note - write down that one is about to be made.
 * @box:  fd of the sandbox's directory (borrowed)
 * @path: absolute, without links
 * @text: as for placeholder_take
 *
 * Returns 0 or negative errno.
 */
int placeholder_note(int box, const char *path, const char *text);

/*
 * placeholders_reload - join every placeholder that a sandbox has written down and that is there.
 * @box: fd of its directory (borrowed)
 */
void placeholders_reload(int box, struct placeholders *all);

/*
 * placeholders_recover - remove what a sandbox that is gone has written down, unless others rely on
 * it, and the note itself. Does nothing where there is no note.
 */
void placeholders_recover(int box);

#endif
