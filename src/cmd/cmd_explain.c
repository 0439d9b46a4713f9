/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel explain: what a command could read, write, reach and use, in plain sentences. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "cmd/command.h"
#include "cmd/context.h"
#include "cmd/rows.h"
#include "cmd/run_opts.h"
#include "policy/fields.h"
#include "policy/print.h"
#include "policy/value.h"

#define TEXT_MAX (UINT64_C(1) << 20)

static void paths(struct buf *out, const struct policy_list *list)
{
	bool is_any = false;

	for (size_t i = 0; i < list->n; i++) {
		if (access(list->v[i], F_OK) != 0)
			continue;
		buf_str(out, is_any ? ", " : "");
		buf_escape(out, list->v[i], strlen(list->v[i]));
		is_any = true;
	}
	if (!is_any)
		buf_str(out, "nothing");
}

static void words(struct buf *out, const struct policy_list *list, const char *none)
{
	for (size_t i = 0; i < list->n; i++) {
		buf_str(out, i > 0 ? ", " : "");
		buf_escape(out, list->v[i], strlen(list->v[i]));
	}
	if (list->n == 0)
		buf_str(out, none);
}

static void files(const struct policy *p, struct buf *out)
{
	static const char *const modes[MODE_END] = {
		[MODE_REVIEW] =
			"a copy-on-write view: nothing changes on this machine until you apply it",
		[MODE_DIRECT] = "the real files: what it changes is changed",
		[MODE_READONLY] = "read-only",
	};

	buf_str(out, "Files. It works in ");
	buf_escape(out, p->workspace_path, strlen(p->workspace_path));
	buf_printf(out, ", which it sees as %s.\n", modes[p->workspace_mode]);
	buf_str(out, "  It can read the system (/usr, /etc, /opt, libraries), not change it, and "
		     "of your home directory: ");
	paths(out, &p->read);
	buf_str(out, ".\n  Beside the workspace it can write to: ");
	paths(out, &p->write);
	buf_str(out, "; and to a home, /tmp and /run of its own that vanish with it.\n");
	if (p->hide.n > 0) {
		buf_str(out, "  Hidden from it: ");
		words(out, &p->hide, "");
		buf_str(out, ".\n");
	}
	if (p->workspace_mode == MODE_READONLY)
		return;
	buf_str(out, p->workspace_mode == MODE_REVIEW
			     ? "  Changes to these have to be applied by name (--protected): "
			     : "  These it cannot change: ");
	words(out, &p->protect, "none");
	buf_str(out, ".\n");
}

/* One sentence of a list; nothing at all where it is empty. */
static void sentence(struct buf *out, const char *begin, const struct policy_list *list)
{
	if (list->n == 0)
		return;
	buf_printf(out, "\n  %s ", begin);
	words(out, list, "");
	buf_str(out, ".");
}

static void requests(const struct policy *p, struct buf *out)
{
	for (size_t i = 0; i < p->net_http_n; i++) {
		const struct policy_http *h = &p->net_http[i];

		buf_str(out, "\n  Of ");
		buf_escape(out, h->host, strlen(h->host));
		buf_str(out, " only requests with ");
		words(out, &h->methods, "any method");
		buf_str(out, " to ");
		words(out, &h->paths, "any path");
		buf_str(out, ".");
	}
	for (size_t i = 0; i < p->secrets_n; i++) {
		buf_str(out, "\n  Without seeing it, it uses the secret ");
		buf_escape(out, p->secrets[i].name, strlen(p->secrets[i].name));
		buf_str(out, " with ");
		words(out, &p->secrets[i].hosts, "no host");
		buf_str(out, ".");
	}
}

static void host_network(struct buf *out)
{
	buf_str(out, "Network. This machine's own (--network host): it can reach whatever this "
		     "machine reaches, its loopback ports and services too.\n"
		     "  Nothing of that is limited, watched or recorded. Abstract sockets stay out "
		     "of reach.\n");
}

