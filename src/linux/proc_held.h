/* SPDX-License-Identifier: Apache-2.0 */
/* What a process tree holds that neither its sizes nor a look through directories show. */
#ifndef LINUX_PROC_HELD_H
#define LINUX_PROC_HELD_H

#include <stdint.h>
#include <sys/types.h>

/*
 * struct proc_held - sums over a process tree, each file once.
 * @shared_bytes:  memory files that are open, or shared memory that is mapped, whichever is more
 * @deleted_bytes: blocks of files on disk that are open and have no name any more
 */
struct proc_held {
	uint64_t shared_bytes;
	uint64_t deleted_bytes;
};

/*
 * proc_held - look through the descriptors of a process and all its descendants.
 * @root: pid of an own child that is not reaped yet
 *
 * Costs a few microseconds a descriptor. What vanishes meanwhile, and what may not be looked at, is
 * left out. Source: proc_pid_fd(5), proc_pid_smaps(5).
 */
void proc_held(pid_t root, struct proc_held *ret);

/* Bytes of shared memory on this host; 0 when it does not say. Source: proc_meminfo(5), "Shmem". */
uint64_t proc_shared_total(void);

#endif
