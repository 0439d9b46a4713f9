/* SPDX-License-Identifier: Apache-2.0 */
/* The file system view: private root, read-only system, copy-on-write workspace. */
#include "tier/part_fs.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "plan/plan.h"
#include "policy/fields.h"
#include "policy/policy.h"
#include "tier/tier.h"

#define SYSTEM_FLAGS (PLAN_F_READONLY | PLAN_F_NOSUID | PLAN_F_NODEV | PLAN_F_RECURSIVE)
#define OWN_FLAGS (PLAN_F_NOSUID | PLAN_F_NODEV)
#define ROOT_INODES (UINT64_C(1) << 20)
#define TEXT_MAX 4096

static const char *const system_paths[] = {
	"/usr",
	"/bin",
	"/sbin",
	"/lib",
	"/lib32",
	"/lib64",
	"/libx32",
	"/etc",
	"/opt",
	"/nix/store",
	"/var/lib/dpkg",
	"/gnu/store",
	"/sys/devices/system/cpu",
};

static const char *const secret_paths[] = {
	"/etc/shadow",
	"/etc/shadow-",
	"/etc/gshadow",
	"/etc/gshadow-",
	"/etc/sudoers",
	"/etc/sudoers.d",
	"/etc/ssl/private",
	"/etc/security/opasswd",
	"/etc/krb5.keytab",
	"/etc/ssh/ssh_host_rsa_key",
	"/etc/ssh/ssh_host_ecdsa_key",
	"/etc/ssh/ssh_host_ed25519_key",
	"/etc/NetworkManager/system-connections",
};

const char *const *part_fs_system(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(system_paths);
	return system_paths;
}

const char *const *part_fs_secrets(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(secret_paths);
	return secret_paths;
}

static void op_path(struct plan_builder *b, unsigned int kind, const char *path, uint64_t n,
		    uint32_t flags)
{
	struct plan_op op = { .kind = (uint16_t)kind, .flags = flags, .n = { n } };

	plan_add(b, op, path, NULL, 0);
}

static void op_file(struct plan_builder *b, const char *path, const char *text)
{
	struct plan_op op = { .kind = PLAN_FILE, .n = { 0644 } };

	plan_add(b, op, path, text, strlen(text));
}

static void op_link(struct plan_builder *b, const char *path, const char *target)
{
	plan_add(b, (struct plan_op){ .kind = PLAN_LINK }, path, target, strlen(target));
}

/* A bind of what was looked at; the stage refuses another object at the same path. */
static void op_bind(struct plan_builder *b, enum policy_field field, const struct tier_path *t,
		    uint32_t flags)
{
	struct plan_op op = { .kind = PLAN_BIND,
			      .field = (uint16_t)field,
			      .flags = flags,
			      .n = { t->dev, t->ino, t->uid, t->gid } };

	if (t->type != OBJECT_DIR)
		op.flags |= PLAN_F_FILE;
	plan_add(b, op, t->path, t->path, strlen(t->path));
}

/* A file of ours, read-only, where a file of the host's may be. */
static void op_lay(struct plan_builder *b, const struct tier_path *t, const char *path)
{
	struct plan_op op = { .kind = PLAN_BIND,
			      .field = FIELD_NETWORK_HTTP,
			      .flags = PLAN_F_READONLY | OWN_FLAGS | PLAN_F_NOEXEC | PLAN_F_FILE,
			      .n = { t->dev, t->ino, t->uid, t->gid } };

	plan_add(b, op, path, t->path, strlen(t->path));
}

static void own_places(const struct policy *p, const struct tier_facts *f, struct plan_builder *b)
{
	const struct policy_limits *l = &p->limits;
	uint64_t size = f->memory_bytes / 2;

	size = l->disk < size ? l->disk : size;
	size = l->memory < size ? l->memory : size;
	plan_add(b, (struct plan_op){ .kind = PLAN_PROPAGATE }, NULL, NULL, 0);
	plan_add(b,
		 (struct plan_op){ .kind = PLAN_ROOT,
				   .field = FIELD_LIMITS_DISK,
				   .n = { size, ROOT_INODES } },
		 NULL, NULL, 0);
	op_path(b, PLAN_DIR, "/tmp", 01777, 0);
	op_path(b, PLAN_SHARE, "/tmp", 0, OWN_FLAGS);
	op_path(b, PLAN_DIR, "/var/tmp", 01777, 0);
	op_path(b, PLAN_SHARE, "/var/tmp", 0, OWN_FLAGS);
	op_path(b, PLAN_DIR, "/run", 0755, 0);
	op_path(b, PLAN_SHARE, "/run", 0, OWN_FLAGS);
	op_path(b, PLAN_DIR, f->home, 0755, 0);
	op_path(b, PLAN_SHARE, f->home, 0, OWN_FLAGS);
}

