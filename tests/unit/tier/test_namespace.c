/* SPDX-License-Identifier: Apache-2.0 */
/* Golden plans of the namespace tier: policies against a fixed host, compared with tests/plan. */
#include <fcntl.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/file.h"
#include "plan/print.h"
#include "policy/fields.h"
#include "unit/tier/scene.h"

#define TEXT_MAX (1u << 20)
#define OUTSIDE 0x60000007u

/* What direct mode found to hold: a parent that only may not be moved, and what is protected. */
static const struct tier_path held[] = {
	{ WORK "/.git", NULL, OBJECT_DIR, 2050, 61, 1000, 1000, .links = 1 },
	{ WORK "/.git/hooks", NULL, OBJECT_DIR, 2050, 62, 1000, 1000, .is_fixed = true,
	  .links = 1 },
	{ WORK "/.git/config", NULL, OBJECT_FILE, 2050, 63, 1000, 1000, .is_fixed = true,
	  .links = 1 },
	{ WORK "/.claude", "../secrets", OBJECT_LINK, 2050, 64, 1000, 1000, .is_fixed = true,
	  .links = 1 },
};

static void as_root(struct tier_facts *f)
{
	f->is_root = true;
	f->uid_out = f->gid_out = OUTSIDE;
	f->user = "agent";
	f->passwd = "agent:x:1000:1000::" HOME ":/bin/sh\nroot:x:0:0:root:/root:/bin/bash\n";
	f->group = "agent:x:1000:\nroot:x:0:\n";
}

static void as_root_on_a_copy(struct tier_facts *f)
{
	as_root(f);
	f->root[0].kind = ROOT_COPY;
	f->root[0].store = STORE "/copy";
}

static void on_a_copy(struct tier_facts *f)
{
	f->root[0].kind = ROOT_COPY;
	f->root[0].store = STORE "/copy";
}

static void in_place(struct tier_facts *f)
{
	f->root[0].kind = ROOT_PLAIN;
	f->root[0].store = NULL;
}

static void in_place_with_holds(struct tier_facts *f)
{
	in_place(f);
	f->hold = held;
	f->holds_n = ARRAY_LEN(held);
}

static void as_root_with_holds(struct tier_facts *f)
{
	as_root(f);
	in_place_with_holds(f);
}

static void as_root_in_place(struct tier_facts *f)
{
	as_root(f);
	in_place(f);
}

static void with_cgroups(struct tier_facts *f)
{
	f->cgroup_fds = 3;
	f->cgroup_memory = f->cgroup_pids = f->cgroup_cpu = "cgroup v1";
}

static void with_terminal(struct tier_facts *f)
{
	f->has_tty = true;
}

static void with_new_landlock(struct tier_facts *f)
{
	f->landlock_abi = 7;
}

static void on_the_hosts_network(struct tier_facts *f)
{
	f->has_host_network = true;
	f->landlock_abi = 6;
	f->hosts = "127.0.0.1\tlocalhost\n127.0.1.1\ttiercel-012345\n";
	f->resolv = "nameserver 192.0.2.53\n";
}

static void on_the_hosts_network_of_old(struct tier_facts *f)
{
	on_the_hosts_network(f);
	f->landlock_abi = 5;
}

/* The kernel that holds connections to sockets itself. */
static void with_newest_landlock(struct tier_facts *f)
{
	f->landlock_abi = 9;
}

static void without_extras(struct tier_facts *f)
{
	f->landlock_abi = 0;
	f->has_notify = false;
}

static void with_worktree(struct tier_facts *f)
{
	f->root[1] = f->root[0];
	f->root[1].host = "/srv/repo/.git";
	f->root[1].store = HOME "/.local/state/tiercel/sandboxes/0123456789ab/root1";
	f->root[1].ino = 74;
	f->root[1].store_ino = 75;
	f->roots_n = 2;
}

