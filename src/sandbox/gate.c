/* SPDX-License-Identifier: Apache-2.0 */
/* The last look before a command may start: the kernel says whether the walls are up. */
#include "sandbox/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

#define STATUS_MAX 8192

static const char *const needed[] = {
	"\nCapInh:\t0000000000000000\n",
	"\nCapPrm:\t0000000000000000\n",
	"\nCapEff:\t0000000000000000\n",
	"\nCapBnd:\t0000000000000000\n",
	"\nCapAmb:\t0000000000000000\n",
	"\nNoNewPrivs:\t1\n",
	"\nSeccomp:\t2\n",
};

int gate_check(pid_t init, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	char text[STATUS_MAX + 1];
	char path[32];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/status", init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -errno : fd_read_full(fd, text, STATUS_MAX);
	if (n < 0)
		return err_sys(e, (int)n, "cannot check the walls of the sandbox");
	text[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (strstr(text, needed[i]) == NULL)
			return err_set(e, -EPERM, "a wall is missing: the kernel does not say %.*s",
				       (int)strcspn(needed[i] + 1, "\n"), needed[i] + 1);
	return 0;
}
