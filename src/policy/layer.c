/* SPDX-License-Identifier: Apache-2.0 */
/* A policy from its layers: defaults, preset, system, user, project, flags. */
#include "policy/layer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "policy/compare.h"
#include "policy/fields.h"
#include "policy/load.h"
#include "policy/presets.h"
#include "policy/resolve.h"
#include "policy/value.h"

#define SOURCE_MAX 64

void policy_free(struct policy *p)
{
	struct arena arena;

	if (p == NULL)
		return;
	arena = p->arena;
	arena_done(&arena);
	free(p);
}

static void policy_cleanup(struct policy **p)
{
	policy_free(*p);
}

static struct policy *policy_new(void)
{
	struct policy *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->risk = RISK_MEDIUM;
	p->workspace_path = ".";
	p->limits = (struct policy_limits){ POLICY_UNLIMITED, POLICY_UNLIMITED, POLICY_UNLIMITED,
					    POLICY_UNLIMITED, POLICY_UNLIMITED, POLICY_UNLIMITED,
					    POLICY_UNLIMITED };
	p->ask_timeout_ms = 300000;
	return p;
}

static int preset_apply(struct policy *p, const char *name, struct err *e)
{
	const struct preset *preset = preset_find(name);
	char source[SOURCE_MAX];
	char names[ERR_TEXT_MAX];
	int r;

	if (preset == NULL) {
		preset_names(names, sizeof(names));
		return err_set(e, -EINVAL, "preset: \"%.32s\" is none of %s", name, names);
	}
	/* Every agent builds on the preset for coding agents. */
	if (preset->base != NULL) {
		r = preset_apply(p, preset->base, e);
		if (r < 0)
			return r;
	}
	snprintf(source, sizeof(source), "preset %s", name);
	r = policy_load_text(p, preset->text, strlen(preset->text), source, e);
	p->preset = preset->name;
	return r;
}

/* Reads a layer to learn which preset it names; the layer itself comes later, over the preset. */
static int preset_named_in(const char *path, char *name, size_t n, struct err *e)
{
	CLEANUP(policy_cleanup) struct policy *p = policy_new();
	int r = p == NULL ? -ENOMEM : policy_load_file(p, path, e);

	if (r > 0 && p->preset != NULL)
		snprintf(name, n, "%s", p->preset);
	return r;
}

static int preset_choose(const struct policy_sources *src, char *name, size_t n, struct err *e)
{
	const char *user = src->explicit_path != NULL ? src->explicit_path : src->user_path;
	const char *agent = src->command != NULL ? preset_for_command(src->command) : NULL;
	int r = 0;

	snprintf(name, n, "%s", agent != NULL ? agent : "coding-agent");
	if (src->system_path != NULL)
		r = preset_named_in(src->system_path, name, n, e);
	if (r >= 0 && user != NULL)
		r = preset_named_in(user, name, n, e);
	if (r >= 0 && src->preset != NULL)
		snprintf(name, n, "%s", src->preset);
	return r;
}

static int list_resolve(struct policy *p, struct policy_list *list,
			const struct policy_sources *src)
{
	const char **v = arena_alloc(&p->arena, (list->n + 1) * sizeof(*v));

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		v[i] = path_resolve(&p->arena, list->v[i], src->home, src->cwd);
		if (v[i] == NULL)
			return -ENOMEM;
	}
	list->v = v;
	return 0;
}

static int paths_resolve(struct policy *p, const struct policy_sources *src, struct err *e)
{
	int r = list_resolve(p, &p->read, src);

	if (r == 0)
		r = list_resolve(p, &p->write, src);
	if (r == 0)
		r = list_resolve(p, &p->hide, src);
	if (r == 0)
		r = list_resolve(p, &p->net_unix, src);
	p->workspace_path = path_resolve(&p->arena, p->workspace_path, src->home, src->cwd);
	return r < 0 || p->workspace_path == NULL ? err_sys(e, -ENOMEM, "policy") : 0;
}

/* Lays a file of the project over a copy and refuses what it widens. */
static int project_apply(struct policy *p, const struct policy_sources *src, struct err *e)
{
	const char *path = src->project_path;
	struct policy before;
	enum policy_field field;
	/* Absolute and normal before they are compared, so that ".." leads nowhere. */
	int r = paths_resolve(p, src, e);

	if (r < 0)
		return r;
	before = *p;
	r = policy_load_file(p, path, e);
	if (r <= 0)
		return r;
	r = paths_resolve(p, src, e);
	if (r < 0)
		return r;
	if (p->preset == NULL || strcmp(p->preset, before.preset) != 0)
		return err_set(e, -EPERM,
			       "%s:%u: preset: a project file may only tighten; choose the preset "
			       "yourself with --preset",
			       path, p->origin[FIELD_PRESET].line);
	field = policy_first_wider(&before, p);
	if (field != FIELD_NONE)
		return err_set(e, -EPERM,
			       "%s:%u:%u: %s: a project file may only tighten the policy; put this "
			       "in your own policy or give it as a flag",
			       path, p->origin[field].line, p->origin[field].column,
			       policy_field_name(field));
	return 0;
}

static int flags_apply(struct policy *p, const struct policy_sources *src, struct err *e)
{
	for (size_t i = 0; i < src->flags_n; i++) {
		const struct policy_flag *f = &src->flags[i];
		bool is_list = policy_field_row(f->field)->type == TYPE_LIST;
		int r = is_list ? policy_add(p, f->field, f->text, e)
				: policy_set(p, f->field, f->text, e);

		if (r < 0)
			return err_in(e, r, "%s", f->flag);
		p->origin[f->field] = (struct policy_origin){ arena_str(&p->arena, f->flag), 0, 0 };
	}
	return 0;
}

static int explicit_apply(struct policy *p, const char *path, struct err *e)
{
	int r = policy_load_file(p, path, e);

	return r == 0 ? err_set(e, -ENOENT, "%s: no such policy file", path) : r;
}

static int layers_apply(struct policy *p, const struct policy_sources *src, struct err *e)
{
	char preset[SOURCE_MAX];
	int r = preset_choose(src, preset, sizeof(preset), e);

	if (r >= 0)
		r = preset_apply(p, preset, e);
	if (r >= 0 && src->system_path != NULL)
		r = policy_load_file(p, src->system_path, e);
	if (r >= 0 && src->explicit_path != NULL)
		r = explicit_apply(p, src->explicit_path, e);
	else if (r >= 0 && src->user_path != NULL)
		r = policy_load_file(p, src->user_path, e);
	/* A file names its preset, but --preset beats it. */
	if (r >= 0)
		p->preset = preset_find(preset)->name;
	if (r >= 0 && src->project_path != NULL)
		r = project_apply(p, src, e);
	if (r >= 0)
		r = flags_apply(p, src, e);
	return r < 0 ? r : paths_resolve(p, src, e);
}

int policy_load_layers(const struct policy_sources *src, struct policy **ret, struct err *e)
{
	CLEANUP(policy_cleanup) struct policy *p = policy_new();
	int r = p == NULL ? err_sys(e, -ENOMEM, "policy") : layers_apply(p, src, e);

	if (r < 0)
		return r;
	*ret = ptr_take(&p);
	return 0;
}

int policy_load_one(const char *path, const char *home, const char *cwd, struct policy **ret,
		    struct err *e)
{
	struct policy_sources src = { .explicit_path = path, .home = home, .cwd = cwd };

	return policy_load_layers(&src, ret, e);
}
