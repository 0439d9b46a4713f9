/* SPDX-License-Identifier: Apache-2.0 */
/* Which process holds a TCP socket, as far as /proc tells. */
#ifndef LINUX_PROC_SOCKET_H
#define LINUX_PROC_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

#define PROC_PROGRAM_MAX 16 /* with the NUL: proc_pid_comm(5) */

/*
 * proc_socket_owner - the process below @root that has a TCP socket with this local port.
 * @root: pid of an own child that is not reaped yet; its network namespace is looked at
 * @ret_program: its name, as it chose it: bytes from inside
 *
 * Returns its pid, or 0 when there is none any more. A hint, as a port may be used anew; takes
 * about a millisecond for a hundred processes. Source: proc_pid_net(5), "tcp"; proc_pid_fd(5).
 */
pid_t proc_socket_owner(pid_t root, uint16_t port, char ret_program[PROC_PROGRAM_MAX]);

#endif
