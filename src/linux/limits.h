/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a process: rlimits and processor affinity. */
#ifndef LINUX_LIMITS_H
#define LINUX_LIMITS_H

#include <stdint.h>

/*
 * limits_set - set soft and hard limit; never above the hard limit in force.
 * @resource: RLIMIT_*
 * @value:    RLIM_INFINITY for none
 *
 * Source: setrlimit(2).
 */
int limits_set(int resource, uint64_t value);

/*
 * limits_affinity - keep to the first @n processors that the caller may use.
 * Source: sched_setaffinity(2).
 */
int limits_affinity(unsigned int n);

#endif
