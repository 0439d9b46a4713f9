/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers read from text: all of the string, in range, or nothing. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdint.h>

/*
 * num_u64 - read a decimal number.
 * @text:  digits only, all of the string
 * @max:   largest value taken
 * @ret_v: untouched on failure
 *
 * Returns 0, -EINVAL when it is no number, -ERANGE when it is above @max.
 */
int num_u64(const char *text, uint64_t max, uint64_t *ret_v);

/*
 * num_size - read a size in bytes: 512, 64KiB, 4GiB; K, M, G, T alone mean the same powers of
 * 1024, as do kb, mb, gb (Docker's habit); upper or lower case; a fraction such as 1.5g is taken.
 *
 * Returns 0, -EINVAL, -ERANGE when it does not fit in 63 bits.
 */
int num_size(const char *text, uint64_t *ret_bytes);

/*
 * num_duration_ms - read a time: 90 (seconds), 500ms, 30s, 5m, 1h, 1h30m, 2d.
 *
 * Returns 0, -EINVAL, -ERANGE when it is above 10 years.
 */
int num_duration_ms(const char *text, uint64_t *ret_ms);

/*
 * num_milli - read a decimal fraction as thousandths: 2 is 2000, 0.5 is 500.
 * @max: largest value taken, in thousandths
 *
 * Returns 0, -EINVAL (also for more than three decimals), -ERANGE.
 */
int num_milli(const char *text, uint64_t max, uint64_t *ret_milli);

#endif
