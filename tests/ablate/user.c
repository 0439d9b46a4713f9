/* SPDX-License-Identifier: Apache-2.0 */
/* No user namespace. */
#include "without.h"

WITHOUT(CLONE_NEWUSER)
