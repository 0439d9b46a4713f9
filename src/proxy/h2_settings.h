/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of HTTP/2 on their way through: what would change more than we know is left out. */
#ifndef PROXY_H2_SETTINGS_H
#define PROXY_H2_SETTINGS_H

#include <stdint.h>

#include "proxy/h2_frame.h"

struct buf;

/*
 * h2_settings_of_client - append the client's settings as the server gets them: promises are
 * switched off, frames stay as small as they are.
 * @window: what it gives each new stream; changed when it says so
 */
void h2_settings_of_client(const struct h2_frame *f, uint32_t *window, struct buf *out);

/*
 * h2_settings_of_server - append the server's settings as the client gets them: frames stay as
 * small as they are, the table for fields at most as large as ours, CONNECT as it was.
 */
void h2_settings_of_server(const struct h2_frame *f, struct buf *out);

#endif