static void system_view(const struct tier_facts *f, struct plan_builder *b)
{
	for (size_t i = 0; i < ARRAY_LEN(system_paths); i++) {
		const struct tier_path *t = tier_find(f, system_paths[i]);

		if (t == NULL || t->type == OBJECT_NONE)
			continue;
		if (t->type == OBJECT_LINK)
			op_link(b, t->path, t->target);
		else
			op_bind(b, FIELD_NONE, t, SYSTEM_FLAGS);
	}
	for (size_t i = 0; i < ARRAY_LEN(secret_paths); i++) {
		const struct tier_path *t = tier_find(f, secret_paths[i]);

		if (t != NULL && t->readable)
			op_path(b, PLAN_MASK, t->path, 0, 0);
	}
}

static void devices(const struct tier_facts *f, struct plan_builder *b)
{
	static const char *const nodes[] = { "/dev/null",   "/dev/zero",    "/dev/full",
					     "/dev/random", "/dev/urandom", "/dev/tty" };
	static const char *const links[][2] = {
		{ "/dev/fd", "/proc/self/fd" },	      { "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
		{ "/dev/ptmx", "pts/ptmx" },
	};

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		const struct tier_path *t = tier_find(f, nodes[i]);

		if (t != NULL && t->type == OBJECT_DEVICE)
			op_bind(b, FIELD_NONE, t, PLAN_F_NOSUID | PLAN_F_NOEXEC);
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		op_link(b, links[i][0], links[i][1]);
	op_path(b, PLAN_DIR, "/dev/shm", 01777, 0);
	op_path(b, PLAN_SHARE, "/dev/shm", 0, OWN_FLAGS | PLAN_F_NOEXEC);
	op_path(b, PLAN_DEVPTS, "/dev/pts", 0, PLAN_F_NOSUID | PLAN_F_NOEXEC);
	op_path(b, PLAN_MQUEUE, "/dev/mqueue", 0, OWN_FLAGS | PLAN_F_NOEXEC);
}

static void processes(struct plan_builder *b)
{
	static const char *const masks[] = {
		"/proc/kcore",	  "/proc/keys",		 "/proc/key-users",  "/proc/timer_list",
		"/proc/kallsyms", "/proc/sched_debug",	 "/proc/acpi",	     "/proc/scsi",
		"/proc/asound",	  "/proc/latency_stats", "/proc/interrupts",
	};

	/* Read-only as a whole: /proc/sys, /proc/sysrq-trigger and what a later kernel adds alike.
	 */
	op_path(b, PLAN_PROC, "/proc", 0, OWN_FLAGS | PLAN_F_NOEXEC | PLAN_F_READONLY);
	for (size_t i = 0; i < ARRAY_LEN(masks); i++)
		op_path(b, PLAN_MASK, masks[i], 0, 0);
}

/* Where a link of /etc leads, so that the file can be put there: the target may not exist inside.
 */
static void etc_link_target(const struct tier_path *t, char *ret_path, size_t n)
{
	const char *target = t->target;

	if (strncmp(target, "../", 3) == 0)
		snprintf(ret_path, n, "/%s", target + 3);
	else if (target[0] == '/')
		snprintf(ret_path, n, "%s", target);
	else
		snprintf(ret_path, n, "/etc/%s", target);
}

static void own_file(const struct tier_facts *f, struct plan_builder *b, const char *path,
		     const char *text)
{
	const struct tier_path *t = tier_find(f, path);
	char target[TEXT_MAX];

	if (t == NULL || t->type == OBJECT_NONE)
		return;
	if (t->type != OBJECT_LINK) {
		op_file(b, path, text);
		return;
	}
	etc_link_target(t, target, sizeof(target));
	if (path_normal(target))
		op_file(b, target, text);
}

static void own_files(const struct tier_facts *f, struct plan_builder *b)
{
	AUTO_BUF struct buf hosts = BUF_INIT(TEXT_MAX);
	AUTO_BUF struct buf name = BUF_INIT(TEXT_MAX);

	/* Under both families, or the sandbox would ask others for its own name. */
	buf_printf(&hosts, "127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost %s\n",
		   f->hostname, f->hostname);
	buf_printf(&name, "%s\n", f->hostname);
	own_file(f, b, "/etc/hosts", f->hosts != NULL ? f->hosts : hosts.p);
	own_file(f, b, "/etc/hostname", name.p);
	/* Nobody answers there: names fail at once, and the attempt is seen. */
	own_file(f, b, "/etc/resolv.conf",
		 f->resolv != NULL ? f->resolv
				   : "nameserver 198.18.0.1\noptions timeout:1 attempts:1\n");
	if (f->passwd != NULL)
		own_file(f, b, "/etc/passwd", f->passwd);
	if (f->group != NULL)
		own_file(f, b, "/etc/group", f->group);
}

/* Whether a path lies in what is shown of the system. */
static bool is_shown(const struct tier_facts *f, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(system_paths); i++) {
		const struct tier_path *t = tier_find(f, system_paths[i]);

		if (t != NULL && t->type == OBJECT_DIR && path_within(path, t->path))
			return true;
	}
	return false;
}

