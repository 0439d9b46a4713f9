/* SPDX-License-Identifier: Apache-2.0 */
/* Loading, layering, comparing and printing of policies. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/compare.h"
#include "policy/fields.h"
#include "policy/layer.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/presets.h"
#include "policy/print.h"
#include "policy/schema.h"

#define TEXT_MAX 65536

static struct policy *defaults(void)
{
	struct policy_sources none = { .home = "/home/u", .cwd = "/work" };
	struct policy *p = NULL;

	assert_int_equal(policy_load_layers(&none, &p, NULL), 0);
	return p;
}

struct bad {
	const char *text;
	const char *message;
};

static void bad_text_names_its_place(void **state)
{
	static const struct bad bad[] = {
		{ "limits:\n  memory: -4GiB\n",
		  "p.yaml:2:11: limits.memory: \"-4GiB\" is no size; write for example 4GiB" },
		{ "limits: { memroy: 1GiB }\n",
		  "p.yaml:1:11: unknown key \"limits.memroy\"; did you mean \"limits.memory\"?" },
		{ "limits.memory: 1GiB\n", "unknown key \"limits.memory\"" },
		{ "risk: low\nrisk: high\n", "p.yaml:2:1: key \"risk\" appears twice" },
		{ "limits: {pids: 1}\nlimits: {pids: 2}\n", "key \"limits\" appears twice" },
		{ "env: {set: {A: b, B: c, A: d}}\n", "key \"A\" appears twice" },
		{ "risk: huge\n", "none of low, medium, high, critical" },
		{ "version: 2\n", "version" },
		{ "a: &x 1\n", "p.yaml:1:" },
		{ "require: *x\n", "p.yaml:1:" },
		{ "risk: !!str low\n", "p.yaml:1:" },
		{ "risk: low\n---\nrisk: low\n", "p.yaml:3:" },
		{ "[1]\n", "a policy is a mapping" },
		{ "limits: {memory: 99999999999999999999GiB}\n", "limits.memory" },
		{ "limits: {pids: 0}\n", "limits.pids" },
		{ "limits: {memory: 1k}\n", "\"1k\" is too little; 1MiB is the least" },
		{ "limits: {files: 15}\n", "\"15\" is too little; 16 is the least" },
		{ "limits: {cpus: [1]}\n", "needs one plain value" },
		{ "files: {read: x}\n", "needs a list" },
		{ "files: {protect: [../x]}\n", "below the workspace" },
		{ "files: {protect: [a/..]}\n", "below the workspace" },
		{ "files: {protect: [/a]}\n", "below the workspace" },
		{ "network: {publish: [3000]}\n", "publishes no port" },
		{ "network: {publish: [\"0:3000\"]}\n", "publishes no port" },
		{ "network: {publish: [\"8080:\"]}\n", "publishes no port" },
		{ "network: {publish: [\"host:8080:3000\"]}\n", "publishes no port" },
		{ "network: {publish: [\"::1:8080:3000\"]}\n", "publishes no port" },
		{ "network: {publish: [\"[::1:8080:3000\"]}\n", "publishes no port" },
		{ "network: {publish: [\"[:8080:3000\"]}\n", "publishes no port" },
		{ "network: {allow: [\"a_b.com\"]}\n", "is no host" },
		{ "network: {loopback: [70000]}\n", "is no port" },
		{ "secrets: [{name: A, name: B, from: env, hosts: [a.b]}]\n", "appears twice" },
		{ "secrets: [{name: A, from: env}]\n", "lacks \"hosts\"" },
		{ "ask: {network: yes}\n", "neither true nor false" },
		{ "require: [limits.memry]\n", "is no field" },
		{ "risk: [", "p.yaml:" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct policy *p = defaults();
		struct err e = { 0 };

		assert_true(policy_load_text(p, bad[i].text, strlen(bad[i].text), "p.yaml", &e) <
			    0);
		if (strstr(e.text, bad[i].message) == NULL)
			fail_msg("%s\ngave: %s\nwanted: %s", bad[i].text, e.text, bad[i].message);
		assert_null(strchr(e.text, '\n'));
		policy_free(p);
	}
}

static const char full[] =
	"version: 1\nrisk: high\ntier: namespace\nrequire: [limits.memory]\n"
	"workspace: { path: ., mode: readonly }\n"
	"files: { read: [~/a b, /x], write: [out], hide: [/h], protect: [a..b, ..c/d.., "
	"\"q\\\"\\n\\x85\"] }\n"
	"env: { pass: [A, B*], set: { CI: \"1\", X: \"a: b # c\", N: \"null\", E: \"\" } }\n"
	"network: { allow: [github.com, \"*.pypi.org:443\"], deny: [a.b], loopback: [\"5432\"],\n"
	"  publish: [\"8080:3000\", \"127.0.0.1:8080:3000\", \"[::1]:8080:3000\"],\n"
	"  http: [{ host: a.b, methods: [GET], paths: [\"/r/**\"] }], unix: [~/s] }\n"
	"secrets: [{ name: T, from: env, hosts: [a.b], header: \"Authorization: Bearer {}\" }]\n"
	"limits: { memory: 1GiB, cpus: 1.5, pids: 7, disk: 3MiB, files: 99, output: 5, time: 90 }\n"
	"syscalls: { allow: [ptrace], deny: [bpf] }\nlsm: { apparmor: p }\n"
	"ask: { network: true, exec: [rm], timeout: 1m, otherwise: allow }\n"
	"image: debian:bookworm\nbest_effort: [limits.disk]\n";

static void assert_same(const struct policy *a, const struct policy *b)
{
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++)
		if (policy_compare(a, b, (enum policy_field)i) != CHANGE_EQUAL)
			fail_msg("%s differs", policy_field_name((enum policy_field)i));
}

static void printed_policy_loads_back(void **state)
{
	struct policy *a = defaults();
	struct policy *b = defaults();
	struct policy *c = defaults();
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	struct err e = { 0 };
	json_t *json;
	char *dump;

	(void)state;
	if (policy_load_text(a, full, strlen(full), "a", &e) < 0)
		fail_msg("%s", e.text);
	policy_yaml(a, &text);
	if (policy_load_text(b, text.p, text.n, "b", &e) < 0)
		fail_msg("%s\n%s", e.text, text.p);
	assert_same(a, b);
	json = policy_json(a);
	dump = json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	if (policy_load_text(c, dump, strlen(dump), "c", &e) < 0)
		fail_msg("%s\n%s", e.text, dump);
	assert_same(a, c);
	free(dump);
	json_decref(json);
	policy_free(a);
	policy_free(b);
	policy_free(c);
}

static void every_preset_loads_and_prints(void **state)
{
	static const char *const names[] = { "coding-agent", "code-interpreter", "build", "shell",
					     "untrusted",    "claude",		 "codex" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct policy_sources src = { .preset = names[i], .home = "/h", .cwd = "/w" };
		AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
		struct policy *p = NULL;

		assert_int_equal(policy_load_layers(&src, &p, NULL), 0);
		assert_string_equal(p->preset, names[i]);
		policy_yaml(p, &text);
		assert_int_equal(policy_load_text(p, text.p, text.n, "x", NULL), 0);
		policy_free(p);
	}
	assert_string_equal(preset_for_command("/usr/bin/claude"), "claude");
	assert_null(preset_for_command("bash"));
}

/* Writes a project file and loads the layers over the defaults. */
static int project_load(const char *text, mode_t mode, struct policy **ret, struct err *e)
{
	char path[] = "/tmp/tiercel-policy-XXXXXX";
	struct policy_sources src = { .project_path = path, .home = "/home/u", .cwd = "/work" };
	int fd = mkstemp(path);
	int r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	r = policy_load_layers(&src, ret, e);
	unlink(path);
	return r;
}

