/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's terminal while it stands in for the sandbox's own. */
#include "sandbox/terminal.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/pty.h"
#include "sandbox/supervise.h"

/*
 * Ends alternate screen, mouse reports, bracketed paste and colours that the payload left on. Where
 * no alternate screen was, leaving it moves the cursor to where it once was: so it is put back.
 */
#define RESET                                                                                      \
	"\0337\033[?1049l\0338\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[?"       \
	"25h\033[0m"

static struct termios *saved(void)
{
	/* One terminal a process: signal handlers and the end of the run must find the same one. */
	static struct termios modes;

	return &modes;
}

static void raw(void)
{
	struct termios t = *saved();

	cfmakeraw(&t);
	tcsetattr(0, TCSADRAIN, &t);
}

void terminal_join(struct supervisor *s)
{
	if (tcgetattr(0, saved()) < 0)
		return;
	s->is_terminal = true;
	pty_copy_size(0, s->pty);
	raw();
	s->relay[RELAY_IN] = (struct relay){ .from = 0, .to = s->pty };
	s->relay[RELAY_OUT] = (struct relay){ .from = s->pty, .to = 1 };
	relay_never_block(&s->relay[RELAY_OUT]);
}

void terminal_leave(struct supervisor *s)
{
	if (!s->is_terminal)
		return;
	(void)fd_write_full(1, RESET, strlen(RESET));
	tcsetattr(0, TCSADRAIN, saved());
}

void terminal_stop(struct supervisor *s)
{
	terminal_leave(s);
	raise(SIGSTOP);
	raw();
	pty_copy_size(0, s->pty);
}
