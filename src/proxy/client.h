/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that know of proxies: by SOCKS 5 or HTTP they say where they want to go. */
#ifndef PROXY_CLIENT_H
#define PROXY_CLIENT_H

struct conn;

/* client_step - read on, until it is known where it wants to go. */
void client_step(struct conn *c);

/* client_connected - tell it that the tunnel stands; it is heard as any other from now on. */
void client_connected(struct conn *c);

#endif
