/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that know of proxies: by SOCKS 5 or HTTP they say where they want to go. */
#include "proxy/client.h"

#include <errno.h>
#include <sys/socket.h>

#include "proxy/conn.h"
#include "proxy/conn_go.h"
#include "proxy/http_head.h"
#include "proxy/proxy.h"
#include "proxy/refuse.h"
#include "proxy/socks.h"

#define SOCKS_VERSION 5
#define HTTP_PORT 80
#define ESTABLISHED "HTTP/1.1 200 Connection established\r\n\r\n"

static void say(struct conn *c, const void *p, size_t n)
{
	if (send(c->client.watch.fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
		conn_reset(c);
}

/* Takes what was read by peeking off the socket. */
static void take(struct conn *c, size_t n)
{
	if (recv(c->client.watch.fd, c->proxy->scratch, n, MSG_DONTWAIT) != (ssize_t)n)
		conn_reset(c);
}

static void greet(struct conn *c, const uint8_t *p, size_t n)
{
	uint8_t choice[SOCKS_CHOICE_BYTES];
	int r = socks_greeting_parse(p, n);

	if (r == 0) {
		c->client.can_read = false;
		return;
	}
	socks_choice_build(r, choice);
	say(c, choice, sizeof(choice));
	if (r < 0) {
		conn_end(c);
		return;
	}
	take(c, (size_t)r);
	c->is_greeted = true;
	loop_later(&c->proxy->loop, &c->task);
}

static void take_socks(struct conn *c, const uint8_t *p, size_t n)
{
	struct socks_request request;
	int r;

	c->voice = VOICE_SOCKS;
	if (!c->is_greeted) {
		greet(c, p, n);
		return;
	}
	r = socks_request_parse(p, n, &request);
	if (r == 0) {
		c->client.can_read = false;
		return;
	}
	if (r < 0) {
		refuse_socks(c, r);
		return;
	}
	take(c, (size_t)r);
	conn_go(c, &request.host, request.port);
}

static void take_http(struct conn *c, const char *p, size_t n)
{
	struct http_head head = { 0 };

	c->voice = VOICE_HTTP;
	switch (http_head_parse(p, n, &head)) {
	case HTTP_HEAD_MORE:
		c->client.can_read = false;
		if (n >= HTTP_HEAD_MAX)
			refuse_stream(c, DENIAL_MALFORMED, "the head of the request does not end");
		return;
	case HTTP_HEAD_BAD:
	case HTTP_HEAD_END:
		refuse_stream(c, DENIAL_MALFORMED, head.why);
		return;
	case HTTP_HEAD_WHOLE:
		break;
	}
	switch (head.form) {
	case HTTP_AUTHORITY:
		c->voice = VOICE_CONNECT;
		take(c, head.bytes);
		conn_go(c, &head.host, head.port);
		return;
	case HTTP_ABSOLUTE:
		conn_go(c, &head.host, head.port != 0 ? head.port : HTTP_PORT);
		return;
	case HTTP_ORIGIN:
	case HTTP_ASTERISK:
		break;
	}
	refuse_stream(c, DENIAL_MALFORMED, "this is a proxy: ask it for a URL, or by CONNECT");
}

void client_step(struct conn *c)
{
	char *p = c->proxy->scratch;
	ssize_t n;

	if (!c->client.can_read)
		return;
	n = recv(c->client.watch.fd, p, HTTP_HEAD_MAX, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		c->client.can_read = errno == EINTR;
		return;
	}
	if (n <= 0)
		conn_end(c);
	else if (c->is_greeted || (unsigned char)p[0] == SOCKS_VERSION)
		take_socks(c, (const uint8_t *)p, (size_t)n);
	else
		take_http(c, p, (size_t)n);
}

void client_connected(struct conn *c)
{
	static const char established[] = ESTABLISHED;
	uint8_t reply[SOCKS_REPLY_BYTES];

	switch (c->voice) {
	case VOICE_SOCKS:
		socks_reply_build(SOCKS_DONE, reply);
		say(c, reply, sizeof(reply));
		c->voice = VOICE_NONE;
		return;
	case VOICE_CONNECT:
		say(c, established, sizeof(established) - 1);
		c->voice = VOICE_NONE;
		return;
	case VOICE_HTTP:
	case VOICE_NONE:
		return;
	}
}
