/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for the tier: what lies at the paths that a plan may name, and who the caller is. */
#include "sandbox/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/file.h"
#include "linux/userns.h"
#include "sandbox/environment.h"
#include "tier/part_fs.h"

#define TEXT_MAX 262144
#define BOX_UID 1000u /* inside, when root runs us: not 0, which programs treat specially */
#define OUTSIDE_BASE 0x60000000u /* host uids that nobody is given otherwise */
#define OUTSIDE_COUNT 0x00ffffffu
#define LANDLOCK_VERSION 1u

static const char *const other_paths[] = {
	"/dev/null",	    "/dev/zero",   "/dev/full",	 "/dev/random",
	"/dev/urandom",	    "/dev/tty",	   "/etc/hosts", "/etc/hostname",
	"/etc/resolv.conf", "/etc/passwd", "/etc/group",
};

enum tier_object facts_object(mode_t mode)
{
	if (S_ISDIR(mode))
		return OBJECT_DIR;
	if (S_ISLNK(mode))
		return OBJECT_LINK;
	if (S_ISSOCK(mode))
		return OBJECT_SOCKET;
	return S_ISCHR(mode) || S_ISBLK(mode) ? OBJECT_DEVICE : OBJECT_FILE;
}

static int look(const char *path, int flags, struct arena *a, struct tier_path *ret)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	*ret = (struct tier_path){ .path = path };
	if (fstatat(AT_FDCWD, path, &st, flags) < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -errno;
	ret->type = facts_object(st.st_mode);
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->uid = st.st_uid;
	ret->gid = st.st_gid;
	if (ret->type != OBJECT_LINK)
		return 0;
	n = readlink(path, target, sizeof(target) - 1);
	ret->target = n < 0 ? NULL : arena_copy(a, target, (size_t)n);
	return ret->target == NULL ? -EINVAL : 0;
}

/* What cannot be told is taken for readable, so that it is hidden. */
static bool is_readable(const char *path)
{
	return access(path, R_OK) == 0 || errno != EACCES;
}

struct list {
	struct tier_path *path;
	size_t n;
	int err;
};

static void add_all(struct list *l, const char *const *paths, size_t n, int flags, struct arena *a)
{
	for (size_t i = 0; i < n && l->err == 0; i++)
		l->err = look(paths[i], flags, a, &l->path[l->n++]);
}

static int paths_gather(const struct policy *p, struct arena *a, struct tier_facts *f)
{
	size_t shown_n;
	size_t secrets_n;
	const char *const *shown = part_fs_system(&shown_n);
	const char *const *secrets = part_fs_secrets(&secrets_n);
	size_t most = shown_n + secrets_n + ARRAY_LEN(other_paths) + p->read.n + p->write.n +
		      p->net_unix.n;
	struct list l = { .path = arena_alloc(a, most * sizeof(struct tier_path)) };
	size_t first_secret;

	if (l.path == NULL)
		return -ENOMEM;
	add_all(&l, shown, shown_n, AT_SYMLINK_NOFOLLOW, a);
	first_secret = l.n;
	add_all(&l, secrets, secrets_n, AT_SYMLINK_NOFOLLOW, a);
	for (size_t i = first_secret; i < l.n; i++)
		l.path[i].readable =
			l.path[i].type != OBJECT_NONE && !f->is_root && is_readable(l.path[i].path);
	add_all(&l, other_paths, ARRAY_LEN(other_paths), AT_SYMLINK_NOFOLLOW, a);
	/* What the user named may be a link to elsewhere, as with dotfile managers; it is followed
	 * once. */
	add_all(&l, p->read.v, p->read.n, 0, a);
	add_all(&l, p->write.v, p->write.n, 0, a);
	f->sockets = &l.path[l.n];
	f->sockets_n = p->net_unix.n;
	add_all(&l, p->net_unix.v, p->net_unix.n, 0, a);
	f->paths = l.path;
	f->paths_n = l.n;
	return l.err;
}

