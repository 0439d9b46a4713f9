/* SPDX-License-Identifier: Apache-2.0 */
/* No network namespace; its set-up falls away. */
#include "without.h"

WITHOUT(CLONE_NEWNET)

int __wrap_netns_loopback(void);
int __wrap_netns_watch(int *ret_fds);

int __wrap_netns_loopback(void)
{
	return 0;
}

int __wrap_netns_watch(int *ret_fds)
{
	(void)ret_fds;
	return 0;
}
