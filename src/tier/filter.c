/* SPDX-License-Identifier: Apache-2.0 */
/* A compiler from verdicts by system call number to classic BPF. */
#include "tier/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#define X32_BIT 0x40000000u
#define ARG_LOW(i) ((uint32_t)(offsetof(struct seccomp_data, args) + (i)*8))
#define NEW_SPACES                                                                                 \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP)
#define RET(v) BPF_STMT(BPF_RET | BPF_K, (v))
#define LOAD(off) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (off))
#define EQ(k, t, f) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (t), (f))
#define SET(k, t, f) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (k), (t), (f))
#define ALLOW SECCOMP_RET_ALLOW
#define ERRNO(n) (SECCOMP_RET_ERRNO | (uint32_t)(n))

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "no filter for this architecture yet"
#endif

struct range {
	uint32_t first;
	uint8_t verdict;
};

/*
 * The last two instructions of each block are the refusal and the permission, so that jumps to them
 * can be counted from the end. Source of the numbers: socket(2), clone(2), ioctl_tty(2).
 */
static const struct sock_filter socket_block[] = {
	LOAD(ARG_LOW(0)), /* domain */
	EQ(1, 10, 0),	  /* AF_UNIX */
	EQ(16, 6, 0),	  /* AF_NETLINK */
	EQ(2, 1, 0),	  /* AF_INET */
	EQ(10, 0, 6),	  /* AF_INET6 */
	LOAD(ARG_LOW(2)), /* its protocol: what the type implies, TCP, UDP; no MPTCP, no ping */
	EQ(0, 5, 0),
	EQ(6, 4, 0),
	EQ(17, 3, 2),
	LOAD(ARG_LOW(2)), /* of netlink the routing tables alone, for getifaddrs(3) */
	EQ(0, 1, 0),
	RET(ERRNO(EAFNOSUPPORT)),
	RET(ALLOW),
};
static const struct sock_filter socket_ip_block[] = {
	LOAD(ARG_LOW(0)), EQ(2, 1, 0), EQ(10, 0, 4), LOAD(ARG_LOW(2)), /* protocol, as above */
	EQ(0, 3, 0),	  EQ(6, 2, 0), EQ(17, 1, 0), RET(ERRNO(EAFNOSUPPORT)), RET(ALLOW),
};
/* A socket that lingers keeps whoever closes it last, which may be somebody it was passed to. */
static const struct sock_filter no_linger_block[] = {
	LOAD(ARG_LOW(1)),  EQ(1, 0, 3),	 /* SOL_SOCKET */
	LOAD(ARG_LOW(2)),  EQ(13, 0, 1), /* SO_LINGER */
	RET(ERRNO(EPERM)), RET(ALLOW),
};
static const struct sock_filter socketpair_block[] = {
	LOAD(ARG_LOW(0)),
	EQ(1, 1, 0),
	RET(ERRNO(EAFNOSUPPORT)),
	RET(ALLOW),
};
/* The type without its flags; what is SOCK_RAW for others is SOCK_DGRAM for AF_UNIX. */
#define LOAD_TYPE LOAD(ARG_LOW(1)), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf)
static const struct sock_filter socket_stream_block[] = {
	LOAD(ARG_LOW(0)), /* domain */
	EQ(16, 7, 0),	  /* AF_NETLINK */
	EQ(2, 2, 0),	  /* AF_INET */
	EQ(10, 1, 0),	  /* AF_INET6 */
	EQ(1, 6, 10),	  /* AF_UNIX */
	LOAD(ARG_LOW(2)), /* protocol, as above */
	EQ(0, 9, 0),
	EQ(6, 8, 0),
	EQ(17, 7, 6),
	LOAD(ARG_LOW(2)), /* as above */
	EQ(0, 5, 4),
	LOAD_TYPE,
	EQ(2, 1, 0), /* SOCK_DGRAM */
	EQ(3, 0, 1), /* SOCK_RAW */
	RET(ERRNO(EAFNOSUPPORT)),
	RET(ALLOW),
};
static const struct sock_filter socketpair_stream_block[] = {
	LOAD(ARG_LOW(0)),	  EQ(1, 0, 4), LOAD_TYPE, EQ(2, 1, 0), EQ(3, 0, 1),
	RET(ERRNO(EAFNOSUPPORT)), RET(ALLOW),
};
static const struct sock_filter clone_block[] = {
	LOAD(ARG_LOW(0)),
	SET(NEW_SPACES, 0, 1),
	RET(ERRNO(EPERM)),
	RET(ALLOW),
};
static const struct sock_filter unshare_block[] = {
	LOAD(ARG_LOW(0)),
	SET(NEW_SPACES | CLONE_NEWTIME, 0, 1),
	RET(ERRNO(EPERM)),
	RET(ALLOW),
};
/* The kernel looks at the low 32 bits of the request only (CVE-2019-10063). */
static const struct sock_filter ioctl_block[] = {
	LOAD(ARG_LOW(1)),  EQ(0x5412, 1, 0), /* TIOCSTI */
	EQ(0x541c, 0, 1),		     /* TIOCLINUX */
	RET(ERRNO(EPERM)), RET(ALLOW),
};
static const struct sock_filter personality_block[] = {
	LOAD(ARG_LOW(0)),  EQ(0, 5, 0), EQ(0xffffffff, 4, 0), /* only asks */
	EQ(8, 3, 0),					      /* PER_LINUX32 */
	EQ(0x20000, 2, 0),				      /* UNAME26 */
	EQ(0x40000, 1, 0), /* ADDR_NO_RANDOMIZE: sanitizers and debuggers */
	RET(ERRNO(EPERM)), RET(ALLOW),
};

