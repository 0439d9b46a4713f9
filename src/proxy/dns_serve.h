/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's DNS server, by UDP and TCP. */
#ifndef PROXY_DNS_SERVE_H
#define PROXY_DNS_SERVE_H

#include <stdbool.h>

struct proxy;

/*
 * dns_serve_udp - answer what has come, each from the address that was asked.
 * Returns whether there may be more at once.
 */
bool dns_serve_udp(struct proxy *p, int fd);

/* dns_serve_tcp - serve a client that connected; @fd is owned. */
void dns_serve_tcp(struct proxy *p, int fd);

/* dns_serve_done - end all clients. */
void dns_serve_done(struct proxy *p);

#endif
