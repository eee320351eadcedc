/* SPDX-License-Identifier: ISC */
/* Requests byte by byte, and every prefix of an answer. */
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
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
