/* SPDX-License-Identifier: Apache-2.0 */
/* A policy from its layers: defaults, preset, system, user, project, flags. */
#ifndef POLICY_LAYER_H
#define POLICY_LAYER_H

#include <stddef.h>

#include "base/err.h"
#include "policy/field.h"

struct policy;

/* One setting from the command line. */
struct policy_flag {
	enum policy_field field;
	const char *text;
	const char *flag; /* "--memory", for messages */
};

/*
 * struct policy_sources - where the layers come from; NULL leaves one out.
 * @explicit_path: replaces the user's file; must exist
 * @home, @cwd:    absolute; "~" and relative paths are resolved against them
 */
struct policy_sources {
	const char *system_path;
	const char *user_path;
	const char *project_path;
	const char *explicit_path;
	const char *preset;
	const char *command;
	const struct policy_flag *flags;
	size_t flags_n;
	const char *home;
	const char *cwd;
};

/*
 * policy_load_layers - build, check and seal a policy.
 * @ret: owned; policy_free gives it back
 *
 * Returns 0, or negative errno with one line that says what, where and what would be right. A
 * project file that widens anything is refused.
 */
int policy_load_layers(const struct policy_sources *src, struct policy **ret, struct err *e);

/* One file over the preset it names, without the other layers; for `policy check` and `diff`. */
int policy_load_one(const char *path, const char *home, const char *cwd, struct policy **ret,
		    struct err *e);

void policy_free(struct policy *p);

#endif
