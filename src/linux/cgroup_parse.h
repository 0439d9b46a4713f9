/* SPDX-License-Identifier: Apache-2.0 */
/* The texts in which the kernel tells of control groups. */
#ifndef LINUX_CGROUP_PARSE_H
#define LINUX_CGROUP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * cgroup_parse_v1 - our group under a version 1 controller.
 * @text: /proc/self/cgroup
 * @ret:  the path, "" for the root
 *
 * Returns 0 or -ENOENT. Source: cgroups(7), "/proc/pid/cgroup".
 */
int cgroup_parse_v1(const char *text, const char *controller, char *ret, size_t n);

/* Our group of version 2, alike. */
int cgroup_parse_v2(const char *text, char *ret, size_t n);

/* Whether a word stands in a list that is separated by spaces or commas. */
bool cgroup_parse_word(const char *list, const char *word);

/* The number after "key " at the beginning of a line; 0 when there is none. */
uint64_t cgroup_parse_count(const char *text, const char *key);

#endif
