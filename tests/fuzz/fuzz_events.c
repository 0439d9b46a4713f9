/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the file of events: damaged, or a list of whole events, each kind once. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/events.h"
#include "sandbox/events_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	must(text != NULL);
	return text;
}

static void check(const json_t *list, size_t at)
{
	const json_t *o = json_array_get(list, at);

	(void)text_of(o, "reason");
	must(json_is_integer(json_object_get(o, "count")));
	must(json_is_integer(json_object_get(o, "time_ns")));
	for (size_t i = 0; i < at; i++) {
		const json_t *other = json_array_get(list, i);

		must(strcmp(text_of(o, "type"), text_of(other, "type")) != 0 ||
		     strcmp(text_of(o, "target"), text_of(other, "target")) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *list = NULL;
	struct err e = { 0 };
	int r = events_parse((const char *)data, size, &list, &e);

	if (r < 0) {
		must(list == NULL && e.code == r && e.text[0] != '\0');
		return 0;
	}
	must(json_is_array(list));
	for (size_t i = 0; i < json_array_size(list); i++)
		check(list, i);
	json_decref(list);
	return 0;
}
