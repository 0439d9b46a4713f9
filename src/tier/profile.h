/* SPDX-License-Identifier: Apache-2.0 */
/* The system call profile "agent". */
#ifndef TIER_PROFILE_H
#define TIER_PROFILE_H

#include <stdint.h>

/*
 * profile_agent - verdicts for what compilers, package managers, interpreters and agents need.
 * @verdict: by number, FILTER_CALLS of them, zeroed; what is not named stays unknown
 */
void profile_agent(uint8_t *verdict);

/*
 * profile_no_set_user_id - take the set-user-ID bit out of every call that could give it to a file.
 * @verdict: as profile_agent left it
 *
 * For sandboxes that write to directories of the host: such a file would be its owner's out there.
 */
void profile_no_set_user_id(uint8_t *verdict);

/*
 * profile_connect - have connections made by the listener, for kernels without a right for them.
 *
 * A filter cannot see the name of a socket. Unix datagram sockets are refused: they send to a name
 * without connecting.
 */
void profile_connect(uint8_t *verdict);

#endif