static void lay_over(const struct tier_facts *f, const struct tier_path *file,
		     const struct policy_list *places, struct plan_builder *b)
{
	for (size_t i = 0; i < places->n; i++)
		if (is_shown(f, places->v[i]))
			op_lay(b, file, places->v[i]);
}

/* The system's own programs find our authority where they look; others are told by variables. */
static void authorities(const struct tier_facts *f, struct plan_builder *b)
{
	if (f->authority.type == OBJECT_NONE)
		return;
	op_lay(b, &f->authority, PART_FS_AUTHORITY);
	op_lay(b, &f->roots, PART_FS_ROOTS);
	lay_over(f, &f->roots, &f->roots_over, b);
	lay_over(f, &f->java, &f->java_over, b);
}

bool part_fs_is_granted(const struct tier_facts *f, const char *path)
{
	const struct tier_path *t = tier_find(f, path);

	if (t == NULL || (t->type != OBJECT_DIR && t->type != OBJECT_FILE))
		return false;
	for (size_t i = 0; i < f->roots_n; i++)
		if (path_within(path, f->root[i].host))
			return false;
	return true;
}

/* Below a directory they are kept out of reach; named, they are meant to be reached. */
static int sockets_refuse(const struct policy *p, const struct tier_facts *f,
			  enum policy_field field, const struct policy_list *list, struct err *e)
{
	static const char why[] = "is a unix socket; network.unix names those to be reached";
	const struct policy_origin *o = &p->origin[field];

	for (size_t i = 0; i < list->n; i++) {
		const struct tier_path *t = tier_find(f, list->v[i]);

		if (t == NULL || t->type != OBJECT_SOCKET)
			continue;
		if (o->line > 0)
			return err_set(e, -EOPNOTSUPP, "%s:%u:%u: %s: %s %s", o->source, o->line,
				       o->column, policy_field_name(field), t->path, why);
		return err_set(e, -EOPNOTSUPP, "%s: %s %s",
			       o->source != NULL ? o->source : policy_field_name(field), t->path,
			       why);
	}
	return 0;
}

/* The very socket that was looked at; what takes its place on the host later is another one. */
static void sockets(const struct tier_facts *f, struct plan_builder *b)
{
	for (size_t i = 0; i < f->sockets_n; i++)
		op_bind(b, FIELD_NETWORK_UNIX, &f->sockets[i],
			OWN_FLAGS | PLAN_F_READONLY | (f->is_root ? PLAN_F_IDMAP : 0u));
}

static int sockets_check(const struct policy *p, const struct tier_facts *f, struct err *e)
{
	const struct policy_origin *o = &p->origin[FIELD_NETWORK_UNIX];

	for (size_t i = 0; i < f->sockets_n; i++) {
		const struct tier_path *t = &f->sockets[i];
		const char *why = t->type == OBJECT_NONE ? "does not exist" : "is no socket";

		if (t->type == OBJECT_SOCKET)
			continue;
		if (o->line > 0)
			return err_set(e, -EOPNOTSUPP, "%s:%u:%u: network.unix: %s %s", o->source,
				       o->line, o->column, t->path, why);
		return err_set(e, -EOPNOTSUPP, "network.unix: %s %s", t->path, why);
	}
	return 0;
}

