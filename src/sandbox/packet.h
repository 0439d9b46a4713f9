/* SPDX-License-Identifier: Apache-2.0 */
/* Connection attempts seen inside the sandbox's network, turned into events. */
#ifndef SANDBOX_PACKET_H
#define SANDBOX_PACKET_H

struct events_log;

/*
 * packet_read - read what waits on a watching socket.
 * @fd:  from netns_watch (borrowed), non-blocking
 * @log: gets "net.connect" with address and port, or "net.dns" with the name asked for
 */
void packet_read(int fd, struct events_log *log);

#endif
