/* SPDX-License-Identifier: ISC */
/* Requests byte by byte, every prefix of a request and of an answer, every limit. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "common/socks4.h"

static struct host
host(const char *text)
{
	struct host h;

	assert_int_equal(host_parse_port(&h, text), 0);
	return h;
}

static void
check_request(const char *to, const char *user, const void *expected, size_t len)
{
	uint8_t room[SOCKS4_REQUEST_MAX];
	struct host dst = host(to);
	struct writer w;

	writer_init(&w, room, sizeof(room));
	socks4_build_request(&w, SOCKS4_CONNECT, &dst, user);
	assert_false(w.bad);
	assert_int_equal(w.len, len);
	assert_memory_equal(room, expected, len);
}

static void
test_request(void **unused)
{
	(void)unused;
	check_request("192.0.2.1:80", "", "\4\1\0\120\300\0\2\1", 9);
	check_request("192.0.2.1:80", "fred", "\4\1\0\120\300\0\2\1fred", 13);
	check_request("a.example:443", "fred", "\4\1\1\273\0\0\0\1fred\0a.example", 23);
}

static void
test_request_refused(void **unused)
{
	uint8_t room[SOCKS4_REQUEST_MAX];
	char user[SOCKS4_REQUEST_MAX];
	struct host dst = host("[2001:db8::1]:80");
	struct writer w;

	(void)unused;
	writer_init(&w, room, sizeof(room));
	socks4_build_request(&w, SOCKS4_CONNECT, &dst, "");
	assert_true(w.bad);
	memset(user, 'x', 256);
	user[256] = '\0';
	dst = host("192.0.2.1:80");
	writer_init(&w, room, sizeof(room));
	socks4_build_request(&w, SOCKS4_CONNECT, &dst, user);
	assert_true(w.bad);
	user[255] = '\0';
	memset(&dst, 0, sizeof(dst));
	dst.type = HOST_NAME;
	memset(dst.name, 'y', HOST_NAME_MAX_LEN);
	writer_init(&w, room, sizeof(room));
	socks4_build_request(&w, SOCKS4_CONNECT, &dst, user);
	assert_false(w.bad);
	assert_int_equal(w.len, SOCKS4_REQUEST_MAX);
}

/* Every prefix waits; the whole is what was asked for; what follows is left alone. */
static void
check_parsed(const char *to, const char *user, uint8_t command)
{
	uint8_t room[SOCKS4_REQUEST_MAX + 1];
	struct host dst = host(to);
	struct socks4_request request;
	char text[HOST_TEXT_SIZE];
	struct writer w;

	writer_init(&w, room, sizeof(room));
	socks4_build_request(&w, command, &dst, user);
	assert_false(w.bad);
	for (size_t len = 0; len < w.len; len++) {
		/* A copy of its own, so that a read past the end is seen. */
		uint8_t *prefix = malloc(len + 1);

		assert_non_null(prefix);
		memcpy(prefix + 1, room, len);
		assert_int_equal(socks4_parse_request(prefix + 1, len, &request), 0);
		free(prefix);
	}
	room[w.len] = 'x';
	assert_int_equal(socks4_parse_request(room, w.len + 1, &request), w.len);
	assert_int_equal(request.command, command);
	assert_string_equal(request.user, user);
	assert_int_equal(request.dst.type, dst.type);
	assert_string_equal(host_format(&request.dst, text), to);
}

static void
test_request_parsed(void **unused)
{
	char user[256], name[HOST_NAME_MAX_LEN + 8];

	(void)unused;
	check_parsed("192.0.2.1:80", "", SOCKS4_CONNECT);
	check_parsed("192.0.2.1:65535", "fred", SOCKS4_BIND);
	check_parsed("0.0.0.0:0", "fred", SOCKS4_BIND);
	check_parsed("0.0.1.1:1", "", 3);
	check_parsed("255.255.255.255:1", "", 255);
	check_parsed("a.example:443", "", SOCKS4_CONNECT);
	check_parsed("a.example:443", "fred", SOCKS4_CONNECT);
	memset(user, 'u', 255);
	user[255] = '\0';
	memset(name, 'n', HOST_NAME_MAX_LEN);
	strcpy(name + HOST_NAME_MAX_LEN, ":80");
	check_parsed("192.0.2.1:80", user, SOCKS4_CONNECT);
	check_parsed(name, "", SOCKS4_CONNECT);
	check_parsed(name, user, SOCKS4_CONNECT);
}

