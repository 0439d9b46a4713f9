/* SPDX-License-Identifier: Apache-2.0 */
/* What the stage tells the supervisor. */
#ifndef STAGE_REPORT_H
#define STAGE_REPORT_H

#include <stdint.h>

#include "plan/message.h"

struct stage;

/*
 * report_value - send a message that carries a number.
 */
int report_value(const struct stage *s, enum message_kind kind, int32_t value);

/*
 * report_fail - say that the start ends here, and why.
 * @op: index of the operation, UINT32_MAX for none
 */
void report_fail(const struct stage *s, uint32_t op, const struct err *e);

/*
 * report_note - say that an operation was done in a lesser way that weakens no wall.
 */
void report_note(const struct stage *s, uint32_t op, int code, const char *text);

/*
 * report_socket - hand over a socket for the proxy.
 * @as: enum egress_listener
 * @fd: is closed here; negative for none, which says nothing
 */
void report_socket(const struct stage *s, int32_t as, int fd);

/*
 * report_ready - hand the supervisor its descriptors; they are closed here.
 */
int report_ready(struct stage *s);

#endif
