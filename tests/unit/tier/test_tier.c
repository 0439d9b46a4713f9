/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing degrades in silence: each field changes the plan, is refused, or is placed here. */
#include <cmocka.h>

#include "policy/fields.h"
#include "unit/tier/scene.h"

/* Where each field is made good. A new field has to be placed here before this test passes. */
enum made_good { BY_PLAN, BY_REFUSAL, BY_CHOICE, BY_SUPERVISOR, BY_REVIEW, BY_NOTHING_TO_REACH };

static const struct promise {
	const char *policy;
	enum made_good by;
} promises[FIELD_END] = {
	[FIELD_VERSION] = { "version: 1\n", BY_CHOICE },
	[FIELD_PRESET] = { "preset: untrusted\n", BY_PLAN },
	[FIELD_RISK] = { "risk: low\n", BY_CHOICE },
	[FIELD_TIER] = { "tier: namespace\n", BY_CHOICE },
	[FIELD_REQUIRE] = { "require: [limits.memory]\n", BY_CHOICE },
	[FIELD_WORKSPACE_PATH] = { "workspace: { path: /x }\n", BY_SUPERVISOR },
	[FIELD_WORKSPACE_MODE] = { "workspace: { mode: readonly }\n", BY_PLAN },
	[FIELD_FILES_READ] = { "files: { read: [~/notes] }\n", BY_PLAN },
	[FIELD_FILES_WRITE] = { "files: { write: [~/out] }\n", BY_PLAN },
	[FIELD_FILES_HIDE] = { "files: { hide: [/opt/x] }\n", BY_PLAN },
	[FIELD_FILES_PROTECT] = { "files: { protect: [Makefile] }\n", BY_REVIEW },
	[FIELD_ENV_PASS] = { "env: { pass: [SSH_AUTH_SOCK] }\n", BY_PLAN },
	[FIELD_ENV_SET] = { "env: { set: { A: b } }\n", BY_PLAN },
	[FIELD_NETWORK_ALLOW] = { "network: { allow: [a.b] }\n", BY_PLAN },
	[FIELD_NETWORK_DENY] = { "network: { deny: [a.b] }\n", BY_NOTHING_TO_REACH },
	[FIELD_NETWORK_HTTP] = { "network: { http: [{ host: a.b, methods: [GET], paths: [/] }] }\n",
				 BY_PLAN },
	[FIELD_NETWORK_PUBLISH] = { "network: { publish: [\"127.0.0.1:1:2\"] }\n", BY_PLAN },
	[FIELD_NETWORK_LOOPBACK] = { "network: { loopback: [\"1\"] }\n", BY_PLAN },
	[FIELD_NETWORK_UNIX] = { "network: { unix: [~/agent] }\n", BY_PLAN },
	[FIELD_SECRETS] = { "secrets: [{ name: T, from: env, hosts: [a.b], header: \"A: {}\" }]\n",
			    BY_REFUSAL },
	[FIELD_LIMITS_MEMORY] = { "limits: { memory: 1GiB }\n", BY_PLAN },
	[FIELD_LIMITS_CPUS] = { "limits: { cpus: 1 }\n", BY_PLAN },
	[FIELD_LIMITS_PIDS] = { "limits: { pids: 99 }\n", BY_PLAN },
	[FIELD_LIMITS_DISK] = { "limits: { disk: 1GiB }\n", BY_PLAN },
	[FIELD_LIMITS_FILES] = { "limits: { files: 99 }\n", BY_PLAN },
	[FIELD_LIMITS_OUTPUT] = { "limits: { output: 1MiB }\n", BY_SUPERVISOR },
	[FIELD_LIMITS_TIME] = { "limits: { time: 1h }\n", BY_SUPERVISOR },
	[FIELD_SYSCALLS_PROFILE] = { "syscalls: { profile: agent }\n", BY_CHOICE },
	[FIELD_SYSCALLS_ALLOW] = { "syscalls: { allow: [bpf] }\n", BY_PLAN },
	[FIELD_SYSCALLS_DENY] = { "syscalls: { deny: [ptrace] }\n", BY_PLAN },
	[FIELD_LSM_APPARMOR] = { "lsm: { apparmor: p }\n", BY_REFUSAL },
	[FIELD_LSM_SELINUX] = { "lsm: { selinux: l }\n", BY_REFUSAL },
	[FIELD_ASK_NETWORK] = { "ask: { network: true }\n", BY_REFUSAL },
	[FIELD_ASK_EXEC] = { "ask: { exec: [rm] }\n", BY_REFUSAL },
	/* Without questions their time and their default stand for nothing. */
	[FIELD_ASK_TIMEOUT] = { "ask: { timeout: 1m }\n", BY_CHOICE },
	[FIELD_ASK_OTHERWISE] = { "ask: { otherwise: deny }\n", BY_CHOICE },
	[FIELD_IMAGE] = { "image: x\n", BY_REFUSAL },
	[FIELD_BEST_EFFORT] = { "best_effort: [image]\n", BY_CHOICE },
};

static void no_field_is_passed_over(void **state)
{
	AUTO_BUF struct buf plain = BUF_INIT(PLAN_BYTES_MAX);
	struct scene s;

	(void)state;
	scene_make(&s, &(struct plan_case){ 0 });
	assert_int_equal(scene_compile(&s, &plain, NULL), 0);
	scene_done(&s);
	for (int field = FIELD_NONE + 1; field < FIELD_END; field++) {
		AUTO_BUF struct buf bytes = BUF_INIT(PLAN_BYTES_MAX);
		const struct promise *promise = &promises[field];
		const struct plan_case c = { .policy = promise->policy };
		bool is_other;
		int r;

		assert_non_null(promise->policy);
		scene_make(&s, &c);
		r = scene_compile(&s, &bytes, NULL);
		is_other = r == 0 && (bytes.n != plain.n || memcmp(bytes.p, plain.p, bytes.n) != 0);
		if ((r == -EOPNOTSUPP) != (promise->by == BY_REFUSAL) ||
		    is_other != (promise->by == BY_PLAN))
			fail_msg("%s: %s", promise->policy, is_other ? "other plan" : "same plan");
		scene_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_field_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
