/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of the host that lead into a sandbox. */
#ifndef SANDBOX_PUBLISH_H
#define SANDBOX_PUBLISH_H

#include "base/err.h"

struct buf;

/*
 * publish_listen - listen on a port of the host.
 * @entry: of network.publish, [ADDRESS:]PORT:PORT; without an address, on 127.0.0.1
 *
 * Returns an owned fd, or negative errno with @e filled: -EADDRINUSE when somebody has the port.
 */
int publish_listen(const char *entry, struct err *e);

/* publish_config - write an entry as the proxy reads it (proxy/config.h). */
void publish_config(const char *entry, struct buf *out);

#endif
