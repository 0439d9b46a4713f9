/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed host, and the plans of the namespace tier for policies on it. */
#ifndef TESTS_UNIT_TIER_SCENE_H
#define TESTS_UNIT_TIER_SCENE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "plan/plan.h"
#include "plan/verify.h"
#include "policy/layer.h"
#include "sandbox/environment.h"
#include "tier/part_fs.h"
#include "tier/tier.h"

#define PATHS_MAX 128
#define POLICY_FD 200
#define HOME "/home/u"
#define WORK HOME "/work"
#define STORE HOME "/.local/state/tiercel/sandboxes/0123456789ab/root0"

/* The host that every plan is made for; what is not listed does not exist there. */
static const struct tier_path host[] = {
	{ "/usr", NULL, OBJECT_DIR, 2049, 11, 0, 0, false },
	{ "/bin", "usr/bin", OBJECT_LINK, 2049, 12, 0, 0, false },
	{ "/sbin", "usr/sbin", OBJECT_LINK, 2049, 13, 0, 0, false },
	{ "/lib", "usr/lib", OBJECT_LINK, 2049, 14, 0, 0, false },
	{ "/lib64", "usr/lib64", OBJECT_LINK, 2049, 15, 0, 0, false },
	{ "/etc", NULL, OBJECT_DIR, 2049, 16, 0, 0, false },
	{ "/opt", NULL, OBJECT_DIR, 2049, 17, 0, 0, false },
	{ "/var/lib/dpkg", NULL, OBJECT_DIR, 2049, 18, 0, 0, false },
	{ "/sys/devices/system/cpu", NULL, OBJECT_DIR, 20, 19, 0, 0, false },
	{ "/etc/shadow", NULL, OBJECT_FILE, 2049, 20, 0, 42, false },
	{ "/etc/ssl/private", NULL, OBJECT_DIR, 2049, 21, 0, 0, true },
	{ "/dev/null", NULL, OBJECT_DEVICE, 5, 30, 0, 0, false },
	{ "/dev/zero", NULL, OBJECT_DEVICE, 5, 31, 0, 0, false },
	{ "/dev/full", NULL, OBJECT_DEVICE, 5, 32, 0, 0, false },
	{ "/dev/random", NULL, OBJECT_DEVICE, 5, 33, 0, 0, false },
	{ "/dev/urandom", NULL, OBJECT_DEVICE, 5, 34, 0, 0, false },
	{ "/dev/tty", NULL, OBJECT_DEVICE, 5, 35, 0, 5, false },
	{ "/etc/hosts", NULL, OBJECT_FILE, 2049, 40, 0, 0, false },
	{ "/etc/hostname", NULL, OBJECT_FILE, 2049, 41, 0, 0, false },
	{ "/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf", OBJECT_LINK, 2049, 42, 0,
	  0, false },
	{ "/etc/passwd", NULL, OBJECT_FILE, 2049, 43, 0, 0, false },
	{ "/etc/group", NULL, OBJECT_FILE, 2049, 44, 0, 0, false },
	{ HOME "/.gitconfig", NULL, OBJECT_FILE, 2050, 50, 1000, 1000, false },
	{ HOME "/.cargo/bin", NULL, OBJECT_DIR, 2050, 51, 1000, 1000, false },
	{ HOME "/.local/bin", NULL, OBJECT_DIR, 2050, 52, 1000, 1000, false },
	{ HOME "/notes", NULL, OBJECT_DIR, 2050, 53, 1000, 1000, false },
	{ HOME "/out", NULL, OBJECT_DIR, 2050, 54, 1000, 1000, false },
	{ HOME "/agent", NULL, OBJECT_SOCKET, 2050, 57, 1000, 1000, false },
	{ "/srv/data", NULL, OBJECT_FILE, 2051, 55, 33, 33, false },
	{ "/dev/kvm", NULL, OBJECT_DEVICE, 5, 56, 0, 106, false },
	{ WORK "/docs", NULL, OBJECT_DIR, 2050, 60, 1000, 1000, false },
};

/* The caller's environment: only what the policy passes may be seen in a plan. */
static const char *const caller_env[] = { "PATH=/usr/bin:/bin:" HOME "/.cargo/bin",
					  "HOME=/root",
					  "USER=u",
					  "LANG=C.UTF-8",
					  "LC_TIME=de_DE.UTF-8",
					  "TERM=xterm",
					  "TZ=Europe/Berlin",
					  "SSH_AUTH_SOCK=/tmp/agent",
					  "GITHUB_TOKEN=never",
					  "LD_PRELOAD=/tmp/evil.so",
					  "TERMINAL=not TERM",
					  NULL };

