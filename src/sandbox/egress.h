/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy of a sandbox: started in a sandbox of its own, told the rules, listened to. */
#ifndef SANDBOX_EGRESS_H
#define SANDBOX_EGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "linux/channel.h"
#include "sandbox/packet.h"

struct authority;
struct events_log;
struct policy;
struct secrets;
struct tier_facts;

/*
 * struct egress - initialise with EGRESS_INIT.
 * @channel: socket to the proxy (owned); its other end is the proxy's standard input
 * @control: socket to the proxy's stage (owned)
 * @pidfd:   of pid 1 around the proxy (owned)
 * @client:  pid 1 of the sandbox, as we see it; 0 while it is not known
 * @is_ready: the rules are taken, every socket is served, and what is to be trusted was told
 * @until_ms: when it has to be ready, on the clock of limits_now_ms; 0 before it was asked
 * @served:  TCP ports that were handed on, a bit each
 * @held:    listening sockets of the kind @held_as that wait for their message (owned)
 * @wanted:  sockets of the sandbox that the proxy asked for, and nobody made yet
 * @log, @authority: borrowed
 * @reached: what was allowed and came about, as @log is for the rest (borrowed)
 */
struct egress {
	int channel;
	int control;
	int pidfd;
	pid_t stage, init, client;
	bool is_used, is_ready;
	uint8_t served[PACKET_SERVED_BYTES];
	int held[CHANNEL_FDS_MAX], held_as;
	size_t held_n;
	uint64_t until_ms;
	uint32_t wanted;
	struct events_log *log, *reached;
	struct authority *authority;
};

#define EGRESS_INIT ((struct egress){ .channel = -1, .control = -1, .pidfd = -1 })

/*
 * egress_start - start the proxy, when the policy names anything to reach; else do nothing.
 * @f: the sandbox's facts: ids and Landlock version
 * @s: the policy's secrets, whose values the proxy gets
 */
int egress_start(struct egress *x, const struct policy *p, const struct tier_facts *f,
		 const struct secrets *s, struct err *e);

/* egress_change - rules for what is begun from now on; what they hold no more is ended. */
int egress_change(struct egress *x, const struct policy *p, const struct secrets *s, struct err *e);

/* egress_socket - hand on a listening socket of the sandbox. @listener: enum egress_listener */
int egress_socket(struct egress *x, int listener, int fd, struct err *e);

/* egress_serve - all sockets were handed on; @is_ready follows. */
int egress_serve(struct egress *x, struct err *e);

/*
 * egress_control, egress_message - read one message of the proxy's stage, or of the proxy.
 *
 * Returns 0; -EPIPE when the proxy is gone, which leaves the sandbox without network; else negative
 * errno with @e filled when it could not be started.
 */
int egress_control(struct egress *x, struct err *e);
int egress_message(struct egress *x, struct err *e);

/* egress_end - end the proxy; nothing of it is left on return. What it still said is read. */
void egress_end(struct egress *x);

#endif
