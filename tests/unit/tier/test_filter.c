/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the filter compiler: an interpreter of the program must say what the table says. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "tier/filter.h"
#include "tier/profile.h"
#include "unit/tier/bpf.h"

#define ERRNO(n) (SECCOMP_RET_ERRNO | (uint32_t)(n))

static uint32_t call(const struct buf *b, int nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct seccomp_data data = { .nr = nr, .arch = AUDIT_ARCH_X86_64, .args = { a0, a1, a2 } };

	return bpf_run(b, &data);
}

static void filter_says_what_the_table_says(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1u << 20);
	uint8_t verdict[FILTER_CALLS] = { 0 };

	(void)state;
	profile_agent(verdict);
	filter_compile(verdict, false, &b);
	assert_int_equal(b.err, 0);
	for (int nr = 0; nr < FILTER_CALLS + 600; nr++) {
		uint8_t v = nr < FILTER_CALLS ? verdict[nr] : VERDICT_UNKNOWN;
		uint32_t got = call(&b, nr, 0, 0, 0);

		if (v == VERDICT_ALLOW)
			assert_int_equal(got, SECCOMP_RET_ALLOW);
		if (v == VERDICT_DENY)
			assert_int_equal(got, ERRNO(EPERM));
		if (v == VERDICT_UNKNOWN || v == VERDICT_ABSENT)
			assert_int_equal(got, ERRNO(ENOSYS));
	}
}

static void filter_knows_one_architecture(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1u << 20);
	uint8_t verdict[FILTER_CALLS] = { 0 };
	struct seccomp_data data = { .nr = 1, .arch = AUDIT_ARCH_I386 };

	(void)state;
	profile_agent(verdict);
	filter_compile(verdict, false, &b);
	assert_int_equal(bpf_run(&b, &data), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(call(&b, 0x40000000 | SYS_read, 0, 0, 0), ERRNO(ENOSYS));
	assert_int_equal(call(&b, -1, 0, 0, 0), ERRNO(ENOSYS));
}

static void filter_looks_at_arguments(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1u << 20);
	uint8_t verdict[FILTER_CALLS] = { 0 };

	(void)state;
	profile_agent(verdict);
	filter_compile(verdict, false, &b);
	/* AF_UNIX, AF_INET with TCP, UDP; AF_NETLINK route; no MPTCP, ping, ALG, VSOCK, PACKET,
	 * XFRM. */
	assert_int_equal(call(&b, SYS_socket, 1, 1, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_socket, 2, 1, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_socket, 2, 1, 6), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_socket, 10, 2, 17), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_socket, 16, 3, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_socket, 2, 1, 262), ERRNO(EAFNOSUPPORT));
	assert_int_equal(call(&b, SYS_socket, 2, 2, 1), ERRNO(EAFNOSUPPORT));
	assert_int_equal(call(&b, SYS_socket, 16, 3, 6), ERRNO(EAFNOSUPPORT));
	for (uint64_t family = 17; family < 64; family++)
		assert_int_equal(call(&b, SYS_socket, family, 5, 0), ERRNO(EAFNOSUPPORT));
	assert_int_equal(call(&b, SYS_clone, 0x11, 0, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_clone, CLONE_NEWUSER | 0x11, 0, 0), ERRNO(EPERM));
	assert_int_equal(call(&b, SYS_unshare, CLONE_NEWNET, 0, 0), ERRNO(EPERM));
	assert_int_equal(call(&b, SYS_unshare, CLONE_FILES, 0, 0), SECCOMP_RET_ALLOW);
	/* The kernel takes the low half of the request (CVE-2019-10063). */
	assert_int_equal(call(&b, SYS_ioctl, 0, 0x5412, 0), ERRNO(EPERM));
	assert_int_equal(call(&b, SYS_ioctl, 0, UINT64_C(0x100005412), 0), ERRNO(EPERM));
	assert_int_equal(call(&b, SYS_ioctl, 0, 0x541c, 0), ERRNO(EPERM));
	assert_int_equal(call(&b, SYS_ioctl, 0, 0x5413, 0), SECCOMP_RET_ALLOW);
	/* RLIMIT_CORE stays, and nobody is told; asking is free. */
	assert_int_equal(call(&b, SYS_setrlimit, 4, 7, 0), ERRNO(0));
	assert_int_equal(call(&b, SYS_setrlimit, 7, 7, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_prlimit64, 0, 4, 7), ERRNO(0));
	assert_int_equal(call(&b, SYS_prlimit64, 0, 4, UINT64_C(0x700000000)), ERRNO(0));
	assert_int_equal(call(&b, SYS_prlimit64, 0, 4, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_prlimit64, 0, 7, 7), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_personality, 0xffffffff, 0, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_personality, 0x400000, 0, 0), ERRNO(EPERM));
}

/* Where the host's own directories are written to; the flags of open say whether its mode counts.
 */
static void filter_takes_the_set_user_id_bit_out(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1u << 20);
	uint8_t verdict[FILTER_CALLS] = { 0 };

	(void)state;
	profile_agent(verdict);
	profile_no_set_user_id(verdict);
	filter_compile(verdict, false, &b);
	for (uint64_t mode = 0; mode < 010000; mode++) {
		uint32_t want = mode & 04000 ? ERRNO(EPERM) : SECCOMP_RET_ALLOW;

		assert_int_equal(call(&b, SYS_chmod, 0, mode, 0), want);
		assert_int_equal(call(&b, SYS_fchmod, 0, mode, 0), want);
		assert_int_equal(call(&b, SYS_creat, 0, mode, 0), want);
		assert_int_equal(call(&b, SYS_mknod, 0, mode, 0), want);
		assert_int_equal(call(&b, SYS_fchmodat, 0, 0, mode), want);
		assert_int_equal(call(&b, SYS_mknodat, 0, 0, mode), want);
		assert_int_equal(call(&b, SYS_open, 0, O_WRONLY | O_CREAT, mode), want);
		assert_int_equal(call(&b, SYS_open, 0, O_RDWR | O_TMPFILE, mode), want);
		assert_int_equal(call(&b, SYS_open, 0, O_RDWR | O_DIRECTORY, mode),
				 SECCOMP_RET_ALLOW);
	}
	assert_int_equal(call(&b, SYS_openat2, 0, 0, 0), ERRNO(ENOSYS));
}

static void filter_reports_refusals_and_nothing_else(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1u << 20);
	uint8_t verdict[FILTER_CALLS] = { 0 };

	(void)state;
	profile_agent(verdict);
	filter_compile(verdict, true, &b);
	assert_int_equal(call(&b, SYS_mount, 0, 0, 0), SECCOMP_RET_USER_NOTIF);
	assert_int_equal(call(&b, SYS_socket, 38, 5, 0), SECCOMP_RET_USER_NOTIF);
	assert_int_equal(call(&b, SYS_read, 0, 0, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(call(&b, SYS_clone3, 0, 0, 0), ERRNO(ENOSYS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter_says_what_the_table_says),
		cmocka_unit_test(filter_knows_one_architecture),
		cmocka_unit_test(filter_looks_at_arguments),
		cmocka_unit_test(filter_takes_the_set_user_id_bit_out),
		cmocka_unit_test(filter_reports_refusals_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