static const struct plan_case cases[] = {
	{ "default", NULL, NULL, NULL },
	{ "root", NULL, NULL, as_root },
	{ "root-copy", NULL, NULL, as_root_on_a_copy },
	{ "copy", NULL, NULL, on_a_copy },
	{ "readonly", NULL, "workspace: { mode: readonly }\n", in_place },
	{ "readonly-root", NULL, "workspace: { mode: readonly }\n", as_root_in_place },
	{ "direct", NULL, "workspace: { mode: direct }\n", in_place_with_holds },
	{ "direct-root", NULL, "workspace: { mode: direct }\n", as_root_with_holds },
	{ "worktree", NULL, NULL, with_worktree },
	{ "files", NULL,
	  "files:\n  read: [~/notes, ~/gone, /srv/data, docs, /dev/kvm]\n"
	  "  write: [~/out, ~/gone]\n  hide: [/opt/secret, ~/notes/private, docs/internal]\n",
	  NULL },
	{ "limits", NULL,
	  "limits: { memory: 1GiB, cpus: 1.5, pids: 7, disk: 3MiB, files: 99, output: 5, time: 90 "
	  "}\n",
	  NULL },
	{ "limits-cgroup", NULL, "limits: { memory: 1GiB, cpus: 1.5, pids: 7 }\n", with_cgroups },
	{ "limits-none", NULL,
	  "limits: { memory: null, cpus: null, pids: null, disk: null, files: null }\n", NULL },
	{ "environment", NULL,
	  "env: { pass: [SSH_AUTH_SOCK, NOT_THERE], set: { CI: \"1\", HOME: /h, X: \"a\\nb=c\" } "
	  "}\n",
	  NULL },
	{ "syscalls", NULL, "syscalls: { allow: [unshare, bpf], deny: [ptrace, socket] }\n", NULL },
	{ "terminal", NULL, NULL, with_terminal },
	{ "landlock-newest", NULL, NULL, with_newest_landlock },
	{ "landlock-new", NULL, NULL, with_new_landlock },
	{ "old-kernel", NULL, NULL, without_extras },
	{ "best-effort", NULL, "image: debian:bookworm\nbest_effort: [image]\n", NULL },
	{ "egress", NULL,
	  "network: { allow: [github.com, \"*.a.example:8000-8002\", \"[fd00::1]:22\"] }\n", NULL },
	{ "egress-every", NULL, "network: { allow: [github.com, \"ftp.example:*\"] }\n", NULL },
	{ "egress-many", NULL, "network: { allow: [\"ftp.example:2000-2256\"] }\n", NULL },
	{ "publish", NULL, "network: { publish: [\"8080:3000\", \"[::1]:8443:443\"] }\n", NULL },
	{ "sockets", NULL, "network: { unix: [~/agent] }\n", NULL },
	{ "host-network", NULL, NULL, on_the_hosts_network },
	{ "code-interpreter", "code-interpreter", NULL, NULL },
	{ "build", "build", NULL, NULL },
	{ "shell", "shell", NULL, NULL },
	{ "untrusted", "untrusted", NULL, NULL },
	{ "claude", "claude", NULL, NULL },
};

/* What the printer leaves out: the numbers, the bytes of files, the words of lists. */
static void details(const struct plan *p, const struct plan_op *op, struct buf *out)
{
	bool is_list = op->kind == PLAN_ENV || op->kind == PLAN_EXEC;
	const char *b = plan_b(p, op);
	int n = 4;

	while (n > 0 && op->n[n - 1] == 0)
		n--;
	for (int i = 0; i < n; i++)
		buf_printf(out, "%s%llu", i == 0 ? "   = " : " ", (unsigned long long)op->n[i]);
	buf_str(out, op->flags & PLAN_F_FILE ? " no directory\n" : "\n");
	if (op->kind == PLAN_FILE) {
		buf_str(out, "\t");
		buf_escape(out, b, op->b_len);
		buf_str(out, "\n");
	}
	for (uint64_t i = 0; is_list && i < op->n[0]; i++) {
		buf_str(out, "\t");
		buf_escape(out, b, strlen(b));
		buf_str(out, "\n");
		b += strlen(b) + 1;
	}
}

