/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on the terminal: input pushed back, line disciplines, and whose terminal it is. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define TYPED "escaped-input\n"
#define TIOCLINUX_PASTE 3
#define PASTE_SELECTION 3
#define HIGH_BIT (1ul << 32)

static int terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	return fd < 0 ? 0 : fd;
}

static int type_in(unsigned long request)
{
	int fd = terminal();

	for (const char *c = TYPED; *c != '\0'; c++)
		if (syscall(SYS_ioctl, fd, request, c) < 0)
			return held("TIOCSTI");
	return opened("typed");
}

static int k22(void)
{
	return type_in(TIOCSTI);
}

static int k23(void)
{
	return type_in(TIOCSTI | HIGH_BIT);
}

static int k24(void)
{
	char what = PASTE_SELECTION;

	(void)TIOCLINUX_PASTE;
	if (ioctl(terminal(), TIOCLINUX, &what) < 0) {
		errno = errno == ENOTTY || errno == EINVAL ? ENODEV : errno;
		return held("TIOCLINUX");
	}
	return opened("pasted");
}

static int k25(void)
{
	int fd = terminal();

	if (ioctl(fd, TIOCCONS, NULL) == 0) {
		ioctl(fd, TIOCCONS, NULL);
		return opened("TIOCCONS");
	}
	if (ioctl(fd, TIOCSCTTY, (void *)1) == 0)
		return opened("TIOCSCTTY steal");
	return held("TIOCCONS, TIOCSCTTY steal");
}

/* Device and inode of whatever terminal a standard stream is; the runner knows those of the host's.
 */
static int t08(void)
{
	struct stat st;
	int found = 0;

	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || !isatty(fd))
			continue;
		printf("TTY %lu:%lu\n", (unsigned long)st.st_dev, (unsigned long)st.st_rdev);
		found++;
	}
	errno = ENOTTY;
	return found > 0 ? opened("%d streams are terminals", found) : held("a terminal");
}

/* Modes that would outlast the run. */
static int t06(void)
{
	static const char modes[] = "\033[?1049h\033[?1000h\033[?2004h\033[?25l\033[31m";
	struct termios t;

	if (tcgetattr(1, &t) < 0)
		return held("tcgetattr");
	cfmakeraw(&t);
	tcsetattr(1, TCSANOW, &t);
	return judge(write(1, modes, sizeof(modes) - 1), "modes left on");
}

const struct act term_acts[] = {
	{ "K-22", k22 }, { "K-23", k23 }, { "K-24", k24 }, { "K-25", k25 },
	{ "T-06", t06 }, { "T-08", t08 }, { NULL, NULL },
};
