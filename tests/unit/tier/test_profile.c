/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled filter against a table of intent: architectures, numbers, arguments. */
#include <errno.h>
#include <linux/audit.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "plan/plan.h"
#include "tier/filter.h"
#include "tier/part_syscalls.h"
#include "tier/profile.h"
#include "tier/tier.h"
#include "unit/tier/bpf.h"

#define ERRNO(n) (SECCOMP_RET_ERRNO | (uint32_t)(n))
#define NATIVE AUDIT_ARCH_X86_64
#define NR_END 1024
#define X32 0x40000000u
#define FILTER_MAX (1u << 20)

/*
 * Said again here, from the kernel's table for x86_64 and with plain numbers, so that a slip in the
 * profile cannot hide in a list that both share. Source: arch/x86/entry/syscalls/syscall_64.tbl.
 */
#define LAST_OLD 334  /* rseq; what follows up to 423 was never given out */
#define FIRST_NEW 424 /* pidfd_send_signal */
#define LAST_NEW 467  /* open_tree_attr */

/* These fail with EPERM, and are reported where there is a listener. */
static const uint16_t refused[] = {
	/* mounts and roots: mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig
	 * fsmount fspick mount_setattr open_tree_attr statmount listmount */
	165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442, 467, 457, 458,
	/* other namespaces: setns */
	308,
	/* files past their paths: name_to_handle_at open_by_handle_at fanotify_init fanotify_mark
	 */
	303, 304, 300, 301,
	/* the machine: reboot kexec_load kexec_file_load init_module delete_module finit_module
	 * swapon swapoff acct syslog quotactl quotactl_fd iopl ioperm vhangup sethostname
	 * setdomainname */
	169, 246, 320, 175, 176, 313, 167, 168, 163, 103, 179, 443, 172, 173, 153, 170, 171,
	/* the clock: settimeofday adjtimex clock_settime clock_adjtime */
	164, 159, 227, 305,
	/* parts of the kernel that escapes were built from: bpf userfaultfd perf_event_open
	 * modify_ldt remap_file_pages add_key request_key keyctl kcmp move_pages migrate_pages */
	321, 323, 298, 154, 216, 248, 249, 250, 312, 279, 256,
	/* capabilities and modules of security: capset lsm_get_self_attr lsm_set_self_attr
	 * lsm_list_modules */
	126, 459, 460, 461,
	/* remains: uselib ustat sysfs _sysctl create_module get_kernel_syms query_module nfsservctl
	 * getpmsg putpmsg afs_syscall tuxcall security lookup_dcookie vserver */
	134, 136, 139, 156, 174, 177, 178, 180, 181, 182, 183, 184, 185, 212, 236
};

/* These are answered as a kernel would that lacks them, so that libraries take the older way. */
static const uint16_t lacking[] = {
	/* clone3, whose flags lie in memory */
	435,
	/* io_uring_setup io_uring_enter io_uring_register, whose work no filter sees */
	425, 426, 427,
	/* io_setup io_destroy io_getevents io_submit io_cancel io_pgetevents */
	206, 207, 208, 209, 210, 333,
	/* set_thread_area get_thread_area epoll_ctl_old epoll_wait_old process_mrelease */
	205, 211, 214, 215, 448
};

enum {
	IOCTL = 16,
	SOCKET = 41,
	CONNECT = 42,
	SOCKETPAIR = 53,
	CLONE = 56,
	PERSONALITY = 135,
	SETRLIMIT = 160,
	UNSHARE = 272,
	PRLIMIT64 = 302
};

/* mount cgroup uts ipc user pid net; the time namespace is a flag of unshare alone. */
#define SPACES 0x7e020000u
#define TIME_SPACE 0x80u

static const uint32_t foreign[] = { AUDIT_ARCH_I386,
				    AUDIT_ARCH_AARCH64,
				    AUDIT_ARCH_ARM,
				    AUDIT_ARCH_RISCV64,
				    AUDIT_ARCH_S390X,
				    AUDIT_ARCH_PPC64LE,
				    0,
				    UINT32_MAX,
				    NATIVE ^ 1,
				    NATIVE ^ 0x80000000 };

