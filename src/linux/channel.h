/* SPDX-License-Identifier: Apache-2.0 */
/* Whole messages with descriptors over a SOCK_SEQPACKET socket. */
#ifndef LINUX_CHANNEL_H
#define LINUX_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

#define CHANNEL_FDS_MAX 8

/*
 * channel_pair - two ends, both close-on-exec.
 */
int channel_pair(int ret_ends[2]);

/*
 * channel_send - send one message.
 * @fds: borrowed; the receiver gets copies
 *
 * Returns 0 or negative errno; never raises SIGPIPE. Source: unix(7), SCM_RIGHTS.
 */
int channel_send(int end, const void *p, size_t n, const int *fds, size_t fds_n);

/*
 * channel_receive - receive one message.
 * @ret_fds:   owned, close-on-exec; room for CHANNEL_FDS_MAX
 * @ret_fds_n: how many came
 *
 * Returns its length, 0 at end of file, -EMSGSIZE when it or its descriptors were cut.
 */
ssize_t channel_receive(int end, void *p, size_t n, int *ret_fds, size_t *ret_fds_n);

#endif
