/* SPDX-License-Identifier: Apache-2.0 */
/* Makes unsafe C library calls a compile error; forced into every file of ours by the build. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With clang, fortified headers define these two as macros, and a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf

/* Each has a checked replacement: struct buf for building text, num_* for reading numbers. */
#pragma GCC poison strcpy strcat strncat sprintf vsprintf strtok atoi atol atoll
#pragma GCC poison strtol strtoul strtoll strtoull system popen gets

#endif