/* Values that some call gives a meaning to, and others around them. */
static const uint64_t telling[] = { 0,
				    1,
				    2,
				    3,
				    4,
				    5,
				    6,
				    8,
				    10,
				    15,
				    16,
				    17,
				    29,
				    31,
				    33,
				    38,
				    40,
				    44,
				    45,
				    262,
				    0x11,
				    0x5411,
				    0x5412,
				    0x5413,
				    0x541b,
				    0x541c,
				    0x541d,
				    0x5423,
				    0x80,
				    0x400,
				    0x20000,
				    0x40000,
				    0x400000,
				    0x1000000,
				    0x2000000,
				    0x4000000,
				    0x8000000,
				    0x10000000,
				    0x20000000,
				    0x40000000,
				    0x80000000,
				    0x3d0f00,
				    0x7e020000,
				    0xffffffff,
				    UINT64_C(0x100000000),
				    UINT64_C(0x100005412),
				    UINT64_C(0xffffffff0000541c),
				    UINT64_C(0x110000000),
				    UINT64_C(0x2600000001),
				    UINT64_MAX };

static bool is_in(const uint16_t *list, size_t n, uint32_t nr)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == nr)
			return true;
	return false;
}

/* Unix datagrams go to names that no filter sees, so they do not go with connections that are made
 * for the sandbox. */
static bool is_datagram(uint32_t family, uint32_t type)
{
	return family == 1 && ((type & 0xf) == 2 || (type & 0xf) == 3);
}

/* unix; internet by TCP, UDP or what the type implies; the routing tables. Nothing else. */
static bool socket_is_meant(uint32_t family, uint32_t protocol)
{
	if (family == 1)
		return true;
	if (family == 2 || family == 10)
		return protocol == 0 || protocol == 6 || protocol == 17;
	return family == 16 && protocol == 0;
}

static bool personality_is_meant(uint32_t persona)
{
	return persona == 0 || persona == 8 || persona == 0x20000 || persona == 0x40000 ||
	       persona == 0xffffffff;
}

/* RLIMIT_CORE can be asked for; whoever sets it is told that it was done. */
static bool is_core_limit(uint32_t nr, const uint64_t *args)
{
	return (nr == SETRLIMIT && (uint32_t)args[0] == 4) ||
	       (nr == PRLIMIT64 && (uint32_t)args[1] == 4 && args[2] != 0);
}

static uint32_t intent_of_arguments(uint32_t nr, const uint64_t *args)
{
	uint32_t first = (uint32_t)args[0];
	uint32_t second = (uint32_t)args[1];

	switch (nr) {
	case IOCTL:
		return second == 0x5412 || second == 0x541c ? ERRNO(EPERM) : SECCOMP_RET_ALLOW;
	case SOCKET:
		return socket_is_meant(first, (uint32_t)args[2]) ? SECCOMP_RET_ALLOW
								 : ERRNO(EAFNOSUPPORT);
	case SOCKETPAIR:
		return first == 1 ? SECCOMP_RET_ALLOW : ERRNO(EAFNOSUPPORT);
	case CLONE:
		return first & SPACES ? ERRNO(EPERM) : SECCOMP_RET_ALLOW;
	case UNSHARE:
		return first & (SPACES | TIME_SPACE) ? ERRNO(EPERM) : SECCOMP_RET_ALLOW;
	case PERSONALITY:
		return personality_is_meant(first) ? SECCOMP_RET_ALLOW : ERRNO(EPERM);
	default:
		return SECCOMP_RET_ALLOW;
	}
}

static uint32_t intent(const struct seccomp_data *d, bool has_connector)
{
	uint32_t nr = (uint32_t)d->nr;

	if (d->arch != NATIVE)
		return SECCOMP_RET_KILL_PROCESS;
	if (has_connector && nr == CONNECT)
		return ERRNO(EACCES);
	if (has_connector && (nr == SOCKET || nr == SOCKETPAIR) &&
	    is_datagram((uint32_t)d->args[0], (uint32_t)d->args[1]))
		return ERRNO(EAFNOSUPPORT);
	if (nr > LAST_NEW || (nr > LAST_OLD && nr < FIRST_NEW))
		return ERRNO(ENOSYS);
	if (is_in(lacking, ARRAY_LEN(lacking), nr))
		return ERRNO(ENOSYS);
	if (is_in(refused, ARRAY_LEN(refused), nr))
		return ERRNO(EPERM);
	if (is_core_limit(nr, (const uint64_t *)d->args))
		return ERRNO(0);
	return intent_of_arguments(nr, (const uint64_t *)d->args);
}

/* With a listener, what is refused goes there; what is said to be lacking never does. */
static uint32_t reported(uint32_t answer)
{
	bool is_refusal =
		answer == ERRNO(EPERM) || answer == ERRNO(EAFNOSUPPORT) || answer == ERRNO(EACCES);

	return is_refusal ? SECCOMP_RET_USER_NOTIF : answer;
}

struct filters {
	struct buf plain;
	struct buf notify;
	bool has_connector;
};

