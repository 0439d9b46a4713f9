/* SPDX-License-Identifier: Apache-2.0 */
/* What all connections of the proxy share. */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "proxy/budget.h"
#include "proxy/config.h"
#include "proxy/control.h"
#include "proxy/loop.h"
#include "proxy/names.h"
#include "proxy/pipes.h"
#include "proxy/publish.h"
#include "proxy/secret_values.h"

#define PROXY_SCRATCH (64u << 10)

struct conn;
struct dns_client;
struct listener;
struct resolver;
struct tls_maker;

/*
 * struct proxy - lives as long as the program.
 * @tls:     NULL while no stream has ever had to be opened
 * @conns:   the connections that are not over
 * @scratch: PROXY_SCRATCH bytes that nobody keeps anything in
 */
struct proxy {
	struct loop loop;
	struct control control;
	struct config config;
	struct budget budget;
	struct names names;
	struct pipes pipes;
	struct connectors connectors;
	struct resolver *resolver;
	struct secret_values values;
	struct tls_maker *tls;
	struct conn *conns;
	struct listener *listeners;
	struct dns_client *dns_clients;
	uint32_t dns_last; /* of the name that was refused last, so that its A and AAAA make one
			      event */
	char *scratch;
};

#endif
