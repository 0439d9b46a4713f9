/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a SOCKS client: lengths lie within the bytes, hosts read back as they print. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/socks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(const uint8_t *p, size_t n)
{
	struct socks_request request;
	char text[HOST_TEXT_MAX];
	struct host host;
	uint16_t port;
	int r = socks_request_parse(p, n, &request);

	if (r > SOCKS_REQUEST_MAX || (r > 0 && (size_t)r > n) || (r == 0 && n >= SOCKS_REQUEST_MAX))
		abort();
	if (r <= 0)
		return;
	host_print(&request.host, request.port, text);
	if (host_port_parse(text, strlen(text), &host, &port) < 0 || port != request.port ||
	    !host_is(&host, &request.host))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int r = socks_greeting_parse(data, size);

	if (r > SOCKS_GREETING_MAX || (r > 0 && (size_t)r > size) ||
	    (r == 0 && size >= SOCKS_GREETING_MAX))
		abort();
	if (r > 0)
		check_request(data + r, size - (size_t)r);
	check_request(data, size);
	return 0;
}