static void print(const struct plan *p, struct buf *out)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const char *line;

	plan_print(p, false, policy_field_name_of, &text);
	line = text.p;
	for (uint32_t i = 0; i < p->ops; i++) {
		size_t n = strcspn(line, "\n");

		buf_add(out, line, n);
		details(p, &p->op[i], out);
		line += n + 1;
	}
	assert_int_equal(*line, '\0');
	assert_int_equal(out->err, 0);
}

static int folder_open(void)
{
	char path[] = __FILE__;
	char *tail = strstr(path, "unit/tier/");
	int fd;

	assert_non_null(tail);
	memcpy(tail, "plan", sizeof("plan"));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Names the first line that differs; the whole of the new text is written on request alone. */
static void compare(int folder, const char *name, const struct buf *now)
{
	AUTO_BUF struct buf old = BUF_INIT(TEXT_MAX);
	char file[64];
	size_t at = 0;
	int line = 1;

	snprintf(file, sizeof(file), "%s.golden", name);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		assert_int_equal(file_write(folder, file, now->p, now->n, NULL), 0);
		assert_int_equal(fchmodat(folder, file, 0644, 0), 0);
		return;
	}
	if (file_read(folder, file, &old, NULL) < 0)
		fail_msg("tests/plan/%s is missing; UPDATE_GOLDEN=1 writes it", file);
	if (old.n == now->n && memcmp(old.p, now->p, old.n) == 0)
		return;
	for (size_t i = 0; i < old.n && i < now->n && old.p[i] == now->p[i]; i++) {
		if (old.p[i] != '\n')
			continue;
		at = i + 1;
		line++;
	}
	fail_msg("tests/plan/%s:%d: was  %.*s\nnow  %.*s\n(UPDATE_GOLDEN=1 takes the new plan)",
		 file, line, (int)strcspn(old.p + at, "\n"), old.p + at,
		 (int)strcspn(now->p + at, "\n"), now->p + at);
}

static void plans_are_as_they_were(void **state)
{
	AUTO_CLOSE int folder = folder_open();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUF struct buf bytes = BUF_INIT(PLAN_BYTES_MAX);
		AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
		struct scene s;
		struct err e = { 0 };

		scene_make(&s, &cases[i]);
		if (scene_compile(&s, &bytes, &e) < 0)
			fail_msg("%s: %s", cases[i].name, e.text);
		print((const struct plan *)(const void *)bytes.p, &text);
		compare(folder, cases[i].name, &text);
		scene_done(&s);
	}
}

struct refusal {
	const char *policy;
	const char *reason;
	void (*change)(struct tier_facts *f);
};

#define UNBUILT ", not built in this version"

