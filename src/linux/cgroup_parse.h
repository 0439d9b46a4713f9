/* SPDX-License-Identifier: Apache-2.0 */
/* The texts in which the kernel tells of control groups. */
#ifndef LINUX_CGROUP_PARSE_H
#define LINUX_CGROUP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "linux/cgroup.h"

/*
 * cgroup_parse_v1 - our group under a version 1 controller.
 * @text: /proc/self/cgroup
 * @ret:  the path, "" for the root
 *
 * Returns 0 or -ENOENT. Source: cgroups(7), "/proc/pid/cgroup".
 */
int cgroup_parse_v1(const char *text, enum cgroup_kind kind, char *ret, size_t n);

/* Our group of version 2, alike. */
int cgroup_parse_v2(const char *text, char *ret, size_t n);

/* The kernel's name of a controller. */
const char *cgroup_kind_name(enum cgroup_kind kind);

/* The controllers in a list that is separated by spaces or commas, as 1 << kind. */
unsigned int cgroup_parse_kinds(const char *list);

/* A list as cgroup.subtree_control takes it: each name after @sign, which is '+' or '-'. */
void cgroup_print_kinds(unsigned int kinds, char sign, char *ret, size_t n);

/* Whether systemd made a group, by its name. Source: systemd.unit(5). */
bool cgroup_parse_is_unit(const char *group);

/* Whether a list of processes, one a line, holds @pid, @other perhaps, and nobody else. */
bool cgroup_parse_is_only(const char *text, pid_t pid, pid_t other);

/* The number after "key " at the beginning of a line; 0 when there is none. */
uint64_t cgroup_parse_count(const char *text, const char *key);

#endif
