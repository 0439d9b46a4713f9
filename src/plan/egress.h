/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor and the proxy say to each other, one message a packet. */
#ifndef PLAN_EGRESS_H
#define PLAN_EGRESS_H

#include <stdint.h>

#define EGRESS_FD 0 /* the proxy's end: a SOCK_SEQPACKET socket that is its standard input */
#define EGRESS_FDS_MAX 32
#define EGRESS_WANT_MAX 16
#define EGRESS_TARGET_MAX 300
#define EGRESS_TEXT_MAX 256

/* Where the sandbox's programs find what is ours. Everything in 198.18.0.0/15 is: RFC 2544. */
#define EGRESS_RESOLVER "198.18.0.1"
#define EGRESS_NAMES_FIRST 0xc6120100u /* 198.18.1.0: addresses that stand for names */
#define EGRESS_NAMES_LAST 0xc613feffu  /* 198.19.254.255 */
#define EGRESS_CLIENT_PORT 3128	       /* CONNECT, plain HTTP and SOCKS5, told by the first byte */
#define EGRESS_EVERY_PORT 3129	       /* where a redirect of every port leads */
#define EGRESS_DNS_PORT 53
#define EGRESS_ROOTS "/etc/ssl/certs/ca-certificates.crt" /* in the proxy's own root */

enum egress_kind {
	/* From the supervisor. */
	EGRESS_CONFIG = 1, /* one fd: the configuration, a sealed memfd; again while running.
			      @value: EGRESS_WANT_… of what the sandbox trusts by */
	EGRESS_LISTEN,	   /* fds: sockets; @value: enum egress_listener */
	EGRESS_START,	   /* all has been given */
	EGRESS_SECRET,	   /* one fd: a memfd with the value of the secret number @value */
	/* From the proxy. */
	EGRESS_READY, /* the configuration is taken, sockets are served */
	EGRESS_FAIL,  /* @detail: why not; it ends */
	EGRESS_EVENT, /* @type, @target, @detail, @flag, @port, @in, @out */
	EGRESS_CA,    /* one fd: what the sandbox has to trust; @value: enum egress_trust */
	EGRESS_WANT,  /* @value: EGRESS_CONNECTOR sockets of each family that it lacks */
	EGRESS_KIND_END
};

#define EGRESS_WANT_JAVA 1

/* Told where streams are opened: always the first, the others where they are wanted. */
enum egress_trust {
	EGRESS_TRUST_PEM, /* the proxy's certificate, as text */
	EGRESS_TRUST_JAVA /* all authorities, as Java keeps them */
};

enum egress_listener {
	EGRESS_TCP,	/* any address that the sandbox connects to */
	EGRESS_DNS_UDP, /* with IP_PKTINFO or IPV6_RECVPKTINFO set */
	EGRESS_DNS_TCP,
	EGRESS_CLIENT, /* for clients that know of proxies */
	EGRESS_LISTENER_END,
	EGRESS_PUBLISHED, /* of the host, in no plan: leads into the sandbox */
	EGRESS_CONNECTOR  /* of the sandbox, neither bound nor connected, for one connection */
};

/*
 * struct egress_message - every message has this shape; texts are terminated and printable.
 * @type:   of an event: "net." and allow, deny, dns, error, secret, close or publish
 * @target: host name or address, without the port
 * @detail: a sentence
 * @flag:   what would allow it, as "--allow db.example:5432"; "" for none; of "net.allow" and
 *           "net.close" the address that was reached
 * @client: port of the sandbox's end of the connection, 0 where it is not known
 * @in, @out: bytes to and from the sandbox's view of it, of "net.close"
 */
struct egress_message {
	uint32_t kind;
	uint32_t value;
	uint16_t port;
	char type[16];
	char target[EGRESS_TARGET_MAX];
	char detail[EGRESS_TEXT_MAX];
	char flag[EGRESS_TEXT_MAX];
	uint16_t client;
	uint64_t in;
	uint64_t out;
};

#endif
