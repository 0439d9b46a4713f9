/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of operation: their numbers, phases and flags. */
#ifndef PLAN_KIND_H
#define PLAN_KIND_H

/* Phases run in this order; plan_verify refuses any other. */
enum plan_phase {
	PHASE_JOIN,
	PHASE_MOUNT,
	PHASE_PIVOT,
	PHASE_IDS,
	PHASE_CAPS,
	PHASE_NNP,
	PHASE_LANDLOCK,
	PHASE_SECCOMP,
	PHASE_EXEC,
	PHASE_END
};

/* What each carries stands in the table of op.c and in docs/architecture.md. */
enum plan_kind {
	PLAN_CLONE,	/* n0 = CLONE_NEW* flags of the sandbox */
	PLAN_MAP,	/* n0/n1 = uid inside/outside, n2/n3 = gid inside/outside */
	PLAN_CGROUP,	/* n1 = how many groups were entered, a = mechanism */
	PLAN_PROPAGATE, /* make every mount private to the sandbox */
	PLAN_ROOT,	/* n0 = size in bytes, n1 = inodes */
	PLAN_DIR,	/* a = path, n0 = mode */
	PLAN_LINK,	/* a = path, b = target */
	PLAN_FILE,	/* a = path, b = content, n0 = mode */
	PLAN_SHARE,	/* a = path: a writable part of the root */
	PLAN_BIND,	/* a = path inside, b = host path, n0/n1 = device and inode expected,
			 * n2/n3 = uid and gid on disk to show as the payload's (F_IDMAP) */
	PLAN_OVERLAY,	/* as PLAN_BIND, with the changes kept in the store before it */
	PLAN_STORE,	/* a = host path of upper/ and work/ for the next overlay, n0/n1 alike */
	PLAN_PROC,	/* a = path */
	PLAN_DEVPTS,	/* a = path */
	PLAN_MQUEUE,	/* a = path */
	PLAN_MASK,	/* a = path to hide if it exists */
	PLAN_READONLY,	/* the root itself becomes read-only */
	PLAN_PIVOT,
	PLAN_HOSTNAME, /* a = name */
	PLAN_LOOPBACK, /* loopback up, every address local to it */
	PLAN_WATCH,    /* report connection attempts that leave loopback */
	PLAN_LISTEN,   /* n0 = port, n1 = enum egress_listener: a socket for the proxy */
	PLAN_REDIRECT, /* n0 = port that every TCP connection leads to, a = the rule that asks */
	PLAN_PTY,      /* open a terminal of the sandbox's own, n0 = rows, n1 = columns */
	PLAN_KEYRING,
	PLAN_AFFINITY, /* n0 = number of processors */
	PLAN_RLIMIT,   /* n0 = RLIMIT_*, n1 = value */
	PLAN_CAPS,
	PLAN_NO_NEW_PRIVS,
	PLAN_LANDLOCK, /* n0 = file rights handled, n1 = network rights, n2 = scopes */
	PLAN_RULE,     /* a = path, n0 = file rights */
	PLAN_SECCOMP,  /* b = filter (struct sock_filter array) */
	PLAN_ENV,      /* b = NAME=value strings, each ended by NUL, n0 = how many */
	PLAN_EXEC,     /* a = working directory, b = arguments, each ended by NUL, n0 = how many */
	PLAN_KIND_END
};

/* Flags; which kinds take which stands in the table of op.c. */
#define PLAN_F_READONLY 0x01u
#define PLAN_F_NOSUID 0x02u
#define PLAN_F_NODEV 0x04u
#define PLAN_F_NOEXEC 0x08u
#define PLAN_F_RECURSIVE 0x10u
#define PLAN_F_IDMAP 0x20u  /* owner of the tree on disk becomes the payload's uid */
#define PLAN_F_FILE 0x40u   /* the bind source is no directory */
#define PLAN_F_NOTIFY 0x80u /* seccomp: refused calls are reported to the supervisor */
#define PLAN_F_LINK 0x200u  /* the bind source is a symbolic link, shown as one */
#define PLAN_F_ROOT 0x100u  /* map: the stage is root and takes the outside ids first */

#endif