struct scene {
	struct policy *policy;
	struct arena arena;
	struct tier_path path[PATHS_MAX];
	struct tier_facts facts;
};

struct plan_case {
	const char *name; /* of the golden file */
	const char *preset;
	const char *policy; /* YAML over the preset, or NULL */
	void (*change)(struct tier_facts *f);
};

static inline struct policy *policy_of(const char *preset, const char *yaml)
{
	AUTO_CLOSE int made = -EBADF;
	AUTO_CLOSE int fd = -EBADF;
	char path[64];
	struct policy_sources src = { .preset = preset, .home = HOME, .cwd = WORK };
	struct policy *p = NULL;
	struct err e = { 0 };

	if (yaml != NULL) {
		made = memfd_create("policy", MFD_CLOEXEC);
		/* Plans may say where a rule stands, so its place has one name always. */
		fd = fcntl(made, F_DUPFD_CLOEXEC, POLICY_FD);
		assert_int_equal(fd, POLICY_FD);
		assert_int_equal(fd_write_full(fd, yaml, strlen(yaml)), 0);
		assert_int_equal(fchmod(fd, 0600), 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		src.explicit_path = path;
	}
	if (policy_load_layers(&src, &p, &e) < 0)
		fail_msg("%s: %s", yaml, e.text);
	return p;
}

static inline void path_add(struct scene *s, const char *path)
{
	struct tier_path *at = &s->path[s->facts.paths_n++];

	assert_true(s->facts.paths_n <= PATHS_MAX);
	*at = (struct tier_path){ .path = path };
	for (size_t i = 0; i < ARRAY_LEN(host); i++)
		if (strcmp(host[i].path, path) == 0)
			*at = host[i];
}

/* Looks up what a run looks up: the system, and the paths that the policy names. */
static inline void paths_fill(struct scene *s)
{
	const struct policy *p = s->policy;
	const struct policy_list *lists[] = { &p->read, &p->write };

	for (size_t i = 0; i < ARRAY_LEN(host); i++)
		if (strncmp(host[i].path, HOME, strlen(HOME)) != 0)
			path_add(s, host[i].path);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (size_t k = 0; k < lists[i]->n; k++)
			path_add(s, lists[i]->v[k]);
	s->facts.sockets = &s->path[s->facts.paths_n];
	s->facts.sockets_n = p->net_unix.n;
	for (size_t i = 0; i < p->net_unix.n; i++)
		path_add(s, p->net_unix.v[i]);
	s->facts.paths = s->path;
}

static inline void scene_make(struct scene *s, const struct plan_case *c)
{
	static const char *const argv[] = { "make", "-j2", "odd\nword", "" };
	char **real = environ;
	int made;

	*s = (struct scene){ .policy = policy_of(c->preset, c->policy) };
	s->facts = (struct tier_facts){
		.landlock_abi = 4,
		.uid_in = 1000,
		.uid_out = 1000,
		.gid_in = 1000,
		.gid_out = 1000,
		.memory_bytes = UINT64_C(8) << 30,
		.processors = 4,
		.root = { { WORK, STORE, ROOT_OVERLAY, 2050, 70, 2050, 71, 1000, 1000, 0755 } },
		.roots_n = 1,
		.home = HOME,
		.user = "u",
		.hostname = "tiercel-012345",
		.cwd = WORK "/src",
		.argv = { argv, ARRAY_LEN(argv) },
		.has_notify = true,
	};
	paths_fill(s);
	if (c->change != NULL)
		c->change(&s->facts);
	/* The test's own environment comes back at once: reports of failures depend on it. */
	environ = (char **)(uintptr_t)caller_env;
	made = environment_make(s->policy, &s->facts, &s->arena);
	environ = real;
	assert_int_equal(made, 0);
}

static inline void scene_done(struct scene *s)
{
	policy_free(s->policy);
	arena_done(&s->arena);
}

static inline int scene_compile(const struct scene *s, struct buf *bytes, struct err *e)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	const struct tier *tier = tier_choose(s->policy, e);
	int r = tier != NULL ? tier->compile(s->policy, &s->facts, &b, e) : -EOPNOTSUPP;

	if (r == 0)
		r = plan_finish(&b, bytes, e);
	return r < 0 ? r : plan_verify(bytes->p, bytes->n, e);
}

#endif
