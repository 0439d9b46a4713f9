/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of descriptors: ownership, whole reads and writes, close-on-exec. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"

static void closing_keeps_errno_and_empties_the_variable(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	errno = 77;
	assert_int_equal(fd_close(fd), -EBADF);
	assert_int_equal(fd_close(-5), -EBADF);
	assert_int_equal(errno, 77);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void an_fd_is_closed_by_its_scope_or_handed_over(void **state)
{
	int kept;
	int closed;

	(void)state;
	{
		AUTO_CLOSE int a = open("/dev/null", O_RDONLY | O_CLOEXEC);
		AUTO_CLOSE int b = open("/dev/null", O_RDONLY | O_CLOEXEC);
		AUTO_CLOSE int none = -EBADF;

		closed = a;
		kept = fd_take(&b);
		assert_int_equal(b, -EBADF);
		assert_int_equal(fd_take(&none), -EBADF);
	}
	assert_int_equal(fcntl(closed, F_GETFD), -1);
	assert_true(fcntl(kept, F_GETFD) >= 0);
	fd_close(kept);
}

static void reads_are_whole_or_end_with_the_file(void **state)
{
	char text[16];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fd_write_full(ends[1], "0123456789", 10), 0);
	assert_int_equal(fd_read_full(ends[0], text, 4), 4);
	fd_close(ends[1]);
	assert_int_equal(fd_read_full(ends[0], text, sizeof(text)), 6);
	assert_memory_equal(text, "456789", 6);
	assert_int_equal(fd_read_full(ends[0], text, sizeof(text)), 0);
	assert_int_equal(fd_read_full(-1, text, 1), -EBADF);
	assert_int_equal(fd_write_full(ends[0], text, 1), -EBADF);
	assert_int_equal(fd_write_full(ends[0], text, 0), 0);
	fd_close(ends[0]);
}

static void nothing(int signo)
{
	(void)signo;
}

/* A write into a full pipe is interrupted by a timer again and again; not a byte may be lost. */
static void interruptions_lose_nothing(void **state)
{
	static char out[1u << 20];
	struct sigaction act = { .sa_handler = nothing };
	struct itimerval often = { { 0, 500 }, { 0, 500 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	unsigned char byte;
	size_t n = 0;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7);
	pid = fork();
	if (pid == 0) {
		fd_close(ends[0]);
		sigaction(SIGALRM, &act, NULL);
		setitimer(ITIMER_REAL, &often, NULL);
		_exit(fd_write_full(ends[1], out, sizeof(out)) != 0);
	}
	fd_close(ends[1]);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (n < sizeof(out)) {
		char part[5000];
		ssize_t r = fd_read_full(ends[0], part, sizeof(part));

		assert_true(r > 0);
		for (ssize_t i = 0; i < r; i++, n++) {
			byte = (unsigned char)part[i];
			assert_int_equal(byte, (unsigned char)(n * 7));
		}
	}
	setitimer(ITIMER_REAL, &never, NULL);
	assert_int_equal(fd_read_full(ends[0], &byte, 1), 0);
	fd_close(ends[0]);
}

static void copies_lie_above_the_standard_ones_and_close_on_exec(void **state)
{
	int fd = fd_copy_above(1);

	(void)state;
	assert_true(fd >= 3);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fd_set_cloexec(fd, 0), 0);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	assert_int_equal(fd_set_cloexec(fd, 1), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	fd_close(fd);
	assert_int_equal(fd_copy_above(fd), -EBADF);
	assert_int_equal(fd_set_cloexec(fd, 1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_keeps_errno_and_empties_the_variable),
		cmocka_unit_test(an_fd_is_closed_by_its_scope_or_handed_over),
		cmocka_unit_test(reads_are_whole_or_end_with_the_file),
		cmocka_unit_test(interruptions_lose_nothing),
		cmocka_unit_test(copies_lie_above_the_standard_ones_and_close_on_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
