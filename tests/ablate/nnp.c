/* SPDX-License-Identifier: Apache-2.0 */
/* no_new_privs is not set. */
#include "linux/caps.h"

int __wrap_caps_no_new_privs(void);

int __wrap_caps_no_new_privs(void)
{
	return 0;
}
