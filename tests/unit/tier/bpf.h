/* SPDX-License-Identifier: Apache-2.0 */
/* An interpreter of the instructions that the filter compiler uses, as the kernel runs them. */
#ifndef TESTS_UNIT_TIER_BPF_H
#define TESTS_UNIT_TIER_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/buf.h"

/* What the program in @b answers to @data; fails the test when it is no good program. */
static inline uint32_t bpf_run(const struct buf *b, const struct seccomp_data *data)
{
	const struct sock_filter *code = (const struct sock_filter *)(const void *)b->p;
	size_t n = b->n / sizeof(*code);
	uint32_t a = 0;

	for (size_t i = 0; i < n; i++) {
		const struct sock_filter *c = &code[i];

		switch (c->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + c->k, sizeof(a));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= c->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			i += a == c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			i += a >= c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			i += a & c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JA:
			i += c->k;
			break;
		case BPF_RET | BPF_K:
			return c->k;
		default:
			fail_msg("instruction %zu: code %u", i, c->code);
		}
	}
	fail_msg("the program runs off its end");
	return 0;
}

#endif
