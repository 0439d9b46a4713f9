/* SPDX-License-Identifier: Apache-2.0 */
/* Watching over a running sandbox: signals, terminal, limits, events. Blind to the tier. */
#ifndef SANDBOX_SUPERVISE_H
#define SANDBOX_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "linux/netns.h"
#include "sandbox/connector.h"
#include "sandbox/disk.h"
#include "sandbox/relay.h"
#include "sandbox/removal.h"

struct cgroup;
struct egress;
struct events_log;
struct guard;
struct live;
struct policy_limits;
struct tier_facts;

enum { RELAY_IN, RELAY_OUT, RELAY_ERR, RELAY_COUNT };

/*
 * struct supervisor - zero-initialised but for descriptors, which start negative.
 * @control:  socket to the stage and later to init (owned)
 * @stage:    pid of the stage until it is reaped; @init: pid of the sandbox, @pidfd its descriptor
 * @limits, @log, @cgroup, @egress, @live, @guard, @facts, @holds_watch: borrowed
 * @disk:     what the disk limit watches
 * @status:   wait status of the command, once @has_status
 * @is_ready: the inside half is done, it says; @is_up: every wall stands, as the kernel says
 * @exec_errno: why the command could not be executed, 0 when it was
 * @box:      the store's leftovers are cleared while the command starts (borrowed)
 */
struct supervisor {
	int control;
	pid_t stage, init;
	int pidfd;
	int pty;
	int notify;
	int watch[NETNS_WATCH_FDS];
	struct relay relay[RELAY_COUNT];
	const struct policy_limits *limits;
	struct events_log *log;
	struct cgroup *cgroup;
	struct egress *egress;
	struct live *live;
	const struct guard *guard;
	struct connector connector;
	const struct tier_facts *facts;
	int holds_watch;
	struct store_rest rest;
	struct disk_watch disk;
	uint64_t start_shared_bytes; /* shared memory of the host at that time */
	uint64_t start_ms;
	uint64_t tick_ms;
	uint64_t term_ms;
	bool is_terminal, is_ready, is_up, has_status, was_killed;
	bool is_lost; /* something was no longer held */
	int status, exec_errno;
};

/*
 * supervise - run the sandbox to its end.
 *
 * Returns 0 when the command was started or could not be executed (see @exec_errno); negative errno
 * with @e filled when the sandbox could not be set up. Everything inside is gone on return.
 */
int supervise(struct supervisor *s, struct err *e);

/* supervise_not - let go of a stage that is not to go on; nothing of it is left. */
void supervise_not(struct supervisor *s);

/* The exit status that a shell would give: 124 for the time limit, 128+n for a signal. */
int supervise_exit_code(const struct supervisor *s);

#endif
