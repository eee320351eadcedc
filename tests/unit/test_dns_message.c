/* SPDX-License-Identifier: ISC */
/* DNS messages: golden bytes out of RFC 1035, every prefix of them, and names of all shapes. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "common/compiler.h"
#include "common/dns_message.h"

/* An A query for "www.Example" with an OPT record (RFC 6891) behind it. */
static const uint8_t query_bytes[] = {
	0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1,
	3, 'w', 'w', 'w', 7, 'E', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1,
	0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0,
};
#define QUESTION_END	29	/* of it */

/* Its answer: 198.18.0.1. */
static const uint8_t answer_bytes[] = {
	0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0,
	3, 'w', 'w', 'w', 7, 'E', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 198, 18, 0, 1,
};

static void
test_query(void **unused)
{
	uint8_t built[DNS_QUERY_SIZE];
	struct dns_query q;
	struct writer w;

	(void)unused;
	assert_int_equal(dns_parse_query(query_bytes, sizeof(query_bytes), &q), 0);
	assert_string_equal(q.name, "www.Example");
	assert_int_equal(q.id, 0x1234);
	assert_int_equal(q.type, DNS_TYPE_A);
	assert_int_equal(q.class, DNS_CLASS_IN);
	assert_int_equal(q.question_len, QUESTION_END - DNS_HEADER_SIZE);
	for (size_t n = 0; n < QUESTION_END; n++)
		assert_int_equal(dns_parse_query(query_bytes, n, &q), -EPROTO);
	assert_int_equal(dns_parse_query(query_bytes, QUESTION_END, &q), 0);
	writer_init(&w, built, sizeof(built));
	dns_build_query(&w, 0x1234, "www.Example.", DNS_TYPE_A, DNS_CLASS_IN);
	assert_false(w.bad);
	assert_int_equal(w.len, QUESTION_END);
	assert_memory_equal(built + 12, query_bytes + 12, QUESTION_END - 12);
}

/* One byte of the golden query changed makes it none. */
static void
test_no_queries(void **unused)
{
	static const struct { size_t at; uint8_t byte; } changes[] = {
		{ 2, 0x81 },	/* an answer */
		{ 2, 0x29 },	/* an update */
		{ 5, 0 }, { 5, 2 },
		{ 12, 0xc0 },	/* a pointer */
		{ 12, 64 }, { 13, '.' }, { 13, 0 }, { 16, 200 },
	};
	uint8_t bytes[sizeof(query_bytes)];
	struct dns_query q;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		memcpy(bytes, query_bytes, sizeof(bytes));
		bytes[changes[i].at] = changes[i].byte;
		assert_int_equal(dns_parse_query(bytes, sizeof(bytes), &q), -EPROTO);
	}
}

static void
test_answer(void **unused)
{
	const struct endpoint address = { .family = AF_INET, .ip = { 198, 18, 0, 1 } };
	uint8_t built[DNS_QUERY_SIZE];
	struct dns_reply reply;
	struct dns_query q;
	struct writer w;

	(void)unused;
	assert_int_equal(dns_parse_query(query_bytes, sizeof(query_bytes), &q), 0);
	writer_init(&w, built, sizeof(built));
	dns_answer_begin(&w, &q, DNS_NO_ERROR);
	dns_answer_address(&w, &address, 5);
	dns_answer_end(&w, 1);
	assert_false(w.bad);
	assert_int_equal(w.len, sizeof(answer_bytes));
	assert_memory_equal(built, answer_bytes, sizeof(answer_bytes));
	assert_int_equal(dns_parse_reply(built, w.len, &q, &reply), 0);
	assert_int_equal(reply.rcode, DNS_NO_ERROR);
	assert_int_equal(reply.answers, 1);
	for (size_t n = 0; n < QUESTION_END; n++)
		assert_int_equal(dns_parse_reply(built, n, &q, &reply), -EPROTO);
	built[14] ^= 0x20;
	assert_int_equal(dns_parse_reply(built, w.len, &q, &reply), 0);
	built[14] ^= 1;
	assert_int_equal(dns_parse_reply(built, w.len, &q, &reply), -EPROTO);
	built[14] ^= 0x21;
	built[0] ^= 1;
	assert_int_equal(dns_parse_reply(built, w.len, &q, &reply), -EPROTO);
	assert_int_equal(dns_parse_reply(query_bytes, sizeof(query_bytes), &q, &reply), -EPROTO);
}