static void what_cannot_be_enforced_is_refused_with_its_line(void **state)
{
	static const struct refusal refusals[] = {
		{ "network: { publish: [\"1:2\"] }\nsyscalls: { deny: [socket] }\n",
		  ":2:19: syscalls.deny: \"socket\" cannot be denied beside network.publish" },
		{ "network: { loopback: [\"53\"] }\n",
		  "network.loopback: port 53 is the proxy's own inside" },
		{ "network: { unix: [~/gone] }\n", ":1:18: network.unix: /home/u/gone does not" },
		{ "network: { unix: [~/agent, ~/notes] }\n",
		  ":1:18: network.unix: /home/u/notes is no socket" },
		{ "secrets: [{ name: T, from: env, hosts: [a.b], header: \"A: {}\" }]\n",
		  ":1:10: secrets: nothing may be reached" },
		{ "lsm: { apparmor: p }\n",
		  "lsm.apparmor cannot be enforced: entering an AppArmor profile" },
		{ "lsm: { selinux: l }\n",
		  "lsm.selinux cannot be enforced: entering an SELinux label" },
		{ "ask: { network: true }\n",
		  "ask.network cannot be enforced: asking a person during a run" UNBUILT },
		{ "ask: { exec: [rm] }\n",
		  "ask.exec cannot be enforced: asking a person during a run" },
		{ "image: debian:bookworm\n",
		  "image cannot be enforced: images need the container tier" },
		{ "image: x\nbest_effort: [image]\nrequire: [image]\n",
		  "image cannot be enforced" },
		{ "tier: vm\n", "tier vm is not built in this version" },
		{ "tier: chroot\n", "tier chroot is not built in this version" },
		{ "risk: high\n", "risk: high needs a virtual machine or another machine" },
		{ "risk: critical\ntier: namespace\n",
		  "tier namespace is below what risk: critical asks for" },
		{ "syscalls: { allow: [nosuch] }\n",
		  ":1:20: syscalls.allow: \"nosuch\" is no system call of this machine" },
		{ "syscalls: { deny: [read] }\n", ":1:19: syscalls.deny: \"read\" cannot be "
						  "denied: pid 1 of the sandbox needs it" },
		{ "", "--network host: abstract sockets", on_the_hosts_network_of_old },
		{ "network: { allow: [a.b] }\n",
		  ":1:19: network.allow cannot be enforced on the host's own network",
		  on_the_hosts_network },
		{ "network: { deny: [a.b] }\n",
		  ":1:18: network.deny cannot be enforced on the host's own network",
		  on_the_hosts_network },
		{ "require: [network.allow]\n",
		  "network.allow cannot be enforced on the host's own network",
		  on_the_hosts_network },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct plan_case c = { .policy = refusals[i].policy,
					     .change = refusals[i].change };
		AUTO_BUF struct buf bytes = BUF_INIT(PLAN_BYTES_MAX);
		struct scene s;
		struct err e = { 0 };

		scene_make(&s, &c);
		if (scene_compile(&s, &bytes, &e) >= 0)
			fail_msg("%swas let through", refusals[i].policy);
		if (strstr(e.text, refusals[i].reason) == NULL)
			fail_msg("%sgave %s", refusals[i].policy, e.text);
		assert_true(e.code < 0);
		scene_done(&s);
	}
}

/* The tier is a pure function: the same policy and facts make the same bytes. */
static void plans_are_the_same_each_time(void **state)
{
	AUTO_BUF struct buf one = BUF_INIT(PLAN_BYTES_MAX);
	AUTO_BUF struct buf two = BUF_INIT(PLAN_BYTES_MAX);
	struct scene s;

	(void)state;
	scene_make(&s, &cases[0]);
	assert_int_equal(scene_compile(&s, &one, NULL), 0);
	assert_int_equal(scene_compile(&s, &two, NULL), 0);
	assert_int_equal(one.n, two.n);
	assert_memory_equal(one.p, two.p, one.n);
	scene_done(&s);
}

static void paths_that_are_not_normal_are_refused(void **state)
{
	static const char *const bad[] = { "home/u", "/home/../u", "/home//u", "", "/home/u/" };
	AUTO_BUF struct buf bytes = BUF_INIT(PLAN_BYTES_MAX);
	struct scene s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		scene_make(&s, &cases[0]);
		s.facts.cwd = bad[i];
		assert_int_equal(scene_compile(&s, &bytes, NULL), -EINVAL);
		s.facts.cwd = WORK;
		s.facts.home = bad[i];
		assert_int_equal(scene_compile(&s, &bytes, NULL), -EINVAL);
		scene_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_as_they_were),
		cmocka_unit_test(what_cannot_be_enforced_is_refused_with_its_line),
		cmocka_unit_test(plans_are_the_same_each_time),
		cmocka_unit_test(paths_that_are_not_normal_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