static int ids_choose(struct tier_facts *f)
{
	uint32_t random;

	f->is_root = geteuid() == 0 && userns_is_initial() != 0;
	f->uid_in = f->uid_out = geteuid();
	f->gid_in = f->gid_out = getegid();
	if (!f->is_root) {
		/* Root of a namespace around us: nobody special outside, and no root inside either.
		 */
		if (f->uid_in == 0)
			f->uid_in = f->gid_in = BOX_UID;
		return 0;
	}
	/* An outside uid of its own for each sandbox: no two can touch each other's processes or
	 * files. */
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	f->uid_in = f->gid_in = BOX_UID;
	f->uid_out = f->gid_out = OUTSIDE_BASE + random % OUTSIDE_COUNT;
	return 0;
}

/* A file of the host with a line before it; the line alone where there is no such file. */
static const char *file_after(const char *path, const char *line, struct arena *a)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);

	buf_str(&text, line);
	if (file_read(AT_FDCWD, path, &text, NULL) < 0)
		return line;
	return arena_str(a, text.p);
}

static int accounts_make(const struct facts_input *in, struct arena *a, struct tier_facts *f)
{
	const char *user =
		arena_printf(a, "agent:x:%u:%u::%s:/bin/sh\n", f->uid_in, f->gid_in, in->home);
	const char *group = arena_printf(a, "agent:x:%u:\n", f->gid_in);

	f->user = f->uid_in != f->uid_out ? "agent" : environment_user();
	if (f->uid_in == f->uid_out)
		return 0;
	if (user == NULL || group == NULL)
		return -ENOMEM;
	/* The payload's own come first, so that lookups by uid find them. */
	f->passwd = file_after("/etc/passwd", user, a);
	f->group = file_after("/etc/group", group, a);
	return f->passwd == NULL || f->group == NULL ? -ENOMEM : 0;
}

/* On the host's network names are found as the host finds them; the sandbox's own as well. */
static int names_gather(struct arena *a, struct tier_facts *f)
{
	const char *own = arena_printf(a, "127.0.1.1\t%s\n", f->hostname);

	if (own == NULL)
		return -ENOMEM;
	f->hosts = file_after("/etc/hosts", own, a);
	f->resolv = file_after("/etc/resolv.conf", "", a);
	return f->hosts == NULL || f->resolv == NULL ? -ENOMEM : 0;
}

static int host_gather(struct tier_facts *f)
{
	struct sysinfo info;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

	/* Only these say that there is none; anything else must not cost a wall. */
	if (abi < 0 && errno != ENOSYS && errno != EOPNOTSUPP)
		return -errno;
	if (sysinfo(&info) < 0)
		return -errno;
	f->landlock_abi = abi < 0 ? 0 : (int)abi;
	f->memory_bytes = (uint64_t)info.totalram * info.mem_unit;
	f->processors = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	f->has_notify = true;
	return 0;
}

int facts_gather(const struct policy *p, const struct facts_input *in, struct arena *a,
		 struct tier_facts *ret, struct err *e)
{
	struct tier_facts f = { .home = in->home,
				.cwd = in->cwd,
				.placeholders = in->placeholders,
				.has_tty = in->has_tty,
				.has_host_network = in->has_host_network };
	int r = ids_choose(&f);

	f.hostname = arena_printf(a, "tiercel-%.6s", in->id);
	f.argv.v = (const char *const *)in->argv;
	while (in->argv[f.argv.n] != NULL)
		f.argv.n++;
	if (r == 0)
		r = host_gather(&f);
	if (r == 0)
		r = paths_gather(p, a, &f);
	if (r == 0)
		r = accounts_make(in, a, &f);
	if (r == 0)
		r = environment_make(p, &f, a);
	if (r == 0 && f.has_host_network)
		r = names_gather(a, &f);
	if (r < 0)
		return err_sys(e, r, "cannot gather what the plan needs");
	*ret = f;
	return 0;
}