static void filters_done(struct filters *f)
{
	buf_done(&f->plain);
	buf_done(&f->notify);
}

static void filters_make(struct filters *f, bool has_connector)
{
	uint8_t verdict[FILTER_CALLS] = { 0 };

	*f = (struct filters){ BUF_INIT(FILTER_MAX), BUF_INIT(FILTER_MAX), has_connector };
	profile_agent(verdict);
	if (has_connector)
		profile_connect(verdict);
	filter_compile(verdict, false, &f->plain);
	filter_compile(verdict, true, &f->notify);
	assert_int_equal(f->plain.err, 0);
	assert_int_equal(f->notify.err, 0);
}

static void check(const struct filters *f, const struct seccomp_data *d)
{
	uint32_t want = intent(d, f->has_connector);
	uint32_t got = bpf_run(&f->plain, d);

	if (got != want)
		fail_msg("arch %x call %d (%llx, %llx, %llx): %x, meant is %x", d->arch, d->nr,
			 d->args[0], d->args[1], d->args[2], got, want);
	got = bpf_run(&f->notify, d);
	if (got != reported(want))
		fail_msg("with a listener: arch %x call %d (%llx, %llx, %llx): %x, meant is %x",
			 d->arch, d->nr, d->args[0], d->args[1], d->args[2], got, reported(want));
}

/* Every telling value in every place, among zeros and among ones. */
static void check_arguments(const struct filters *f, uint32_t arch, uint32_t nr)
{
	for (size_t v = 0; v < ARRAY_LEN(telling); v++) {
		for (int at = 0; at < 6; at++) {
			struct seccomp_data d = { .nr = (int)nr, .arch = arch };

			d.args[at] = telling[v];
			check(f, &d);
			memset(d.args, 0xff, sizeof(d.args));
			d.args[at] = telling[v];
			check(f, &d);
		}
	}
}

static void check_every_number(bool has_connector)
{
	CLEANUP(filters_done) struct filters f;

	filters_make(&f, has_connector);
	for (uint32_t nr = 0; nr < NR_END; nr++)
		check_arguments(&f, NATIVE, nr);
}

static void every_number_means_what_is_meant(void **state)
{
	(void)state;
	check_every_number(false);
	check_every_number(true);
}

static void foreign_calls_do_not_pass(void **state)
{
	static const uint32_t far[] = { X32 - 1, 0x7fffffff, 0x80000000, 0xbfffffff, 0xffffffff };
	CLEANUP(filters_done) struct filters f;

	(void)state;
	filters_make(&f, false);
	for (uint32_t nr = 0; nr < NR_END; nr++) {
		struct seccomp_data d = { .nr = (int)(X32 | nr), .arch = NATIVE };

		check(&f, &d);
		d.nr = (int)(0xc0000000 | nr);
		check(&f, &d);
		for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
			d = (struct seccomp_data){ .nr = (int)nr, .arch = foreign[i] };
			check(&f, &d);
			d.nr = (int)(X32 | nr);
			check(&f, &d);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(far); i++)
		check_arguments(&f, NATIVE, far[i]);
}

static void every_request_of_ioctl_is_as_meant(void **state)
{
	CLEANUP(filters_done) struct filters f;

	(void)state;
	filters_make(&f, false);
	for (uint64_t request = 0; request < 0x10000; request++) {
		struct seccomp_data d = { .nr = IOCTL, .arch = NATIVE, .args = { 3, request, 7 } };

		check(&f, &d);
		d.args[1] |= UINT64_C(0x8000000100000000);
		check(&f, &d);
		d.args[1] = request | 0x80040000;
		check(&f, &d);
	}
}

static void check_every_family_of_sockets(bool has_connector)
{
	CLEANUP(filters_done) struct filters f;
	static const uint64_t types[] = { 1, 2, 3, 4, 5, 10, 0x80801 };

	filters_make(&f, has_connector);
	for (uint64_t family = 0; family < 64; family++) {
		for (uint64_t protocol = 0; protocol < 300; protocol++) {
			struct seccomp_data d = { .nr = SOCKET, .arch = NATIVE };

			d.args[0] = family;
			d.args[1] = types[protocol % ARRAY_LEN(types)];
			d.args[2] = protocol;
			check(&f, &d);
			/* The kernel takes ints: what stands above them counts for nothing. */
			d.args[0] |= UINT64_C(0x100000000);
			d.args[2] |= UINT64_C(0xffffffff00000000);
			check(&f, &d);
			d.nr = SOCKETPAIR;
			check(&f, &d);
		}
	}
}

