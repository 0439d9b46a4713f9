/* SPDX-License-Identifier: Apache-2.0 */
/* What a run ends with: a few lines on standard error, or JSON. */
#include "cmd/summary.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fd.h"
#include "policy/policy.h"
#include "sandbox/report.h"
#include "sandbox/run.h"

#define TEXT_MAX 65536
#define SHOWN_MAX 6
#define SIZE_SHOWN 64
#define LOOK_SHOWN 3
#define ID_SHOWN 6
#define NS_PER_MS 1000000u

static int report_write(const char *path, const char *text, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, -errno, "--report %s", path);
	r = fd_write_full(fd, text, strlen(text));
	if (r == 0)
		r = fd_write_full(fd, "\n", 1);
	return r < 0 ? err_sys(e, r, "--report %s", path) : 0;
}

int summary_check(const char *path, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	AUTO_FREE char *dir = NULL;
	const char *slash = strrchr(path, '/');

	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	/* A fifo without a reader yet. */
	if (fd >= 0 || errno == ENXIO)
		return 0;
	if (errno != ENOENT || path[0] == '\0')
		return err_sys(e, -errno, "--report %s", path);
	dir = slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (dir == NULL)
		return err_sys(e, -ENOMEM, "--report");
	return access(dir, W_OK | X_OK) < 0 ? err_sys(e, -errno, "--report %s", path) : 0;
}

static void bytes_words(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	uint64_t tenths = bytes < UINT64_MAX / 10 ? bytes * 10 : UINT64_MAX;
	size_t unit = 0;

	for (; tenths >= 10240 && unit + 1 < ARRAY_LEN(units); unit++)
		tenths /= 1024;
	if (unit == 0)
		buf_printf(out, "%" PRIu64 " B", bytes);
	else
		buf_printf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
			   units[unit]);
}

static void event_line(const struct event *ev, struct buf *out)
{
	static const struct {
		const char *begin;
		const char *verb;
	} verbs[] = { { "limit.", "reached" },
		      { "protect.", "ended by" },
		      { "net.error", "failed" },
		      { "net.lost", "lost" },
		      { "", "denied" } };
	size_t i = 0;

	while (strncmp(ev->type, verbs[i].begin, strlen(verbs[i].begin)) != 0)
		i++;
	/* Targets were made printable when the event was counted. */
	buf_printf(out, "tiercel: %s %s %s", verbs[i].verb, ev->type, ev->target);
	if (ev->count > 1)
		buf_printf(out, " (%llu times)", (unsigned long long)ev->count);
	buf_printf(out, ": %s\n", ev->reason);
}

static void events_lines(const struct events_log *log, struct buf *out)
{
	size_t hidden = log->n > SHOWN_MAX ? log->n - SHOWN_MAX : 0;

	for (size_t i = 0; i < log->n && i < SHOWN_MAX; i++)
		event_line(&log->event[i], out);
	if (hidden > 0 || log->dropped > 0)
		buf_printf(out, "tiercel: and %zu more kinds%s; --json has them\n", hidden,
			   log->dropped > 0 ? ", and some beyond what is kept apart" : "");
}

static void reached_line(const struct events_log *log, struct buf *out)
{
	AUTO_BUF struct buf in = BUF_INIT(SIZE_SHOWN), away = BUF_INIT(SIZE_SHOWN);
	uint64_t bytes_in = 0, bytes_out = 0;
	size_t n = 0;

	for (size_t i = 0; i < log->n; i++) {
		n += strcmp(log->event[i].type, EVENT_ALLOW) == 0;
		bytes_in += log->event[i].in;
		bytes_out += log->event[i].out;
	}
	if (n == 0)
		return;
	bytes_words(&in, bytes_in);
	bytes_words(&away, bytes_out);
	buf_printf(out, "tiercel: reached %zu%s host%s, %s in, %s out\n", n,
		   log->dropped > 0 ? " or more" : "", n == 1 ? "" : "s", in.p, away.p);
}

static void end_lines(const struct run_result *res, bool is_direct, struct buf *out)
{
	unsigned long long ms = res->duration_ns / NS_PER_MS;

	buf_printf(out, "tiercel: %llu.%03llu s, exit %d, ", ms / 1000, ms % 1000, res->exit_code);
	if (!res->kept) {
		buf_str(out, is_direct ? "changes are in place\n" : "nothing changed\n");
		return;
	}
	buf_printf(out, "%zu file%s changed\n", res->changed.files,
		   res->changed.files == 1 ? "" : "s");
	if (res->changed.risky > 0)
		buf_printf(out, "tiercel: look twice at %zu: %s%s\n", res->changed.risky,
			   res->changed.look, res->changed.risky > LOOK_SHOWN ? ", ..." : "");
	buf_printf(out,
		   "tiercel: next: tiercel diff %.*s, then tiercel apply %.*s or tiercel discard "
		   "%.*s\n",
		   ID_SHOWN, res->id, ID_SHOWN, res->id, ID_SHOWN, res->id);
}

void summary_text(const struct run_result *res, const struct policy *policy, struct buf *out)
{
	AUTO_BUF struct buf weak = BUF_INIT(TEXT_MAX);

	if (res->note[0] != '\0') {
		buf_str(out, "tiercel: ");
		buf_escape(out, res->note, strlen(res->note));
		buf_str(out, "\n");
	}
	if (res->has_host_network)
		buf_str(out, "tiercel: it had this machine's own network (--network host): nothing "
			     "was limited or watched\n");
	report_weak_fields(res, policy, &weak);
	if (weak.n > 0)
		buf_printf(out, "tiercel: not enforced, as best_effort allows: %s\n", weak.p);
	events_lines(&res->log, out);
	reached_line(&res->reached, out);
	end_lines(res, policy->workspace_mode == MODE_DIRECT, out);
}

static bool is_dull(const struct run_result *res, const struct policy *policy)
{
	AUTO_BUF struct buf weak = BUF_INIT(TEXT_MAX);

	report_weak_fields(res, policy, &weak);
	return !res->kept && res->log.n == 0 && res->exit_code == 0 && res->note[0] == '\0' &&
	       weak.n == 0 && !res->has_host_network;
}

static char *to_json(const struct run_result *res, const struct policy *policy)
{
	json_t *o = report_json(res, policy);
	char *text = o != NULL ? json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII) : NULL;

	json_decref(o);
	return text;
}

int summary_print(const struct run_result *res, const struct policy *policy,
		  const struct summary_want *want, struct err *e)
{
	AUTO_BUF struct buf lines = BUF_INIT(TEXT_MAX);
	AUTO_FREE char *text = NULL;
	int r = 0;

	if (want->is_json || want->report != NULL) {
		text = to_json(res, policy);
		if (text == NULL)
			return err_sys(e, -ENOMEM, "report");
	}
	if (want->report != NULL)
		r = report_write(want->report, text, e);
	if (want->is_json) {
		fprintf(stderr, "%s\n", text);
	} else if (!want->is_quiet && (isatty(2) || !is_dull(res, policy))) {
		summary_text(res, policy, &lines);
		fputs(lines.p != NULL ? lines.p : "", stderr);
	}
	return r;
}