/* As soon as it is certain, and whatever follows. */
static void
check_malformed(const void *bytes, size_t len)
{
	struct socks4_request request;
	uint8_t room[1024] = { 0 };

	memcpy(room, bytes, len);
	for (size_t prefix = 0; prefix < len; prefix++)
		assert_int_equal(socks4_parse_request(room, prefix, &request), 0);
	for (size_t more = len; more <= sizeof(room); more++)
		assert_int_equal(socks4_parse_request(room, more, &request), -EPROTO);
}

static void
test_request_malformed(void **unused)
{
	uint8_t bytes[8 + 256] = { 4, 1, 0, 80, 192, 0, 2, 1 };
	uint8_t named[8 + 1 + 256] = { 4, 1, 0, 80, 0, 0, 0, 255 };

	(void)unused;
	check_malformed("\5", 1);
	check_malformed("", 1);
	check_malformed("\4\1\0\120\0\0\0\1\0\0", 10);
	check_malformed("\4\1\0\120\0\0\0\1u\0\0", 11);
	memset(bytes + 8, 'u', 256);
	check_malformed(bytes, sizeof(bytes));
	memset(named + 9, 'n', 256);
	check_malformed(named, sizeof(named));
}

static void
test_answer_built(void **unused)
{
	uint8_t room[SOCKS4_ANSWER_SIZE];
	struct endpoint bound = host("192.0.2.7:1080").endpoint;
	struct writer w;

	(void)unused;
	writer_init(&w, room, sizeof(room));
	socks4_build_answer(&w, SOCKS4_GRANTED, &bound);
	assert_false(w.bad);
	assert_int_equal(w.len, SOCKS4_ANSWER_SIZE);
	assert_memory_equal(room, "\0\132\4\70\300\0\2\7", SOCKS4_ANSWER_SIZE);
	bound = host("[2001:db8::1]:1080").endpoint;
	writer_init(&w, room, sizeof(room));
	socks4_build_answer(&w, SOCKS4_GRANTED, &bound);
	assert_memory_equal(room, "\0\132\4\70\0\0\0\0", SOCKS4_ANSWER_SIZE);
	writer_init(&w, room, sizeof(room) - 1);
	socks4_build_answer(&w, SOCKS4_REJECTED, &bound);
	assert_true(w.bad);
}

static void
test_answer(void **unused)
{
	static const uint8_t granted[] = { 0, 90, 4, 56, 192, 0, 2, 7 };
	struct socks4_answer answer;

	(void)unused;
	for (size_t len = 0; len < sizeof(granted); len++)
		assert_int_equal(socks4_parse_answer(granted, len, &answer), 0);
	assert_int_equal(socks4_parse_answer(granted, sizeof(granted), &answer),
	    SOCKS4_ANSWER_SIZE);
	assert_int_equal(answer.code, SOCKS4_GRANTED);
	assert_int_equal(answer.endpoint.port, 1080);
	assert_int_equal(answer.endpoint.ip[3], 7);
	assert_int_equal(socks4_parse_answer("\4\133\0\0\0\0\0", 8, &answer), SOCKS4_ANSWER_SIZE);
	assert_int_equal(answer.code, SOCKS4_REJECTED);
	assert_int_equal(socks4_parse_answer("\5", 1, &answer), -EPROTO);
	assert_int_equal(socks4_parse_answer("HTTP/1.1", 8, &answer), -EPROTO);
}

static void
test_codes(void **unused)
{
	(void)unused;
	assert_int_equal(socks4_code_errno(SOCKS4_GRANTED), 0);
	assert_int_equal(socks4_code_errno(SOCKS4_REJECTED), ECONNREFUSED);
	assert_int_equal(socks4_code_errno(SOCKS4_NO_IDENTD), EACCES);
	assert_int_equal(socks4_code_errno(SOCKS4_OTHER_USER), EACCES);
	assert_int_equal(socks4_code_errno(0), ECONNREFUSED);
	for (unsigned code = 0; code < 256; code++)
		assert_non_null(socks4_code_text((uint8_t)code));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_request_refused),
		cmocka_unit_test(test_request_parsed),
		cmocka_unit_test(test_request_malformed),
		cmocka_unit_test(test_answer_built),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