/* A server that refuses a query may leave the question out. */
static void
test_refusal(void **unused)
{
	uint8_t refusal[DNS_HEADER_SIZE] = { 0x12, 0x34, 0x81, 0x85 };
	struct dns_reply reply;
	struct dns_query q;

	(void)unused;
	assert_int_equal(dns_parse_query(query_bytes, sizeof(query_bytes), &q), 0);
	assert_int_equal(dns_parse_reply(refusal, sizeof(refusal), &q, &reply), 0);
	assert_int_equal(reply.rcode, 5);
	refusal[3] = 0x80;
	assert_int_equal(dns_parse_reply(refusal, sizeof(refusal), &q, &reply), -EPROTO);
}

/* The name as it comes back from a message, or NULL. */
static const char *
round_trip(const char *name)
{
	static struct dns_query q;
	static uint8_t built[DNS_QUERY_SIZE];
	struct writer w;

	writer_init(&w, built, sizeof(built));
	dns_build_query(&w, 1, name, DNS_TYPE_A, DNS_CLASS_IN);
	return !w.bad && dns_parse_query(built, w.len, &q) == 0 ? q.name : NULL;
}

static void
test_names(void **unused)
{
	static const struct { const char *name, *back; } names[] = {
		{ "a", "a" }, { "a.", "a" }, { "a.b.c", "a.b.c" }, { "", "" }, { ".", "" },
		{ "A-b_C.d", "A-b_C.d" }, { "\\097", "a" }, { "\\a\\\\b", "a\\b" },
		{ "b\xc3\xbc" "cher.example", "b\xc3\xbc" "cher.example" }, { "\\255.a", "\xff.a" },
		{ ".a", NULL }, { "a..b", NULL }, { "..", NULL }, { "a\\", NULL },
		{ "\\09", NULL }, { "\\256", NULL }, { "\\000", NULL }, { "a\\.b", NULL },
	};
	char label[65], name[300];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *back = round_trip(names[i].name);

		if (names[i].back == NULL)
			assert_null(back);
		else
			assert_string_equal(back, names[i].back);
	}
	memset(label, 'x', sizeof(label));
	label[64] = '\0';
	assert_null(round_trip(label));
	label[63] = '\0';
	assert_string_equal(round_trip(label), label);
	snprintf(name, sizeof(name), "%s.%s.%s.%.61s", label, label, label, label);
	assert_int_equal(strlen(name), 253);
	assert_string_equal(round_trip(name), name);
	snprintf(name, sizeof(name), "%s.%s.%s.%.62s", label, label, label, label);
	assert_null(round_trip(name));
}

static void
test_reverse(void **unused)
{
	static const char ip6[] =
	    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.d.0.1.0.0.2.ip6.arpa";
	static const char *const bad[] = {
		"", "1.in-addr.arpa", "1.2.3.256.in-addr.arpa", "1.2.3.4.5.in-addr.arpa",
		"1.2.3..in-addr.arpa", "1.2.3.4.in-addr.arpa.example", "1.2.3.4", "a.2.3.4.in-addr.arpa",
		"1.2.3.4.ip6.arpa", "-1.2.3.4.in-addr.arpa", "www.example", ip6 + 2,
	};
	struct endpoint e;
	char text[ENDPOINT_TEXT_SIZE];

	(void)unused;
	assert_int_equal(dns_parse_reverse("1.0.18.198.IN-ADDR.arpa", &e), 0);
	assert_string_equal(endpoint_format_ip(&e, text), "198.18.0.1");
	assert_int_equal(dns_parse_reverse(ip6, &e), 0);
	assert_string_equal(endpoint_format_ip(&e, text), "2001:db8::1");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(dns_parse_reverse(bad[i], &e), -EINVAL);
}

static void
test_pointer_record(void **unused)
{
	static const uint8_t record[] = {
		0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 1, 0, 5, 1, 'a', 1, 'b', 0,
	};
	uint8_t built[DNS_QUERY_SIZE];
	struct dns_query q;
	struct writer w;

	(void)unused;
	assert_int_equal(dns_parse_query(query_bytes, sizeof(query_bytes), &q), 0);
	writer_init(&w, built, sizeof(built));
	dns_answer_begin(&w, &q, DNS_NO_ERROR);
	dns_answer_name(&w, "a.b", 1);
	assert_int_equal(w.len, QUESTION_END + sizeof(record));
	assert_memory_equal(built + QUESTION_END, record, sizeof(record));
	dns_answer_name(&w, "a..b", 1);
	assert_true(w.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_no_queries),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_pointer_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
