/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a host with a port: what is taken prints, and reads back as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name holds nothing but its alphabet, whatever came in. */
static void check_name(const struct host_name *name)
{
	if (strspn(name->text, "abcdefghijklmnopqrstuvwxyz0123456789-.") != name->n ||
	    name->text[name->n] != '\0' || name->n == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[HOST_TEXT_MAX];
	struct host host;
	struct host again;
	struct cidr range;
	uint16_t port;
	uint16_t port_again;

	if (cidr_parse((const char *)data, size, &range) == 0 &&
	    (!cidr_has(&range, &range.net) || addr_classify(&range.net) >= ADDR_END))
		abort();
	if (host_port_parse((const char *)data, size, &host, &port) < 0)
		return 0;
	if (!host.is_address)
		check_name(&host.name);
	host_print(&host, port, text);
	if (host_port_parse(text, strlen(text), &again, &port_again) < 0 || port != port_again ||
	    !host_is(&host, &again))
		abort();
	return 0;
}
