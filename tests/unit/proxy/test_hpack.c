/* SPDX-License-Identifier: Apache-2.0 */
/* HPACK: the examples of the standard, its limits, and blocks that break its rules. */
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "proxy/hpack.h"
#include "proxy/huffman.h"

#define OUT_MAX 65536

/* Reads a block given as hexadecimal digits, and compares all fields as "name: value\n" lines. */
static int read_block(struct hpack *h, const char *digits, struct buf *ret)
{
	AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
	uint8_t block[512];
	struct http_field f;
	size_t n = strlen(digits) / 2;
	size_t at = 0;
	int r;

	assert_true(n <= sizeof(block));
	for (size_t i = 0; i < n; i++) {
		unsigned int byte;

		assert_int_equal(sscanf(digits + 2 * i, "%2x", &byte), 1);
		block[i] = (uint8_t)byte;
	}
	r = hpack_read(h, block, n, &fields);
	if (r < 0)
		return r;
	while (hpack_next(&fields, &at, &f) > 0) {
		buf_add(ret, f.name.p, f.name.n);
		buf_str(ret, ": ");
		buf_add(ret, f.value.p, f.value.n);
		buf_str(ret, "\n");
	}
	return 0;
}

static void assert_block(struct hpack *h, const char *digits, const char *wanted)
{
	AUTO_BUF struct buf got = BUF_INIT(OUT_MAX);

	assert_int_equal(read_block(h, digits, &got), 0);
	assert_string_equal(got.p != NULL ? got.p : "", wanted);
}

#define FIRST ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n"
#define THIRD                                                                                      \
	":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\n"          \
	"custom-key: custom-value\n"

/* RFC 7541, appendices C.3 and C.4. */
static void examples_of_the_standard_are_read(void **state)
{
	struct hpack h;

	(void)state;
	hpack_init(&h, HPACK_TABLE_MAX);
	assert_block(&h, "828684410f7777772e6578616d706c652e636f6d", FIRST);
	assert_int_equal(h.used, 57);
	assert_block(&h, "828684be58086e6f2d6361636865", FIRST "cache-control: no-cache\n");
	assert_int_equal(h.used, 110);
	assert_block(&h, "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", THIRD);
	assert_int_equal(h.used, 164);
	hpack_init(&h, HPACK_TABLE_MAX);
	assert_block(&h, "828684418cf1e3c2e5f23a6ba0ab90f4ff", FIRST);
	assert_block(&h, "828684be5886a8eb10649cbf", FIRST "cache-control: no-cache\n");
	assert_block(&h, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", THIRD);
	assert_int_equal(h.used, 164);
}

/* RFC 7541, appendix C.5: replies with a table of 256 bytes, so that entries are evicted. */
static void entries_are_evicted(void **state)
{
	struct hpack h;

	(void)state;
	hpack_init(&h, 256);
	assert_block(
		&h,
		"4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a"
		"323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
		":status: 302\ncache-control: private\n"
		"date: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com\n");
	assert_int_equal(h.used, 222);
	assert_block(&h, "4803333037c1c0bf",
		     ":status: 307\ncache-control: private\n"
		     "date: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com\n");
	assert_int_equal(h.used, 222);
	assert_int_equal(h.n, 4);
}

static void tables_are_resized_and_emptied(void **state)
{
	struct hpack h;

	(void)state;
	hpack_init(&h, HPACK_TABLE_MAX);
	assert_block(&h, "400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
		     "custom-key: custom-value\n");
	assert_int_equal(h.n, 1);
	assert_block(&h, "20", "");
	assert_int_equal(h.n, 0);
	assert_block(&h,
		     "3f11400161"
		     "0162",
		     "a: b\n");
}

static void broken_blocks_are_refused(void **state)
{
	static const char *const odd[] = {
		"80",		  /* index 0 */
		"be",		  /* an entry that is not there */
		"7f00",		  /* the name of one that is not there */
		"ff",		  /* a number that does not end */
		"ffffffffffff7f", /* a number of too many bytes */
		"ffffffff7f",	  /* one that is too large */
		"40",		  /* a name that is not there */
		"4001",		  /* cut in the name */
		"400161",	  /* no value */
		"40016105",	  /* cut in the value */
		"3fe21f",	  /* a table larger than the limit */
		"8220",		  /* a change of size behind a field */
		"0081ff0161",	  /* Huffman: ones that are more than padding */
		"0081fe0161",	  /* padding that is not ones */
		"0084ffffffff00", /* the end of a text */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		AUTO_BUF struct buf got = BUF_INIT(OUT_MAX);
		struct hpack h;

		hpack_init(&h, HPACK_TABLE_MAX);
		if (read_block(&h, odd[i], &got) != -EBADMSG)
			fail_msg("taken: %s", odd[i]);
	}
}

static void small_blocks_do_not_grow_beyond_bounds(void **state)
{
	AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
	static uint8_t block[4096 + 40000] = { 0x40, 0x01, 'a', 0x7f, 0x81, 0x1e };
	struct hpack h;

	(void)state;
	/* One entry of 4,000 bytes, then 40,000 references to it. */
	memset(block + 6, 'b', 0x7f + 0x01 + (0x1e << 7));
	memset(block + 6 + 0x7f + 0x01 + (0x1e << 7), 0xbe, 30000);
	hpack_init(&h, HPACK_TABLE_MAX);
	assert_int_equal(hpack_read(&h, block, 6 + 0x7f + 0x01 + (0x1e << 7) + 30000, &fields),
			 -E2BIG);
	assert_true(fields.n <= OUT_MAX);
}

static void what_is_written_is_read(void **state)
{
	static const size_t sizes[] = { 0, 1, 126, 127, 128, 254, 255, 256, 16383, 20000 };
	static char text[20000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO_BUF struct buf block = BUF_INIT(OUT_MAX);
		AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
		struct http_text name = { "authorization", 13 };
		struct http_text value = { text, sizes[i] };
		struct http_field f;
		struct hpack h;
		size_t at = 0;

		hpack_init(&h, HPACK_TABLE_MAX);
		hpack_write(&name, &value, &block);
		assert_int_equal(hpack_read(&h, (uint8_t *)block.p, block.n, &fields), 0);
		assert_int_equal(hpack_next(&fields, &at, &f), 1);
		assert_int_equal(f.name.n, 13);
		assert_int_equal(f.value.n, sizes[i]);
		assert_int_equal(h.n, 0);
		assert_int_equal(hpack_next(&fields, &at, &f), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_standard_are_read),
		cmocka_unit_test(entries_are_evicted),
		cmocka_unit_test(tables_are_resized_and_emptied),
		cmocka_unit_test(broken_blocks_are_refused),
		cmocka_unit_test(small_blocks_do_not_grow_beyond_bounds),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
