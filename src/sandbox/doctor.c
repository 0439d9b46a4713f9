/* SPDX-License-Identifier: Apache-2.0 */
/* What this host offers, found by trying, and which tiers that makes usable. */
#include "sandbox/doctor.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "linux/host.h"
#include "linux/kvm.h"
#include "review/discard.h"
#include "sandbox/doctor_limits.h"
#include "sandbox/store.h"

/* One thing to try: what it is for people, how it is tried, and what mends it. */
struct trial {
	const char *what;
	int (*attempt)(struct err *e);
	const char *good;
	const char *mend;
	bool is_needed; /* by the namespace tier */
};

static int try_overlay(struct err *e)
{
	static const char *const parts[] = { "lower", "upper", "work" };
	AUTO_CLOSE int all = -EBADF;
	char path[STORE_PATH_MAX];
	char name[32];
	int r = 0;

	all = store_open(path, e);
	if (all < 0)
		return all;
	snprintf(name, sizeof(name), ".try-%d", getpid());
	for (size_t i = 0; i <= ARRAY_LEN(parts) && r == 0; i++) {
		char sub[64];

		snprintf(sub, sizeof(sub), "%s%s%s", name, i > 0 ? "/" : "",
			 i > 0 ? parts[i - 1] : "");
		r = mkdirat(all, sub, 0700) < 0 ? -errno : 0;
	}
	if (r < 0)
		err_sys(e, r, "cannot make directories in %s", path);
	else if (snprintf(path + strlen(path), 48, "/%s", name) < 48)
		r = host_try_overlay(path, e);
	(void)review_remove_tree(all, name, NULL);
	return r;
}

static int try_landlock(struct err *e)
{
	int abi = host_landlock_abi();

	return abi > 0 ? 0 : err_set(e, -ENOSYS, "this kernel has none, or it is switched off");
}

/* The leading number of @text, which moves behind it and the dot; 0 when there is none. */
static uint64_t leading(const char **text)
{
	char digits[8] = "";
	size_t n = strspn(*text, "0123456789");
	uint64_t v = 0;

	snprintf(digits, sizeof(digits), "%.*s", (int)n, *text);
	if (num_u64(digits, 100000, &v) < 0)
		v = 0;
	*text += n + ((*text)[n] == '.');
	return v;
}

static int try_kernel(struct err *e)
{
	struct utsname u;
	const char *p = u.release;
	uint64_t major;
	uint64_t minor;

	if (uname(&u) < 0)
		return err_sys(e, -errno, "uname");
	major = leading(&p);
	minor = leading(&p);
	if (major < 5 || (major == 5 && minor < 14))
		return err_set(e, -ENOSYS, "%s is older than 5.14", u.release);
	return 0;
}

static const struct trial trials[] = {
	{ "kernel", try_kernel, "new enough", "install a kernel of 5.14 or later", true },
	{ "user namespaces", host_try_userns, "one was made, mapped and mounted in",
	  "as root: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000; "
	  "on "
	  "Ubuntu 23.10 and later: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
	  true },
	{ "own /proc", host_try_proc, "mounted in a new pid namespace",
	  "start the surrounding container with an unmasked /proc", true },
	{ "filter with listener", host_try_listener, "loaded",
	  "leave the sandbox around this one, or let it run without a listener", true },
	{ "overlay", try_overlay, "mounted in a user namespace; reviews need no copy",
	  "load it: modprobe overlay (without it the workspace is copied)", false },
	{ "Landlock", try_landlock, "there, a second wall",
	  "boot with lsm=landlock,… (without it there is one wall less)", false },
	{ "nftables", host_try_redirect, "redirected every port in a network namespace",
	  "load them: modprobe -a nf_tables nft_chain_nat nft_redir (without them no rule for "
	  "every port)",
	  false },
	{ "KVM", kvm_try, "ran a guest of one instruction; whether it boots Linux was not tried",
	  NULL, false },
};

static struct doctor_row *row_add(struct doctor_report *ret, const char *what)
{
	struct doctor_row *row = &ret->row[ret->n++];

	*row = (struct doctor_row){ .what = what };
	return row;
}

static bool trial_run(struct doctor_report *ret, const struct trial *t)
{
	struct doctor_row *row = row_add(ret, t->what);
	struct err e = { 0 };

	row->is_good = t->attempt(&e) >= 0;
	snprintf(row->answer, sizeof(row->answer), "%s", row->is_good ? t->good : e.text);
	row->mend = row->is_good ? NULL : t->mend;
	return row->is_good || !t->is_needed;
}

static void tiers_look(struct doctor_report *ret)
{
	static const char *const others[] = { "tier process", "tier chroot", "tier container",
					      "tier vm", "tier remote" };
	struct doctor_row *row = row_add(ret, "tier namespace");

	row->is_good = ret->is_namespace_usable;
	snprintf(row->answer, sizeof(row->answer), "%s",
		 row->is_good ? "usable" : "not usable: see what is missing above");
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		row = row_add(ret, others[i]);
		snprintf(row->answer, sizeof(row->answer), "not built in this version");
	}
}

void doctor_examine(struct doctor_report *ret)
{
	*ret = (struct doctor_report){ .is_namespace_usable = true };
	for (size_t i = 0; i < ARRAY_LEN(trials); i++)
		ret->is_namespace_usable = trial_run(ret, &trials[i]) && ret->is_namespace_usable;
	doctor_limits(ret);
	tiers_look(ret);
}