static void grants(const struct tier_facts *f, struct plan_builder *b, enum policy_field field,
		   const struct policy_list *list, uint32_t flags)
{
	flags |= OWN_FLAGS | (f->is_root ? PLAN_F_IDMAP : PLAN_F_RECURSIVE);
	for (size_t i = 0; i < list->n; i++)
		if (part_fs_is_granted(f, list->v[i]))
			op_bind(b, field, tier_find(f, list->v[i]), flags);
}

static void root_bind(const struct tier_facts *f, const struct tier_root *r, uint32_t flags,
		      struct plan_builder *b)
{
	bool is_copy = r->kind == ROOT_COPY;
	const char *from = is_copy ? r->store : r->host;
	struct plan_op op = { .kind = PLAN_BIND,
			      .field = FIELD_WORKSPACE_MODE,
			      .flags = OWN_FLAGS | flags,
			      .n = { is_copy ? r->store_dev : r->dev,
				     is_copy ? r->store_ino : r->ino, r->uid, r->gid } };

	/* A copy belongs to the payload already; the user's own tree is shown as the payload's. */
	if (!is_copy)
		op.flags |= f->is_root ? PLAN_F_IDMAP : PLAN_F_RECURSIVE;
	plan_add(b, op, r->host, from, strlen(from));
}

static void root_overlay(const struct tier_facts *f, const struct tier_root *r,
			 struct plan_builder *b)
{
	struct plan_op store = { .kind = PLAN_STORE,
				 .field = FIELD_WORKSPACE_MODE,
				 .n = { r->store_dev, r->store_ino } };
	struct plan_op op = { .kind = PLAN_OVERLAY,
			      .field = FIELD_WORKSPACE_MODE,
			      .flags = OWN_FLAGS | (f->is_root ? PLAN_F_IDMAP : 0u),
			      .n = { r->dev, r->ino, r->uid, r->gid } };

	plan_add(b, store, r->store, NULL, 0);
	plan_add(b, op, r->host, r->host, strlen(r->host));
}

/* In direct mode nothing lies between the payload and the files but these binds; a place that
 * something is mounted on can be neither renamed nor removed. */
static void holds(const struct tier_facts *f, struct plan_builder *b)
{
	for (size_t i = 0; i < f->holds_n; i++) {
		const struct tier_path *h = &f->hold[i];
		uint32_t flags = OWN_FLAGS | (f->is_root ? PLAN_F_IDMAP : PLAN_F_RECURSIVE);

		flags |= h->is_fixed ? PLAN_F_READONLY : 0u;
		flags |= h->type == OBJECT_LINK ? PLAN_F_LINK : 0u;
		op_bind(b, FIELD_FILES_PROTECT, h, flags);
	}
}

static void workspace(const struct policy *p, const struct tier_facts *f, struct plan_builder *b)
{
	for (size_t i = 0; i < f->roots_n; i++) {
		const struct tier_root *r = &f->root[i];

		if (r->kind == ROOT_OVERLAY)
			root_overlay(f, r, b);
		else
			root_bind(f, r, p->workspace_mode == MODE_READONLY ? PLAN_F_READONLY : 0,
				  b);
	}
	holds(f, b);
}

int part_fs_compile(const struct policy *p, const struct tier_facts *f, struct plan_builder *b,
		    struct err *e)
{
	int r;

	if (!path_normal(f->home) || !path_normal(f->cwd))
		return err_set(e, -EINVAL, "home and working directory must be absolute paths");
	r = sockets_refuse(p, f, FIELD_FILES_READ, &p->read, e);
	if (r == 0)
		r = sockets_refuse(p, f, FIELD_FILES_WRITE, &p->write, e);
	if (r == 0)
		r = sockets_check(p, f, e);
	if (r < 0)
		return r;
	own_places(p, f, b);
	system_view(f, b);
	devices(f, b);
	processes(b);
	own_files(f, b);
	authorities(f, b);
	grants(f, b, FIELD_FILES_READ, &p->read, PLAN_F_READONLY);
	grants(f, b, FIELD_FILES_WRITE, &p->write, 0);
	workspace(p, f, b);
	sockets(f, b);
	for (size_t i = 0; i < p->hide.n; i++) {
		struct plan_op op = { .kind = PLAN_MASK, .field = FIELD_FILES_HIDE };

		plan_add(b, op, p->hide.v[i], NULL, 0);
	}
	plan_add(b, (struct plan_op){ .kind = PLAN_READONLY }, NULL, NULL, 0);
	return 0;
}
