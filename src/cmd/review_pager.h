/* SPDX-License-Identifier: Apache-2.0 */
/* Sends long output through the user's pager. */
#ifndef CMD_REVIEW_PAGER_H
#define CMD_REVIEW_PAGER_H

#include <unistd.h>

/* struct pager - @fd: where to write, standard output when there is no pager */
struct pager {
	int fd;
	int pid;
};

#define PAGER_INIT ((struct pager){ .fd = STDOUT_FILENO, .pid = -1 })

/* Start $PAGER, or less -R, when standard output is a terminal; else leave it as it is. */
void pager_start(struct pager *p);

/* Close the pipe and wait for the pager to end. */
void pager_done(struct pager *p);

#endif