static void every_family_of_sockets_is_as_meant(void **state)
{
	(void)state;
	check_every_family_of_sockets(false);
	check_every_family_of_sockets(true);
}

static void every_pair_of_flags_is_as_meant(void **state)
{
	static const int calls[] = { CLONE, UNSHARE, PERSONALITY };
	CLEANUP(filters_done) struct filters f;

	(void)state;
	filters_make(&f, false);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		for (int bit = 0; bit < 64 * 64; bit++) {
			struct seccomp_data d = { .nr = calls[i], .arch = NATIVE };

			d.args[0] = UINT64_C(1) << bit / 64 | UINT64_C(1) << bit % 64;
			check(&f, &d);
			d.args[0] |= 0x3d0f11;
			check(&f, &d);
		}
	}
}

/* What the kernel asks of a program before it takes it; it takes no other. Source: seccomp(2). */
static void programs_are_what_the_kernel_takes(void **state)
{
	CLEANUP(filters_done) struct filters f;
	const struct buf *both[] = { &f.plain, &f.notify };

	(void)state;
	filters_make(&f, true);
	for (size_t b = 0; b < ARRAY_LEN(both); b++) {
		const struct sock_filter *code = (const void *)both[b]->p;
		size_t n = both[b]->n / sizeof(*code);

		assert_true(n > 0 && n <= BPF_MAXINSNS);
		assert_int_equal(code[n - 1].code, BPF_RET | BPF_K);
		for (size_t i = 0; i < n; i++) {
			if (BPF_CLASS(code[i].code) == BPF_LD)
				assert_true(code[i].k % 4 == 0 &&
					    code[i].k < sizeof(struct seccomp_data));
			if (code[i].code == (BPF_JMP | BPF_JA))
				assert_true(code[i].k < n - i - 1);
			else if (BPF_CLASS(code[i].code) == BPF_JMP)
				assert_true(code[i].jt < n - i - 1 && code[i].jf < n - i - 1);
		}
	}
}

/* The filter of a plan for a policy that names calls. */
static void filter_of(const char *allow, const char *deny, struct buf *out)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	const struct tier_facts facts = { 0 };
	struct policy p = { 0 };
	const struct plan_op *op;

	p.syscalls_allow = (struct policy_list){ &allow, allow != NULL };
	p.syscalls_deny = (struct policy_list){ &deny, deny != NULL };
	*out = BUF_INIT(FILTER_MAX);
	assert_int_equal(part_syscalls_compile(&p, &facts, &b, NULL), 0);
	op = (const struct plan_op *)(const void *)b.ops.p;
	assert_int_equal(op->kind, PLAN_SECCOMP);
	buf_add(out, b.strings.p + op->b, op->b_len);
}

/* Naming a call changes that call and, for unshare, the flags of clone: nothing else. */
static void named_calls_and_no_others_change(void **state)
{
	static const struct {
		const char *allow, *deny;
		uint32_t nr;
		uint32_t now;
	} named[] = {
		{ NULL, NULL, NR_END, 0 },
		{ "bpf", NULL, 321, SECCOMP_RET_ALLOW },
		{ "clone3", NULL, 435, SECCOMP_RET_ALLOW },
		{ "unshare", NULL, UNSHARE, SECCOMP_RET_ALLOW },
		{ NULL, "ptrace", 101, ERRNO(EPERM) },
		{ NULL, "clone", CLONE, ERRNO(EPERM) },
		{ "bpf", "bpf", 321, ERRNO(EPERM) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		AUTO_BUF struct buf b = BUF_INIT(0);

		filter_of(named[i].allow, named[i].deny, &b);
		for (uint32_t nr = 0; nr < NR_END; nr++) {
			struct seccomp_data d = { .nr = (int)nr, .arch = NATIVE };
			bool is_unshare = named[i].nr == UNSHARE;
			uint32_t want;

			d.args[0] = 0x10000000;
			want = nr == named[i].nr || (is_unshare && nr == CLONE) ? named[i].now
										: intent(&d, true);
			if (bpf_run(&b, &d) != want)
				fail_msg("row %zu: call %u", i, nr);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_means_what_is_meant),
		cmocka_unit_test(foreign_calls_do_not_pass),
		cmocka_unit_test(every_request_of_ioctl_is_as_meant),
		cmocka_unit_test(every_family_of_sockets_is_as_meant),
		cmocka_unit_test(every_pair_of_flags_is_as_meant),
		cmocka_unit_test(programs_are_what_the_kernel_takes),
		cmocka_unit_test(named_calls_and_no_others_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