/*
 * RLIMIT_CORE stays what the plan made it: at 0 the kernel hands cores to a program of the host.
 * Programs that guard secrets end when they cannot set it, so they are told that they could.
 */
#define AS_IF_DONE ERRNO(0)
static const struct sock_filter setrlimit_block[] = {
	LOAD(ARG_LOW(0)),
	EQ(4, 0, 1), /* RLIMIT_CORE */
	RET(AS_IF_DONE),
	RET(ALLOW),
};
static const struct sock_filter prlimit_block[] = {
	LOAD(ARG_LOW(1)), EQ(4, 0, 5),		LOAD(ARG_LOW(2)), /* NULL only asks */
	EQ(0, 0, 2),	  LOAD(ARG_LOW(2) + 4), EQ(0, 1, 0),	  RET(AS_IF_DONE), RET(ALLOW),
};

/*
 * A set-user-ID file that is left where the host can run it gives whoever does the owner's rights;
 * in a directory that is mounted as it is, started by root, the owner is root. The bit of the group
 * stays: shared repositories need it on directories.
 */
#define SET_USER_ID 04000
#define MAKES_FILE (0100 | 020000000) /* O_CREAT, O_TMPFILE */
#define MODE_BLOCK(mode) LOAD(ARG_LOW(mode)), SET(SET_USER_ID, 0, 1), RET(ERRNO(EPERM)), RET(ALLOW)
#define OPEN_BLOCK(flags) LOAD(ARG_LOW(flags)), SET(MAKES_FILE, 0, 3), MODE_BLOCK((flags) + 1)
static const struct sock_filter mode_1_block[] = { MODE_BLOCK(1) };
static const struct sock_filter mode_2_block[] = { MODE_BLOCK(2) };
static const struct sock_filter open_block[] = { OPEN_BLOCK(1) };
static const struct sock_filter openat_block[] = { OPEN_BLOCK(2) };

struct block {
	const struct sock_filter *code;
	size_t n;
};

#define BLOCK(v, b) [v] = { (b), sizeof(b) / sizeof((b)[0]) }

static const struct block blocks[VERDICT_END] = {
	BLOCK(VERDICT_SOCKET, socket_block),
	BLOCK(VERDICT_SOCKETPAIR, socketpair_block),
	BLOCK(VERDICT_CLONE, clone_block),
	BLOCK(VERDICT_UNSHARE, unshare_block),
	BLOCK(VERDICT_IOCTL, ioctl_block),
	BLOCK(VERDICT_PERSONALITY, personality_block),
	BLOCK(VERDICT_MODE_1, mode_1_block),
	BLOCK(VERDICT_MODE_2, mode_2_block),
	BLOCK(VERDICT_OPEN, open_block),
	BLOCK(VERDICT_OPENAT, openat_block),
	BLOCK(VERDICT_SETRLIMIT, setrlimit_block),
	BLOCK(VERDICT_PRLIMIT, prlimit_block),
	BLOCK(VERDICT_SOCKET_STREAM, socket_stream_block),
	BLOCK(VERDICT_SOCKETPAIR_STREAM, socketpair_stream_block),
	BLOCK(VERDICT_SOCKET_IP, socket_ip_block),
	BLOCK(VERDICT_NO_LINGER, no_linger_block),
};

