/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's terminal while it stands in for the sandbox's own. */
#ifndef SANDBOX_TERMINAL_H
#define SANDBOX_TERMINAL_H

struct supervisor;

/* Raw mode, the size passed on, bytes relayed both ways. */
void terminal_join(struct supervisor *s);

/* As it was before. */
void terminal_leave(struct supervisor *s);

/* The command stopped itself (ctrl-Z): give the terminal back, stop, and join again when continued.
 */
void terminal_stop(struct supervisor *s);

#endif
