/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on the network of the sandbox. */
/* #syscalls sendmsg close */
#include "stage/ops_net.h"

#include <errno.h>

#include "base/fd.h"
#include "linux/channel.h"
#include "linux/listen.h"
#include "linux/netns.h"
#include "linux/nft.h"
#include "plan/egress.h"
#include "plan/message.h"
#include "stage/stage.h"

int op_network(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = op->kind == PLAN_LOOPBACK ? netns_loopback() : netns_watch(s->watch);

	return r < 0 ? err_sys(e, r, "cannot set up the network of the sandbox") : 0;
}

int op_listen(struct stage *s, const struct plan_op *op, struct err *e)
{
	struct message m = { .kind = MESSAGE_SOCKET, .op = UINT32_MAX, .value = (int)op->n[1] };
	uint16_t port = (uint16_t)op->n[0];
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = op->n[1] == EGRESS_CLIENT ? listen_loopback(port)
				       : listen_every(port, op->n[1] != EGRESS_DNS_UDP);
	if (fd < 0)
		return err_sys(e, fd, "cannot listen on port %u inside", port);
	r = channel_send(s->control, &m, sizeof(m), &fd, 1);
	return r < 0 ? err_sys(e, r, "cannot hand a socket to the proxy") : 0;
}

int op_redirect(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = nft_redirect((uint16_t)op->n[0], EGRESS_DNS_PORT);

	return r < 0 ? err_sys(e, r,
			       "%s needs nftables with NAT in this kernel (nf_tables, "
			       "nft_chain_nat, nft_redir); 256 ports or fewer, by number, do not",
			       plan_a(s->plan, op))
		     : 0;
}
