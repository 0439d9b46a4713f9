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

#endif
