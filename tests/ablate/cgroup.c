/* SPDX-License-Identifier: Apache-2.0 */
/* No cgroup namespace. */
#include "without.h"

WITHOUT(CLONE_NEWCGROUP)
