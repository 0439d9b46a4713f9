/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a ClientHello: the verdict on all of them is the one that pieces of them led to. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/tls_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum tls_hello_result whole;
	enum tls_hello_result part = TLS_HELLO_MORE;
	struct tls_hello a;
	struct tls_hello b = { .need = 1 };

	whole = tls_hello_parse(data, size, &a);
	if ((whole == TLS_HELLO_MORE && (a.need <= size || a.need > TLS_HELLO_MAX)) ||
	    (whole == TLS_HELLO_MALFORMED && a.why == NULL) ||
	    (whole == TLS_HELLO_NAME && a.name.n == 0))
		abort();
	/* The same again, given just as much as each look asked for. */
	while (part == TLS_HELLO_MORE && b.need <= size)
		part = tls_hello_parse(data, b.need, &b);
	/* All of the bytes may show early what the pieces were not yet asked for. */
	if (part == TLS_HELLO_MORE && whole == TLS_HELLO_MALFORMED)
		return 0;
	if (part != whole || strcmp(a.name.text, b.name.text) != 0 || a.has_ech != b.has_ech)
		abort();
	return 0;
}