static void project_file_may_only_tighten(void **state)
{
	static const struct bad wide[] = {
		{ "limits: {memory: 8GiB}\n", "limits.memory" },
		{ "limits: {memory: null}\n", "limits.memory" },
		{ "network: {allow: [a.b]}\n", "network.allow" },
		{ "files: {read: [~/.ssh]}\n", "files.read" },
		{ "files: {read: [~/.cargo/bin/../../.ssh]}\n", "files.read" },
		{ "files: {write: [/]}\n", "files.write" },
		{ "risk: low\n", "risk" },
		{ "tier: process\n", "tier" },
		{ "workspace: {mode: direct}\n", "workspace.mode" },
		{ "workspace: {path: /}\n", "workspace.path" },
		{ "env: {pass: [AWS_SECRET]}\n", "env.pass" },
		{ "best_effort: [limits.memory]\n", "best_effort" },
		{ "preset: build\n", "preset" },
		{ "image: x\n", "image" },
	};
	struct policy *p = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		struct err e = { 0 };

		if (project_load(wide[i].text, 0600, &p, &e) != -EPERM)
			fail_msg("%s was let through", wide[i].text);
		if (strstr(e.text, wide[i].message) == NULL || strstr(e.text, ":1:") == NULL)
			fail_msg("%s gave %s", wide[i].text, e.text);
	}
	assert_int_equal(project_load("risk: high\nlimits: {memory: 1GiB}\n"
				      "files: {read: [~/.cargo/bin/x], protect: [Makefile]}\n",
				      0600, &p, NULL),
			 0);
	policy_free(p);
	assert_int_equal(project_load("preset: null\n", 0600, &p, NULL), -EPERM);
	assert_int_equal(project_load("preset: coding-agent\nlimits: {memory: 1GiB}\n"
				      "files: {read: [~/.cargo/bin/x], protect: [Makefile]}\n",
				      0600, &p, NULL),
			 0);
	assert_string_equal(p->preset, "coding-agent");
	assert_int_equal(p->limits.memory, 1073741824);
	assert_int_equal(p->read.n, 1);
	assert_true(p->protect.n > 10);
	policy_free(p);
}

