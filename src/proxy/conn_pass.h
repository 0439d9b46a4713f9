/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at what a client begins with, then moves bytes both ways. */
#ifndef PROXY_CONN_PASS_H
#define PROXY_CONN_PASS_H

struct conn;

/* conn_pass - do what can be done now. */
void conn_pass(struct conn *c);

#endif
