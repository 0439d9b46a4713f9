/* SPDX-License-Identifier: Apache-2.0 */
/* By what this host lets limits be kept. */
#include "sandbox/doctor_limits.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/cgroup.h"
#include "sandbox/doctor.h"
#include "sandbox/limits.h"
#include "sandbox/scope.h"

#define STATE_SHIFT 4 /* in the exit status of the process that tries, above the kinds */

/* The kinds that a group can be made for, as 1 << kind. */
static unsigned int kinds_try(bool is_delegated, bool *ret_is_v2)
{
	static const uint64_t value[CGROUP_KINDS] = { UINT64_C(1) << 40, 100000, 1000000 };
	struct cgroup c = CGROUP_INIT;
	unsigned int kinds = 0;
	char id[16];

	snprintf(id, sizeof(id), "try-%d", getpid());
	c.is_delegated = is_delegated;
	(void)cgroup_make(&c, id, value, NULL);
	for (int i = 0; i < CGROUP_KINDS; i++)
		kinds |= cgroup_has(&c, (enum cgroup_kind)i) ? 1u << i : 0;
	*ret_is_v2 = c.is_v2;
	cgroup_remove(&c);
	return kinds;
}

static void scope_child(void) __attribute__((noreturn));

static void scope_child(void)
{
	enum scope_state state;
	unsigned int kinds = 0;
	bool is_v2;
	char id[24];

	snprintf(id, sizeof(id), "try-%d", getpid());
	state = scope_enter(id, 0);
	if (state == SCOPE_GIVEN)
		kinds = kinds_try(true, &is_v2);
	_exit((int)((unsigned int)state << STATE_SHIFT | kinds));
}

/* The scope ends with the process that is in it. */
static enum scope_state scope_try(unsigned int *ret_kinds)
{
	pid_t pid = fork();
	int status = 0;

	*ret_kinds = 0;
	if (pid == 0)
		scope_child();
	if (pid < 0)
		return SCOPE_ABSENT;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFEXITED(status))
		return SCOPE_REFUSED;
	*ret_kinds = (unsigned int)WEXITSTATUS(status) & ((1u << STATE_SHIFT) - 1);
	return (enum scope_state)(WEXITSTATUS(status) >> STATE_SHIFT);
}

static struct doctor_row *row_add(struct doctor_report *ret, const char *what)
{
	struct doctor_row *row = &ret->row[ret->n++];

	*row = (struct doctor_row){ .what = what, .is_good = true };
	return row;
}

static void scope_row(struct doctor_report *ret, enum scope_state state, uint64_t took_ms)
{
	struct doctor_row *row = row_add(ret, "systemd scope");

	row->is_good = state == SCOPE_GIVEN;
	if (state == SCOPE_GIVEN)
		snprintf(row->answer, sizeof(row->answer),
			 "given and entered in %llu ms; asked for where you set a limit of memory "
			 "or processors",
			 (unsigned long long)took_ms);
	else if (state == SCOPE_REFUSED)
		snprintf(row->answer, sizeof(row->answer),
			 "asked for, and not given within two seconds");
	else
		snprintf(row->answer, sizeof(row->answer),
			 "no user manager of systemd with a bus to ask for one");
	if (state == SCOPE_ABSENT)
		row->mend = "where systemd runs: apt install dbus-user-session, and log in again";
}

void doctor_limits(struct doctor_report *ret)
{
	static const char *const names[CGROUP_KINDS] = { "memory limit", "process limit",
							 "processor limit" };
	const unsigned int all = (1u << CGROUP_KINDS) - 1;
	enum scope_state state = SCOPE_UNASKED;
	unsigned int by_scope = 0;
	uint64_t begin;
	bool is_v2;
	unsigned int own = kinds_try(false, &is_v2);

	begin = limits_now_ms();
	if (own != all && geteuid() != 0)
		state = scope_try(&by_scope);
	begin = limits_now_ms() - begin;
	for (int i = 0; i < CGROUP_KINDS; i++) {
		struct doctor_row *row = row_add(ret, names[i]);
		const char *how = scope_lesser(SCOPE_UNASKED, (enum cgroup_kind)i);

		if (own & 1u << i)
			how = is_v2 ? "cgroup v2" : "cgroup v1";
		snprintf(row->answer, sizeof(row->answer), "%s%s", how,
			 by_scope & 1u << i ? "; in a scope: cgroup v2" : "");
	}
	if (state != SCOPE_UNASKED)
		scope_row(ret, state, begin);
}
