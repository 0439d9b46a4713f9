/* SPDX-License-Identifier: Apache-2.0 */
/* The one nftables ruleset that a sandbox's network may need, as a batch of netlink messages. */
/* #syscalls close */
#include "linux/nft.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "linux/netlink.h"

#define BATCH_MAX 4096
#define TABLE "tiercel"
#define CHAIN "egress"
#define PRIORITY_NAT_DST (-100) /* NF_IP_PRI_NAT_DST; its header clashes with the C library's */
#define PORT_OFFSET 2		/* of the destination in a TCP header */

/* Begins zeroed, so that what pads is zero. */
struct batch {
	char bytes[BATCH_MAX];
	size_t n;
};

/* Where an expression begins: as a member of the list, and its own attributes. */
struct expression {
	size_t member;
	size_t data;
};

/* Where a packet of each family names its destination, and what stays on loopback. */
struct side {
	uint8_t protocol;
	uint32_t offset;
	uint8_t loopback_n;
	uint8_t loopback[16];
};

static const struct side sides[] = {
	{ NFPROTO_IPV4, 16, 1, { 127 } },
	{ NFPROTO_IPV6, 24, 16, { [15] = 1 } },
};

static size_t put(struct batch *b, const void *p, size_t n)
{
	size_t at = b->n;

	assert(n <= sizeof(b->bytes) - NLMSG_ALIGNTO - at);
	memcpy(b->bytes + at, p, n);
	b->n += NLMSG_ALIGN(n);
	return at;
}

static void attr(struct batch *b, unsigned int type, const void *p, size_t n)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + n), .nla_type = (uint16_t)type };

	put(b, &a, sizeof(a));
	put(b, p, n);
}

static void attr_number(struct batch *b, unsigned int type, uint32_t value)
{
	uint32_t v = htobe32(value);

	attr(b, type, &v, sizeof(v));
}

static void attr_text(struct batch *b, unsigned int type, const char *s)
{
	attr(b, type, s, strlen(s) + 1);
}

static size_t nest_open(struct batch *b, unsigned int type)
{
	struct nlattr a = { .nla_type = (uint16_t)(type | NLA_F_NESTED) };

	return put(b, &a, sizeof(a));
}

static void nest_close(struct batch *b, size_t at)
{
	uint16_t n = (uint16_t)(b->n - at);

	memcpy(b->bytes + at + offsetof(struct nlattr, nla_len), &n, sizeof(n));
}

static size_t message_open(struct batch *b, unsigned int type, unsigned int flags, uint16_t res)
{
	struct nlmsghdr head = { .nlmsg_type = (uint16_t)type,
				 .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) };
	struct nfgenmsg net = { .nfgen_family = NFPROTO_INET,
				.version = NFNETLINK_V0,
				.res_id = htobe16(res) };
	size_t at = put(b, &head, sizeof(head));

	put(b, &net, sizeof(net));
	return at;
}

static void message_close(struct batch *b, size_t at)
{
	uint32_t n = (uint32_t)(b->n - at);

	memcpy(b->bytes + at + offsetof(struct nlmsghdr, nlmsg_len), &n, sizeof(n));
}

static size_t order_open(struct batch *b, unsigned int order, unsigned int flags)
{
	return message_open(b, NFNL_SUBSYS_NFTABLES << 8 | order, flags, 0);
}

static void bracket(struct batch *b, unsigned int type)
{
	message_close(b, message_open(b, type, 0, NFNL_SUBSYS_NFTABLES));
}

static void table(struct batch *b)
{
	size_t at = order_open(b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);

	attr_text(b, NFTA_TABLE_NAME, TABLE);
	message_close(b, at);
}

