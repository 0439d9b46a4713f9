/* SPDX-License-Identifier: Apache-2.0 */
/* What a person asks a running sandbox to change about its network, as text and back. */
#include "sandbox/policy_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define HEAD "tiercel-control 1"

static const char *const words[] = { [HOST_RULE_ALLOW] = "allow ", [HOST_RULE_DENY] = "deny " };

int policy_request_add(struct policy_request *q, enum host_rule_list list, const char *text,
		       struct err *e)
{
	struct policy_request_rule *r;

	if (q->n == POLICY_REQUEST_MAX)
		return err_set(e, -E2BIG, "more than %d rules at once", POLICY_REQUEST_MAX);
	r = &q->rule[q->n];
	if (strlen(text) >= sizeof(r->text) ||
	    host_rule_parse(text, strlen(text), list, &r->rule) < 0)
		return err_set(e, -EINVAL,
			       "\"%.64s\" is no host; write for example db.example:5432", text);
	r->list = list;
	snprintf(r->text, sizeof(r->text), "%s", text);
	q->n++;
	return 0;
}

void policy_request_print(const struct policy_request *q, struct buf *out)
{
	buf_str(out, HEAD "\n");
	for (size_t i = 0; i < q->n; i++)
		buf_printf(out, "%s%s\n", words[q->rule[i].list], q->rule[i].text);
	buf_str(out, "end\n");
}

static int rule_read(const char *p, size_t n, struct policy_request *ret, struct err *e)
{
	char text[HOST_RULE_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t word = strlen(words[i]);

		if (n <= word || n - word >= sizeof(text) || memcmp(p, words[i], word) != 0 ||
		    memchr(p, '\0', n) != NULL)
			continue;
		memcpy(text, p + word, n - word);
		text[n - word] = '\0';
		return policy_request_add(ret, (enum host_rule_list)i, text, e);
	}
	return err_set(e, -EBADMSG, "neither allow nor deny");
}

static int line_is(const char *p, size_t n, const char *text)
{
	return n == strlen(text) && memcmp(p, text, n) == 0;
}

int policy_request_parse(const char *p, size_t n, struct policy_request *ret, struct err *e)
{
	const char *end;
	int r;

	*ret = (struct policy_request){ 0 };
	for (int line = 1; n > 0; line++) {
		size_t len;

		end = memchr(p, '\n', n);
		if (end == NULL)
			break;
		len = (size_t)(end - p);
		if (line > 1 && line_is(p, len, "end"))
			return n == len + 1 ? 0 : err_set(e, -EBADMSG, "more than a request");
		r = line > 1		    ? rule_read(p, len, ret, e)
		    : line_is(p, len, HEAD) ? 0
					    : err_set(e, -EBADMSG, "not \"" HEAD "\"");
		if (r < 0)
			return err_in(e, r, "line %d", line);
		p = end + 1;
		n -= len + 1;
	}
	return err_set(e, -EBADMSG, "the request has no end");
}
