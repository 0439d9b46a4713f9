/* SPDX-License-Identifier: Apache-2.0 */
/* No mount namespace. */
#include "without.h"

WITHOUT(CLONE_NEWNS)
