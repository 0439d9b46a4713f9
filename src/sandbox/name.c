/* SPDX-License-Identifier: Apache-2.0 */
/* Names of sandboxes: which are allowed, who has which, and made-up ones. */
#include "sandbox/name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/fd.h"
#include "sandbox/store.h"

#define ALLOWED "abcdefghijklmnopqrstuvwxyz0123456789_.-"
#define LINK_MAX_BYTES (STORE_NAME_MAX + 2)
#define TRIES 8

static const char *const moods[] = {
	"able",	  "bold",  "brave", "brisk",  "calm",  "clear", "clever", "cosy", "eager",  "early",
	"fair",	  "fast",  "fine",  "fond",   "frank", "fresh", "glad",	  "good", "grand",  "happy",
	"keen",	  "kind",  "light", "lively", "lucky", "merry", "mild",	  "neat", "noble",  "plain",
	"polite", "proud", "quick", "quiet",  "rapid", "ready", "sharp",  "shy",  "simple", "sleek",
	"smart",  "snug",  "sober", "steady", "sunny", "swift", "tidy",	  "warm",
};

static const char *const birds[] = {
	"auk",	   "bittern", "brant",	"bunting", "coot",   "crane",	"crow",	  "curlew",
	"dipper",  "dove",    "dunlin", "eagle",   "egret",  "falcon",	"finch",  "gannet",
	"goose",   "grebe",   "grouse", "gull",	   "heron",  "hobby",	"ibis",	  "jay",
	"kestrel", "kite",    "knot",	"lark",	   "linnet", "loon",	"martin", "merlin",
	"osprey",  "owl",     "petrel", "pipit",   "plover", "puffin",	"quail",  "rail",
	"raven",   "robin",   "shrike", "snipe",   "stork",  "swallow", "tern",	  "wren",
};

int name_check(const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n > 0 && n <= STORE_NAME_MAX && strspn(name, ALLOWED) == n &&
	    strchr("_.-", name[0]) == NULL)
		return 0;
	return err_set(e, -EINVAL,
		       "--name: a name has up to %d of a-z, 0-9, _ . - and begins with a letter "
		       "or digit",
		       STORE_NAME_MAX);
}

/* A name is a link beside the sandboxes; making a link is atomic and tells who was first. */
static void link_of(const char *name, char ret[LINK_MAX_BYTES])
{
	snprintf(ret, LINK_MAX_BYTES, "@%s", name);
}

static int link_read(int store, const char *link, char *ret_id)
{
	char id[STORE_ID_LEN + 1];
	ssize_t n = readlinkat(store, link, id, sizeof(id));

	if (n != STORE_ID_LEN)
		return -ENOENT;
	memcpy(ret_id, id, STORE_ID_LEN);
	ret_id[STORE_ID_LEN] = '\0';
	return 0;
}

int name_find(int store, const char *name, char *ret_id)
{
	char link[LINK_MAX_BYTES];

	if (name_check(name, NULL) < 0)
		return -ENOENT;
	link_of(name, link);
	return link_read(store, link, ret_id);
}

/* The name is there already. Frees it when its sandbox is gone; only one may do so at a time. */
static int take_over(int store, const char *link, const char *id, char *ret_owner)
{
	AUTO_CLOSE int lock = -EBADF;

	lock = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return -errno;
	if (link_read(store, link, ret_owner) == 0 && faccessat(store, ret_owner, F_OK, 0) == 0)
		return -EEXIST;
	if (unlinkat(store, link, 0) < 0 && errno != ENOENT)
		return -errno;
	return symlinkat(id, store, link) < 0 ? -errno : 0;
}

static int claim(int store, const char *id, const char *name, char *ret_owner)
{
	char link[LINK_MAX_BYTES];

	link_of(name, link);
	if (symlinkat(id, store, link) == 0)
		return 0;
	return errno == EEXIST ? take_over(store, link, id, ret_owner) : -errno;
}

static int made_up(char *ret)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	snprintf(ret, STORE_NAME_MAX + 1, "%s-%s", moods[random % ARRAY_LEN(moods)],
		 birds[random / ARRAY_LEN(moods) % ARRAY_LEN(birds)]);
	return 0;
}

int name_claim(int store, const char *id, const char *name, char *ret, struct err *e)
{
	char owner[STORE_ID_LEN + 1] = "";
	char mine[STORE_NAME_MAX + 1];
	int r = -EEXIST;

	if (name != NULL) {
		snprintf(mine, sizeof(mine), "%s", name);
		r = claim(store, id, mine, owner);
		if (r == -EEXIST)
			return err_set(e, r, "--name: sandbox %s is called %s already", owner,
				       name);
	}
	for (int i = 0; i < TRIES && name == NULL && r == -EEXIST; i++) {
		r = made_up(mine);
		if (r == 0)
			r = claim(store, id, mine, owner);
	}
	/* All that were tried are taken: its id is unique. */
	if (r == -EEXIST) {
		snprintf(mine, sizeof(mine), "%s", id);
		r = 0;
	}
	if (r < 0)
		return err_sys(e, r, "cannot name a sandbox");
	memcpy(ret, mine, sizeof(mine));
	return 0;
}

void name_release(int store, const char *id, const char *name)
{
	char link[LINK_MAX_BYTES];
	char owner[STORE_ID_LEN + 1];

	if (name_check(name, NULL) < 0)
		return;
	link_of(name, link);
	if (link_read(store, link, owner) == 0 && strcmp(owner, id) == 0)
		(void)unlinkat(store, link, 0);
}
