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
 * proc_each - visit every thread of a process and of all its descendants; returns how many.
 * @root: pid of an own child that is not reaped yet, so that the number stays its own
 * @see:  called for each; the first thread of a process has its pid
 *
 * What vanishes meanwhile is left out. Source: proc_tid_children(5).
 */
uint64_t proc_each(pid_t root, void (*see)(pid_t pid, pid_t tid, void *arg), void *arg);

/*
 * proc_usage - add up a process and all its descendants.
 * @root: as in proc_each
 *
 * Source: proc_pid_statm(5).
 */
void proc_usage(pid_t root, struct proc_usage *ret);

/*
 * proc_process_of - the process that a thread belongs to; 0 when there is no such thread.
 *
 * Source: proc_pid_status(5), Tgid.
 */
pid_t proc_process_of(pid_t tid);

#endif
