/* SPDX-License-Identifier: Apache-2.0 */
/* The server's half of SOCKS 5: no authentication, CONNECT alone. */
#include "proxy/socks.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

#define VERSION 5
#define NO_AUTHENTICATION 0
#define NO_METHOD 0xff
#define CONNECT 1
#define REQUEST_HEAD 4
#define PORT_BYTES 2

enum { KIND_V4 = 1, KIND_NAME = 3, KIND_V6 = 4 };

int socks_greeting_parse(const uint8_t *p, size_t n)
{
	size_t all;

	if (n > 0 && p[0] != VERSION)
		return -EPROTONOSUPPORT;
	if (n < 2)
		return 0;
	all = 2 + (size_t)p[1];
	if (n < all)
		return 0;
	if (memchr(p + 2, NO_AUTHENTICATION, p[1]) == NULL)
		return -EACCES;
	return (int)all;
}

void socks_choice_build(int r, uint8_t ret[SOCKS_CHOICE_BYTES])
{
	ret[0] = VERSION;
	ret[1] = r > 0 ? NO_AUTHENTICATION : NO_METHOD;
}

/* What is wrong with the first bytes, as far as they are there; 0 when nothing is. */
static int check_head(const uint8_t *p, size_t n)
{
	if (n > 0 && p[0] != VERSION)
		return -EPROTO;
	if (n > 1 && p[1] != CONNECT)
		return -EOPNOTSUPP;
	if (n > 2 && p[2] != 0)
		return -EPROTO;
	if (n > 3 && p[3] != KIND_V4 && p[3] != KIND_NAME && p[3] != KIND_V6)
		return -EAFNOSUPPORT;
	return 0;
}

/* Where the address begins and how long it is; false when that is not yet known. */
static bool find_host(const uint8_t *p, size_t n, size_t *ret_at, size_t *ret_len)
{
	if (n <= REQUEST_HEAD)
		return false;
	*ret_at = REQUEST_HEAD;
	*ret_len = p[3] == KIND_V4 ? 4 : 16;
	if (p[3] == KIND_NAME) {
		*ret_at = REQUEST_HEAD + 1;
		*ret_len = p[REQUEST_HEAD];
	}
	return true;
}

int socks_request_parse(const uint8_t *p, size_t n, struct socks_request *ret)
{
	struct socks_request request = { 0 };
	const uint8_t *port;
	size_t at;
	size_t len;
	int r;

	r = check_head(p, n);
	if (r < 0)
		return r;
	if (!find_host(p, n, &at, &len) || n < at + len + PORT_BYTES)
		return 0;
	port = p + at + len;
	request.port = (uint16_t)((unsigned int)port[0] << 8 | port[1]);
	if (p[3] == KIND_NAME) {
		r = host_parse((const char *)p + at, len, &request.host);
	} else {
		request.host.is_address = true;
		r = addr_from_bytes(p + at, len, &request.host.addr);
	}
	if (r < 0 || request.port == 0)
		return -EINVAL;
	*ret = request;
	return (int)(at + len + PORT_BYTES);
}

enum socks_reply socks_reply_of(int error)
{
	static const struct {
		int error;
		enum socks_reply reply;
	} rows[] = {
		{ -EACCES, SOCKS_DENIED },
		{ -EPERM, SOCKS_DENIED },
		{ -EINVAL, SOCKS_DENIED },
		{ -ENETUNREACH, SOCKS_NET_UNREACHABLE },
		{ -EHOSTUNREACH, SOCKS_HOST_UNREACHABLE },
		{ -ECONNREFUSED, SOCKS_REFUSED },
		{ -ETIMEDOUT, SOCKS_EXPIRED },
		{ -EOPNOTSUPP, SOCKS_NO_COMMAND },
		{ -EAFNOSUPPORT, SOCKS_NO_ADDRESS_TYPE },
	};

	if (error >= 0)
		return SOCKS_DONE;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].error == error)
			return rows[i].reply;
	return SOCKS_FAILED;
}

void socks_reply_build(enum socks_reply reply, uint8_t ret[SOCKS_REPLY_BYTES])
{
	memset(ret, 0, SOCKS_REPLY_BYTES);
	ret[0] = VERSION;
	ret[1] = (uint8_t)reply;
	ret[3] = KIND_V4;
}