static void file_that_others_may_write_is_refused(void **state)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(project_load("risk: high\n", 0666, &p, &e), -EPERM);
	assert_non_null(strstr(e.text, "others may write"));
}

static void flags_beat_files_and_name_themselves(void **state)
{
	struct policy_flag flags[] = { { FIELD_LIMITS_MEMORY, "64MiB", "--memory" },
				       { FIELD_ENV_SET, "A=1", "--env" },
				       { FIELD_ENV_SET, "A=2", "--env" } };
	struct policy_sources src = { .flags = flags, .flags_n = 3, .home = "/h", .cwd = "/w" };
	struct policy *p = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(policy_load_layers(&src, &p, NULL), 0);
	assert_int_equal(p->limits.memory, 67108864);
	assert_int_equal(p->env_set.n, 1);
	assert_string_equal(p->env_set.v[0], "A=2");
	assert_string_equal(p->workspace_path, "/w");
	policy_free(p);
	flags[0].text = "-1";
	assert_true(policy_load_layers(&src, &p, &e) < 0);
	assert_non_null(strstr(e.text, "--memory"));
}

static void schema_has_every_field(void **state)
{
	json_t *schema = policy_schema();
	json_t *all = json_object_get(schema, "properties");
	json_t *limits = json_object_get(all, "limits");

	(void)state;
	assert_non_null(json_object_get(all, "risk"));
	assert_non_null(json_object_get(json_object_get(limits, "properties"), "memory"));
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_text_names_its_place),
		cmocka_unit_test(printed_policy_loads_back),
		cmocka_unit_test(every_preset_loads_and_prints),
		cmocka_unit_test(project_file_may_only_tighten),
		cmocka_unit_test(file_that_others_may_write_is_refused),
		cmocka_unit_test(flags_beat_files_and_name_themselves),
		cmocka_unit_test(schema_has_every_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
