/* SPDX-License-Identifier: Apache-2.0 */
/* Where a command stands: home, working directory, and the policy of all layers. */
#include "cmd/context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/run_opts.h"
#include "policy/fields.h"
#include "policy/layer.h"
#include "policy/policy.h"

#define SYSTEM_POLICY "/etc/tiercel/policy.yaml"
#define PROJECT_POLICY ".tiercel.yaml"

void context_done(struct context *c)
{
	policy_free(c->policy);
	c->policy = NULL;
}

int context_places(struct context *c, struct err *e)
{
	const char *home = getenv("HOME");

	if (home == NULL || realpath(home, c->home) == NULL)
		return err_set(e, -ENOENT, "HOME is not set to a directory that exists");
	if (getcwd(c->cwd, sizeof(c->cwd)) == NULL || c->cwd[0] != '/')
		return err_set(e, -ENOENT, "the current directory is gone; cd to one that exists");
	return 0;
}

static void user_policy(const struct context *c, char path[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME");

	if (config != NULL && config[0] == '/')
		snprintf(path, PATH_MAX, "%s/tiercel/policy.yaml", config);
	else
		snprintf(path, PATH_MAX, "%.*s/.config/tiercel/policy.yaml", PATH_MAX - 64,
			 c->home);
}

/* Long flag names with their dashes, for messages. */
static int flags_name(const struct opt_fields *in, struct policy_flag *out, char names[][32],
		      struct err *e)
{
	for (size_t i = 0; i < in->n; i++) {
		out[i] = in->flag[i];
		if (snprintf(names[i], 32, "--%s", in->flag[i].flag) >= 32)
			return err_set(e, -EINVAL, "an option's name is too long");
		out[i].flag = names[i];
	}
	return 0;
}

/* No file may say this: a project would open the whole network by a line of its own. */
static int network_choose(const char *mode, bool *ret_is_host, struct err *e)
{
	*ret_is_host = mode != NULL && strcmp(mode, "host") == 0;
	if (mode == NULL || *ret_is_host || strcmp(mode, "none") == 0)
		return 0;
	return err_set(e, -EINVAL,
		       "--network: \"%s\" is not built; none and host are, and --allow HOST opens "
		       "single hosts",
		       mode);
}

/* Who asks for none is not given what a file opens. */
static int network_agrees(const char *mode, const struct policy *p, struct err *e)
{
	static const enum policy_field opening[] = { FIELD_NETWORK_ALLOW, FIELD_NETWORK_HTTP,
						     FIELD_NETWORK_PUBLISH, FIELD_NETWORK_LOOPBACK,
						     FIELD_NETWORK_UNIX };

	if (mode == NULL || strcmp(mode, "none") != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(opening); i++)
		if (!policy_is_weakest(p, opening[i]))
			return err_set(e, -EINVAL,
				       "--network none: %s (%s) opens more; leave out one of them",
				       policy_field_name(opening[i]), p->origin[opening[i]].source);
	return 0;
}

int context_load(const struct run_args *args, const char *command, struct context *c, struct err *e)
{
	char user[PATH_MAX];
	char names[OPT_FIELDS_MAX][32];
	struct policy_flag flags[OPT_FIELDS_MAX];
	struct policy_sources src = { .system_path = SYSTEM_POLICY,
				      .user_path = user,
				      .project_path = PROJECT_POLICY,
				      .explicit_path = args->policy,
				      .preset = args->preset,
				      .command = command,
				      .flags = flags,
				      .flags_n = args->fields.n,
				      .home = c->home,
				      .cwd = c->cwd };
	int r = network_choose(args->network, &c->has_host_network, e);

	if (r == 0)
		r = context_places(c, e);
	if (r == 0)
		r = flags_name(&args->fields, flags, names, e);
	if (r < 0)
		return r;
	user_policy(c, user);
	r = policy_load_layers(&src, &c->policy, e);
	return r < 0 ? r : network_agrees(args->network, c->policy, e);
}
