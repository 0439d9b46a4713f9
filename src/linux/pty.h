/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-terminals: one pair from a devpts instance, and what a relay does to its own terminal. */
#ifndef LINUX_PTY_H
#define LINUX_PTY_H

/*
 * pty_open - a new pair from the devpts whose ptmx is at a path.
 * @ptmx:       for example /dev/ptmx
 * @ret_master: owned
 * @ret_slave:  owned
 *
 * Returns 0 or negative errno. Source: pty(7), ioctl_tty(2) TIOCGPTPEER.
 */
int pty_open(const char *ptmx, int *ret_master, int *ret_slave);

/*
 * pty_copy_size - give one terminal the size of another. Source: ioctl_tty(2) TIOCSWINSZ.
 */
int pty_copy_size(int from, int to);

/*
 * pty_control - make a terminal the controlling one of this new session leader.
 */
int pty_control(int slave);

#endif
