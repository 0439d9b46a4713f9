/* SPDX-License-Identifier: Apache-2.0 */
/* A compiler from verdicts by system call number to classic BPF. */
#ifndef TIER_FILTER_H
#define TIER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define FILTER_CALLS 512 /* above every number that this version knows */

/* What happens to a call; those after VERDICT_ARGS look at its arguments first. */
enum verdict {
	VERDICT_UNKNOWN, /* ENOSYS, as from a kernel that does not have it */
	VERDICT_ALLOW,
	VERDICT_DENY,	/* EPERM, reported where a listener exists */
	VERDICT_ABSENT, /* ENOSYS for a call that exists, so that libraries fall back */
	VERDICT_SOCKET,
	VERDICT_SOCKETPAIR,
	VERDICT_CLONE,
	VERDICT_UNSHARE,
	VERDICT_IOCTL,
	VERDICT_PERSONALITY,
	VERDICT_SETRLIMIT, /* but for RLIMIT_CORE, which stays as it is and says that it does not */
	VERDICT_PRLIMIT,
	VERDICT_MODE_1,	       /* no set-user-ID bit in the mode, which is the second argument */
	VERDICT_MODE_2,	       /* the third */
	VERDICT_OPEN,	       /* the third, when the flags before it make a file */
	VERDICT_OPENAT,	       /* the fourth, likewise */
	VERDICT_CONNECT,       /* done by the listener; EACCES where there is none */
	VERDICT_SOCKET_STREAM, /* as VERDICT_SOCKET, without unix datagrams */
	VERDICT_SOCKETPAIR_STREAM, /* likewise */
	VERDICT_SOCKET_IP,	   /* TCP and UDP alone */
	VERDICT_NO_LINGER,	   /* setsockopt but for SO_LINGER */
	VERDICT_END
};

/*
 * filter_compile - make the program.
 * @verdict: by system call number
 * @notify:  refused calls go to a listener, which answers them
 * @out:     receives an array of struct sock_filter
 *
 * Foreign architectures are killed, x32 numbers get ENOSYS. The calls are found by a binary search
 * over ranges of equal verdicts.
 */
void filter_compile(const uint8_t verdict[FILTER_CALLS], bool notify, struct buf *out);

#endif
