/* SPDX-License-Identifier: ISC */
/* Readers and writers stop at the end, and stay stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "common/cursor.h"

static const uint8_t counting[15] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
numbers_are_in_network_order(void **state UNUSED)
{
	struct reader r;
	struct writer w;
	uint8_t buf[15];

	reader_init(&r, counting, sizeof(counting));
	assert_int_equal(reader_u8(&r), 0x01);
	assert_int_equal(reader_u16(&r), 0x0203);
	assert_int_equal(reader_u32(&r), 0x04050607);
	assert_int_equal(reader_left(&r), 8);
	assert_false(reader_finished(&r));
	assert_true(reader_u64(&r) == 0x08090a0b0c0d0e0full);
	assert_true(reader_finished(&r));

	writer_init(&w, buf, sizeof(buf));
	writer_u8(&w, 0x01);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	writer_u64(&w, 0x08090a0b0c0d0e0full);
	assert_false(w.bad);
	assert_int_equal(w.len, sizeof(counting));
	assert_memory_equal(buf, counting, sizeof(counting));
}

static void
reading_stops_at_the_end(void **state UNUSED)
{
	/* An exact allocation, so that a read past it is seen. */
	uint8_t *data = calloc(1, 3), copy[4] = { 9, 9, 9, 9 };
	struct reader r;

	assert_non_null(data);
	reader_init(&r, data, 3);
	assert_int_equal(reader_u32(&r), 0);
	assert_true(r.bad);
	/* What would fit is not read any more either. */
	assert_int_equal(reader_u8(&r), 0);
	assert_null(reader_take(&r, 1));
	assert_null(reader_take(&r, 0));
	assert_int_equal(r.pos, 0);
	assert_int_equal(reader_left(&r), 0);
	assert_false(reader_finished(&r));
	reader_bytes(&r, copy, sizeof(copy));
	assert_memory_equal(copy, "\0\0\0\0", 4);

	reader_init(&r, data, 3);
	assert_ptr_equal(reader_take(&r, 3), data);
	assert_ptr_equal(reader_take(&r, 0), data + 3);
	assert_true(reader_finished(&r));
	assert_null(reader_take(&r, SIZE_MAX));
	assert_true(r.bad);
	free(data);
}

static void
nothing_can_be_read_of_nothing(void **state UNUSED)
{
	struct reader r;

	reader_init(&r, NULL, 0);
	assert_true(reader_finished(&r));
	assert_int_equal(reader_u8(&r), 0);
	assert_true(r.bad);
}

static void
strings_are_bounded(void **state UNUSED)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
		const char	*text;	/* NULL: malformed */
	} cases[] = {
		{ "\0", 1, "" },
		{ "\3abc", 4, "abc" },
		{ "\3abcd", 5, "abc" },
		{ "\4abcd", 5, NULL },	/* no room for its NUL */
		{ "\3ab", 3, NULL },	/* cut off */
		{ "\3a\0c", 4, NULL },	/* a NUL inside */
		{ "", 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[4] = "zzz";
		struct reader r;

		reader_init(&r, cases[i].bytes, cases[i].len);
		reader_string(&r, text, sizeof(text));
		assert_int_equal(r.bad, cases[i].text == NULL);
		assert_string_equal(text, cases[i].text == NULL ? "" : cases[i].text);
	}
}

static void
writing_stops_at_the_end(void **state UNUSED)
{
	uint8_t *data = malloc(3);
	struct writer w;

	assert_non_null(data);
	writer_init(&w, data, 3);
	writer_u16(&w, 0x0102);
	writer_u16(&w, 0x0304);
	assert_true(w.bad);
	assert_int_equal(w.len, 2);
	writer_u8(&w, 5);
	assert_int_equal(w.len, 2);

	writer_init(&w, data, 3);
	writer_bytes(&w, NULL, 0);
	writer_bytes(&w, "abc", 3);
	assert_false(w.bad);
	writer_bytes(&w, "d", SIZE_MAX);
	assert_true(w.bad);
	assert_memory_equal(data, "abc", 3);
	free(data);
}

static void
a_string_has_one_length_byte(void **state UNUSED)
{
	uint8_t buf[300];
	char text[257];
	struct writer w;

	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	writer_init(&w, buf, sizeof(buf));
	writer_string(&w, text);
	assert_false(w.bad);
	assert_int_equal(w.len, 256);
	assert_int_equal(buf[0], 255);
	text[255] = 'x';
	text[256] = '\0';
	writer_init(&w, buf, sizeof(buf));
	writer_string(&w, text);
	assert_true(w.bad);
	assert_int_equal(w.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_in_network_order),
		cmocka_unit_test(reading_stops_at_the_end),
		cmocka_unit_test(nothing_can_be_read_of_nothing),
		cmocka_unit_test(strings_are_bounded),
		cmocka_unit_test(writing_stops_at_the_end),
		cmocka_unit_test(a_string_has_one_length_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
