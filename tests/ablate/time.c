/* SPDX-License-Identifier: Apache-2.0 */
/* No time namespace. */
#include "without.h"

WITHOUT(CLONE_NEWTIME)