static void emit(struct buf *out, struct sock_filter insn)
{
	buf_add(out, &insn, sizeof(insn));
}

static size_t here(const struct buf *out)
{
	return out->n / sizeof(struct sock_filter);
}

static size_t ranges_make(const uint8_t *verdict, struct range *ranges)
{
	size_t n = 0;

	for (uint32_t nr = 0; nr < FILTER_CALLS; nr++) {
		if (n > 0 && ranges[n - 1].verdict == verdict[nr])
			continue;
		ranges[n].first = nr;
		ranges[n++].verdict = verdict[nr];
	}
	/* What comes after the table is unknown. */
	if (ranges[n - 1].verdict != VERDICT_UNKNOWN) {
		ranges[n].first = FILTER_CALLS;
		ranges[n++].verdict = VERDICT_UNKNOWN;
	}
	return n;
}

static uint32_t simple_return(uint8_t verdict, bool notify)
{
	if (verdict == VERDICT_ALLOW)
		return ALLOW;
	if (verdict == VERDICT_DENY)
		return notify ? SECCOMP_RET_USER_NOTIF : ERRNO(EPERM);
	if (verdict == VERDICT_CONNECT)
		return notify ? SECCOMP_RET_USER_NOTIF : ERRNO(EACCES);
	return ERRNO(ENOSYS);
}

/* A leaf is one instruction: a return, or a jump to a block that is filled in later. */
static void emit_leaf(struct buf *out, uint8_t verdict, bool notify)
{
	if (blocks[verdict].code == NULL)
		emit(out, (struct sock_filter)RET(simple_return(verdict, notify)));
	else
		emit(out, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, verdict));
}

static void emit_tree(struct buf *out, const struct range *r, size_t n, bool notify)
{
	size_t half = n / 2;

	if (n == 1) {
		emit_leaf(out, r[0].verdict, notify);
		return;
	}
	/* The left half takes 2 * half - 1 instructions: half leaves and the tests between them. */
	if (2 * half - 1 > UINT8_MAX)
		out->err = -E2BIG;
	emit(out, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, r[half].first,
					       (uint8_t)(2 * half - 1), 0));
	emit_tree(out, r, half, notify);
	emit_tree(out, r + half, n - half, notify);
}

static bool is_wanted(const struct buf *out, size_t first, size_t end, int v)
{
	const struct sock_filter *code = (const void *)out->p;

	for (size_t i = first; i < end; i++)
		if (code[i].code == (BPF_JMP | BPF_JA) && code[i].k == (uint32_t)v)
			return true;
	return false;
}

/* Appends the blocks that leaves wait for and points these at their starts. */
static void link_blocks(struct buf *out, size_t first, bool notify)
{
	size_t end = here(out);
	uint32_t start[VERDICT_END] = { 0 };
	struct sock_filter *code;

	for (int v = 0; v < VERDICT_END; v++) {
		if (out->err || !is_wanted(out, first, end, v))
			continue;
		start[v] = (uint32_t)here(out);
		for (size_t i = 0; i < blocks[v].n; i++) {
			struct sock_filter insn = blocks[v].code[i];

			if (notify && insn.code == (BPF_RET | BPF_K) && insn.k != ALLOW &&
			    insn.k != AS_IF_DONE)
				insn.k = SECCOMP_RET_USER_NOTIF;
			emit(out, insn);
		}
	}
	if (out->err)
		return;
	code = (struct sock_filter *)(void *)out->p;
	for (size_t i = first; i < end; i++)
		if (code[i].code == (BPF_JMP | BPF_JA))
			code[i].k = start[code[i].k] - (uint32_t)i - 1;
}

void filter_compile(const uint8_t verdict[FILTER_CALLS], bool notify, struct buf *out)
{
	struct range ranges[FILTER_CALLS + 1];
	size_t n = ranges_make(verdict, ranges);
	size_t first;

	emit(out, (struct sock_filter)LOAD(offsetof(struct seccomp_data, arch)));
	emit(out, (struct sock_filter)EQ(NATIVE, 1, 0));
	emit(out, (struct sock_filter)RET(SECCOMP_RET_KILL_PROCESS));
	emit(out, (struct sock_filter)LOAD(offsetof(struct seccomp_data, nr)));
	emit(out, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
	emit(out, (struct sock_filter)RET(ERRNO(ENOSYS)));
	first = here(out);
	emit_tree(out, ranges, n, notify);
	link_blocks(out, first, notify);
}
