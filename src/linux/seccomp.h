/* SPDX-License-Identifier: Apache-2.0 */
/* Loading of seccomp filters. What they say is made by the tier. */
#ifndef LINUX_SECCOMP_H
#define LINUX_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>

struct sock_filter;

/*
 * seccomp_enter - put this process under a filter, for good.
 * @filter: instructions (borrowed)
 * @n:      how many
 * @notify: ask for a listener that receives the calls whose verdict is SECCOMP_RET_USER_NOTIF
 *
 * Returns the owned listener fd when @notify, else 0; -EBUSY when an outer sandbox listens already;
 * else negative errno. A call that the listener has taken is interrupted by fatal signals alone,
 * where the kernel can do that. Source: seccomp(2), SECCOMP_FILTER_FLAG_NEW_LISTENER;
 * include/uapi/linux/seccomp.h, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV.
 */
int seccomp_enter(const struct sock_filter *filter, size_t n, bool notify);

#endif
