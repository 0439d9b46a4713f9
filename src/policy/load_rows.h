/* SPDX-License-Identifier: Apache-2.0 */
/* The two fields that are lists of mappings: network.http and secrets. */
#ifndef POLICY_LOAD_ROWS_H
#define POLICY_LOAD_ROWS_H

#include "base/err.h"

struct events;
struct policy;

/* Each reads a list of mappings whose opening event was just read; 0 or negative errno. */
int load_http(struct events *ev, struct policy *p, struct err *e);
int load_secrets(struct events *ev, struct policy *p, struct err *e);

#endif
