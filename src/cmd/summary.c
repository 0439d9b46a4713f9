/* SPDX-License-Identifier: Apache-2.0 */
/* What a run ends with: a few lines on standard error, or JSON. */
#include "cmd/summary.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "sandbox/run.h"

#define SHOWN_MAX 8
#define NS_PER_MS 1000000u

static json_t *events_json(const struct events_log *log)
{
	json_t *list = json_array();

	for (size_t i = 0; i < log->n; i++) {
		const struct event *ev = &log->event[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:I}", "type", ev->type,
						      "target", ev->target, "reason", ev->reason,
						      "count", (json_int_t)ev->count, "time_ns",
						      (json_int_t)ev->first_ns));
	}
	return list;
}

static char *to_json(const struct run_result *res)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:i, s:f, s:I, s:I, s:b, s:s, s:o, s:I}", "version",
			      1, "id", res->id, "tier", "namespace", "exit_code", res->exit_code,
			      "seconds", (double)res->duration_ns / 1e9, "changed",
			      (json_int_t)res->changed, "risky", (json_int_t)res->risky, "kept",
			      (int)res->kept, "note", res->note, "events", events_json(&res->log),
			      "events_dropped", (json_int_t)res->log.dropped);
	char *text;

	json_object_set_new(o, "limits",
			    json_pack("{s:s, s:s, s:s}", "memory", res->limits[0], "pids",
				      res->limits[1], "cpus", res->limits[2]));
	text = json_dumps(o, JSON_INDENT(1));
	json_decref(o);
	return text;
}

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

static void events_print(const struct events_log *log)
{
	for (size_t i = 0; i < log->n && i < SHOWN_MAX; i++) {
		const struct event *ev = &log->event[i];
		const char *word = strncmp(ev->type, "limit.", 6) == 0 ? "limit" : "denied";

		fprintf(stderr, "tiercel: %s %s %s", word, ev->type, ev->target);
		if (ev->count > 1)
			fprintf(stderr, " (%llu times)", (unsigned long long)ev->count);
		fprintf(stderr, ": %s\n", ev->reason);
	}
	if (log->n > SHOWN_MAX)
		fprintf(stderr, "tiercel: and %zu more kinds; --json has them\n",
			log->n - SHOWN_MAX);
}

static void words_print(const struct run_result *res)
{
	unsigned long long ms = res->duration_ns / NS_PER_MS;

	if (res->note[0] != '\0')
		fprintf(stderr, "tiercel: %s\n", res->note);
	events_print(&res->log);
	fprintf(stderr, "tiercel: %llu.%03llu s, exit %d, ", ms / 1000, ms % 1000, res->exit_code);
	if (!res->kept) {
		fprintf(stderr, "nothing changed\n");
		return;
	}
	fprintf(stderr, "%zu file%s changed", res->changed, res->changed == 1 ? "" : "s");
	if (res->risky > 0)
		fprintf(stderr, ", %zu to look at twice", res->risky);
	fprintf(stderr,
		"\ntiercel: next: tiercel diff %.6s, then tiercel apply %.6s or tiercel discard "
		"%.6s\n",
		res->id, res->id, res->id);
}

int summary_print(const struct run_result *res, bool is_json, const char *report, bool is_quiet,
		  struct err *e)
{
	AUTO_FREE char *text = is_json || report != NULL ? to_json(res) : NULL;
	bool is_dull = !res->kept && res->log.n == 0 && res->exit_code == 0 && res->note[0] == '\0';
	int r = 0;

	if ((is_json || report != NULL) && text == NULL)
		return err_sys(e, -ENOMEM, "report");
	if (report != NULL)
		r = report_write(report, text, e);
	if (is_json)
		fprintf(stderr, "%s\n", text);
	else if (!is_quiet && (!is_dull || isatty(2)))
		words_print(res);
	return r;
}