static void network(const struct policy *p, struct buf *out)
{
	if (p->net_allow.n > 0) {
		buf_str(out, "Network. It can reach ");
		words(out, &p->net_allow, "");
		buf_str(out, "; every other host, port and name is refused at once, and so is UDP."
			     "\n  Addresses of this machine, of private networks and of cloud "
			     "metadata only where they are named here as addresses.");
	} else if (p->net_http_n > 0) {
		buf_str(out, "Network. It can reach the hosts named next; every other host, port "
			     "and name is refused at once, and so is UDP.");
	} else {
		buf_str(out, "Network. None: it can talk to itself on loopback; every other "
			     "address is refused at once.");
	}
	sentence(out, "Never, whatever that says:", &p->net_deny);
	requests(p, out);
	if (p->ask_network)
		buf_str(out, "\n  You are asked about hosts that are not listed.");
	sentence(out, "Of this machine's loopback it reaches port", &p->net_loopback);
	sentence(out, "These ports of this machine lead into it:", &p->net_publish);
	sentence(out, "Of this machine's sockets it reaches", &p->net_unix);
	buf_printf(out, "\n  It reaches no %ssocket, port or bus of this machine.\n",
		   p->net_loopback.n + p->net_unix.n > 0 ? "other " : "");
}

static void names_set(const struct policy *p, struct buf *out)
{
	for (size_t i = 0; i < p->env_set.n; i++) {
		buf_str(out, i > 0 ? ", " : "; the policy sets ");
		buf_escape(out, p->env_set.v[i], strcspn(p->env_set.v[i], "="));
	}
}

static void limits(const struct policy *p, struct buf *out)
{
	static const enum policy_field shown[] = { FIELD_LIMITS_MEMORY, FIELD_LIMITS_CPUS,
						   FIELD_LIMITS_PIDS,	FIELD_LIMITS_DISK,
						   FIELD_LIMITS_FILES,	FIELD_LIMITS_OUTPUT,
						   FIELD_LIMITS_TIME };
	char room[64];

	buf_str(out, "Limits.");
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		const char *text = policy_text(p, shown[i], room);

		buf_printf(out, "%s %s %s", i > 0 ? "," : "",
			   strchr(policy_field_name(shown[i]), '.') + 1,
			   strcmp(text, "null") == 0 ? "unlimited" : text);
	}
	buf_str(out, ".\n");
}

/* The policy for programs, the sentences for people. */
static int json_print(const struct policy *p, const char *text, struct err *e)
{
	json_t *lines = json_array();
	json_t *o = json_pack("{s:o, s:o}", "policy", policy_json(p), "sentences", lines);
	int r = 0;

	while (o != NULL && *text != '\0') {
		size_t n = strcspn(text, "\n");
		size_t indent = strspn(text, " ");

		json_array_append_new(lines, json_stringn(text + indent, n - indent));
		text += n + (text[n] == '\n');
	}
	if (o == NULL || json_dumpf(o, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII) < 0)
		r = o == NULL ? err_sys(e, -ENOMEM, "explain") : 0;
	putchar('\n');
	json_decref(o);
	return r;
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(context_done) struct context c = { 0 };
	AUTO_BUF struct buf out = BUF_INIT(TEXT_MAX);
	int r = context_load(options, argc > 0 ? argv[0] : NULL, &c, e);

	if (r < 0)
		return r;
	files(c.policy, &out);
	if (c.has_host_network)
		host_network(&out);
	else
		network(c.policy, &out);
	buf_str(&out, "Processes. It sees and signals its own alone. It has no capability and "
		      "cannot get one.\n"
		      "Environment. It gets its own HOME, USER, PATH, and of yours: ");
	words(&out, &c.policy->env_pass, "nothing");
	names_set(c.policy, &out);
	buf_str(&out, ".\nSystem calls. The profile \"agent\"; beyond it: ");
	words(&out, &c.policy->syscalls_allow, "none");
	buf_str(&out, ".");
	sentence(&out, "Refused although the profile has them:", &c.policy->syscalls_deny);
	buf_str(&out, "\n");
	limits(c.policy, &out);
	if (out.err)
		return err_sys(e, out.err, "explain");
	if (((const struct run_args *)options)->is_json)
		return json_print(c.policy, out.p, e);
	fwrite(out.p, 1, out.n, stdout);
	return 0;
}

const struct command cmd_explain = {
	.name = "explain",
	.synopsis = "[OPTION…] [--] [COMMAND [ARG…]]",
	.summary = "say what a command could read, write, reach and use",
	.description = "Takes the options of tiercel run. Nothing is run.",
	.opts = run_opts,
	.size = sizeof(struct run_args),
	.stops = 1,
	.run = run,
	.operand = OPERAND_COMMAND,
	.group = GROUP_EXPLAIN,
};
