/* SPDX-License-Identifier: Apache-2.0 */
/* No capability is dropped. */
#include "linux/caps.h"

int __wrap_caps_drop(void);

int __wrap_caps_drop(void)
{
	return 0;
}
