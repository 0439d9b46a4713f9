/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes of a sandbox use, seen from outside. */
#ifndef LINUX_PROC_H
#define LINUX_PROC_H

#include <stdint.h>
#include <sys/types.h>

/*
 * struct proc_usage - sums over a process tree.
 * @memory_bytes: resident anonymous memory
 * @tasks:        processes and threads
 */
struct proc_usage {
	uint64_t memory_bytes;
	uint64_t tasks;
};

/*
 * proc_usage - add up a process and all its descendants.
 * @root: pid of an own child that is not reaped yet, so that the number stays its own
 *
 * What vanishes meanwhile is left out. Source: proc_pid_statm(5), proc_tid_children(5).
 */
void proc_usage(pid_t root, struct proc_usage *ret);

#endif
