/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a packet that left loopback: at most one event, whose target is printable. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "sandbox/events.h"
#include "sandbox/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static void check(const struct events_log *log)
{
	must(log->n <= 1 && log->dropped == 0);
	for (size_t i = 0; i < log->n; i++) {
		const struct event *ev = &log->event[i];
		size_t n = strnlen(ev->target, sizeof(ev->target));

		must(n > 0 && n < sizeof(ev->target));
		must(strcmp(ev->type, "net.dns") == 0 || strcmp(ev->type, "net.connect") == 0);
		/* A cut may fall within a character of several bytes. */
		must(n == sizeof(ev->target) - 1 || escape_is_plain(ev->target, n));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct events_log log = { 0 };
	struct events_log log6 = { 0 };
	struct events_log served = { 0 };
	static const uint8_t ports[PACKET_SERVED_BYTES] = { [80 / 8] = 1u << 80 % 8 };
	struct in6_addr to;

	packet_note4(data, size, &(struct packet_sink){ &log, NULL });
	check(&log);
	packet_note4(data, size, &(struct packet_sink){ &served, ports });
	check(&served);
	if (size < sizeof(to) + 1)
		return 0;
	memcpy(&to, data + 1, sizeof(to));
	packet_note6(&to, data[0], data + 1 + sizeof(to), size - 1 - sizeof(to),
		     &(struct packet_sink){ &log6, NULL });
	check(&log6);
	return 0;
}
