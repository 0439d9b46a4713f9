/* SPDX-License-Identifier: Apache-2.0 */
/* No UTS namespace; a host name of its own cannot be had then. */
#include "without.h"

#include <stddef.h>

WITHOUT(CLONE_NEWUTS)

int __wrap_sethostname(const char *name, size_t n);

int __wrap_sethostname(const char *name, size_t n)
{
	(void)name;
	(void)n;
	return 0;
}