static void chain(struct batch *b)
{
	size_t at = order_open(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	size_t hook;

	attr_text(b, NFTA_CHAIN_TABLE, TABLE);
	attr_text(b, NFTA_CHAIN_NAME, CHAIN);
	hook = nest_open(b, NFTA_CHAIN_HOOK);
	attr_number(b, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
	attr_number(b, NFTA_HOOK_PRIORITY, (uint32_t)PRIORITY_NAT_DST);
	nest_close(b, hook);
	attr_text(b, NFTA_CHAIN_TYPE, "nat");
	message_close(b, at);
}

static struct expression expression_open(struct batch *b, const char *name)
{
	struct expression x = { .member = nest_open(b, NFTA_LIST_ELEM) };

	attr_text(b, NFTA_EXPR_NAME, name);
	x.data = nest_open(b, NFTA_EXPR_DATA);
	return x;
}

static void expression_close(struct batch *b, struct expression x)
{
	nest_close(b, x.data);
	nest_close(b, x.member);
}

static void value(struct batch *b, unsigned int type, const void *p, size_t n)
{
	size_t at = nest_open(b, type);

	attr(b, NFTA_DATA_VALUE, p, n);
	nest_close(b, at);
}

static void load_meta(struct batch *b, uint32_t key)
{
	struct expression x = expression_open(b, "meta");

	attr_number(b, NFTA_META_DREG, NFT_REG_1);
	attr_number(b, NFTA_META_KEY, key);
	expression_close(b, x);
}

static void load_payload(struct batch *b, uint32_t base, uint32_t offset, uint32_t n)
{
	struct expression x = expression_open(b, "payload");

	attr_number(b, NFTA_PAYLOAD_DREG, NFT_REG_1);
	attr_number(b, NFTA_PAYLOAD_BASE, base);
	attr_number(b, NFTA_PAYLOAD_OFFSET, offset);
	attr_number(b, NFTA_PAYLOAD_LEN, n);
	expression_close(b, x);
}

/* The rule goes on where what was loaded is the value, or is not. */
static void compare(struct batch *b, uint32_t op, const void *p, size_t n)
{
	struct expression x = expression_open(b, "cmp");

	attr_number(b, NFTA_CMP_SREG, NFT_REG_1);
	attr_number(b, NFTA_CMP_OP, op);
	value(b, NFTA_CMP_DATA, p, n);
	expression_close(b, x);
}

static void redirect_to(struct batch *b, uint16_t port)
{
	uint16_t wire = htobe16(port);
	struct expression x = expression_open(b, "immediate");

	attr_number(b, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	value(b, NFTA_IMMEDIATE_DATA, &wire, sizeof(wire));
	expression_close(b, x);
	x = expression_open(b, "redir");
	attr_number(b, NFTA_REDIR_REG_PROTO_MIN, NFT_REG_1);
	expression_close(b, x);
}

static void rule(struct batch *b, const struct side *s, uint16_t port, uint16_t except)
{
	bool is_last = s == &sides[ARRAY_LEN(sides) - 1];
	/* One answer for all: that of the last order, unless one before it failed. */
	size_t at = order_open(b, NFT_MSG_NEWRULE,
			       NLM_F_CREATE | NLM_F_APPEND | (is_last ? NLM_F_ACK : 0));
	uint16_t kept = htobe16(except);
	uint8_t tcp = IPPROTO_TCP;
	size_t list;

	attr_text(b, NFTA_RULE_TABLE, TABLE);
	attr_text(b, NFTA_RULE_CHAIN, CHAIN);
	list = nest_open(b, NFTA_RULE_EXPRESSIONS);
	load_meta(b, NFT_META_NFPROTO);
	compare(b, NFT_CMP_EQ, &s->protocol, sizeof(s->protocol));
	load_payload(b, NFT_PAYLOAD_NETWORK_HEADER, s->offset, s->loopback_n);
	compare(b, NFT_CMP_NEQ, s->loopback, s->loopback_n);
	load_meta(b, NFT_META_L4PROTO);
	compare(b, NFT_CMP_EQ, &tcp, sizeof(tcp));
	load_payload(b, NFT_PAYLOAD_TRANSPORT_HEADER, PORT_OFFSET, sizeof(kept));
	compare(b, NFT_CMP_NEQ, &kept, sizeof(kept));
	redirect_to(b, port);
	nest_close(b, list);
	message_close(b, at);
}

int nft_redirect(uint16_t port, uint16_t except)
{
	AUTO_CLOSE int fd = -EBADF;
	struct batch b = { 0 };

	fd = netlink_open(NETLINK_NETFILTER);
	if (fd < 0)
		return fd;
	bracket(&b, NFNL_MSG_BATCH_BEGIN);
	table(&b);
	chain(&b);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		rule(&b, &sides[i], port, except);
	bracket(&b, NFNL_MSG_BATCH_END);
	return netlink_request(fd, b.bytes, b.n);
}
