/* SPDX-License-Identifier: ISC */
/* The request as text, and answers that must be read to their last byte and no further. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "common/compiler.h"
#include "common/http_connect.h"

/* The request for @to, ended with NUL; NULL where it cannot be made. */
static const char *
request(const char *to, const char *username, const char *password)
{
	static char room[HTTP_CONNECT_MAX + 1];
	struct host dst;
	struct writer w;

	assert_int_equal(host_parse_port(&dst, to), 0);
	writer_init(&w, room, sizeof(room) - 1);
	http_connect_build(&w, &dst, username, password);
	room[w.len] = '\0';
	return w.bad ? NULL : room;
}

static void
test_request(void **unused)
{
	(void)unused;
	assert_string_equal(request("a.example:443", "", ""),
	    "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
	assert_string_equal(request("[2001:db8::1]:80", "", ""),
	    "CONNECT [2001:db8::1]:80 HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n");
	/* RFC 7617 section 2. */
	assert_string_equal(request("192.0.2.1:80", "Aladdin", "open sesame"),
	    "CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: 192.0.2.1:80\r\n"
	    "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
	assert_non_null(strstr(request("a.example:1", "ab", ""), "Basic YWI6\r\n"));
	assert_non_null(strstr(request("a.example:1", "a", "b\377"), "Basic YTpi/w==\r\n"));
	assert_non_null(strstr(request("a.example:1", "a", "bc\377"), "Basic YTpiY/8=\r\n"));
}

static void
test_request_refused(void **unused)
{
	(void)unused;
	assert_null(request("a.example:443", "us:er", "password"));
	assert_null(request("a\r\nx.example:443", "", ""));
	assert_null(request("a b.example:443", "", ""));
}

static void
test_longest_request(void **unused)
{
	char to[HOST_TEXT_SIZE], username[256], password[256];

	(void)unused;
	memset(to, 'a', HOST_NAME_MAX_LEN);
	strcpy(to + HOST_NAME_MAX_LEN, ":65535");
	memset(username, 'b', 255);
	memset(password, 'c', 255);
	username[255] = '\0';
	password[255] = '\0';
	assert_non_null(request(to, username, password));
}

/*
 * Feeds @text as http_answer_missing() asks for it. How many bytes were taken, or
 * -EPROTO, or -EAGAIN when more were wanted.
 */
static int
feed(const char *text, struct http_answer *a)
{
	size_t len = strlen(text), at = 0, n;

	*a = (struct http_answer){ 0 };
	while ((n = http_answer_missing(a)) > 0) {
		if (n > len - at)
			n = len - at;
		if (n == 0)
			return -EAGAIN;
		if (http_answer_take(a, (const uint8_t *)text + at, n) < 0)
			return -EPROTO;
		at += n;
	}
	return (int)at;
}

static void
test_answers(void **unused)
{
	static const struct {
		const char	*head;
		unsigned	 status;
	} good[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n", 200 },
		{ "HTTP/1.0 200\r\n\r\n", 200 },
		{ "HTTP/1.1 200\n\n", 200 },
		{ "HTTP/1.1 200 a\r\nb: c\r\nd:\r\n\r\n", 200 },
		{ "HTTP/1.1 200 ab\nb: cd\n\n", 200 },
		{ "HTTP/1.1 407 Proxy Authentication Required\r\nA: b\r\n\r\n", 407 },
	};
	char text[128];
	struct http_answer a;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		size_t len = strlen(good[i].head);

		strcpy(text, good[i].head);
		strcat(text, "\n\r\ntarget");
		assert_int_equal(feed(text, &a), len);
		assert_int_equal(a.status, good[i].status);
		for (size_t n = 0; n < len; n++) {
			memcpy(text, good[i].head, n);
			text[n] = '\0';
			assert_int_equal(feed(text, &a), -EAGAIN);
		}
	}
}

static void
test_no_answers(void **unused)
{
	static const char *const bad[] = {
		"SSH-2.0-OpenSSH", "\5\1", "HTTP/2.0 200", "HTTP/1.1  200", "HTTP/1.1 20a",
		"HTTP/1.1\r\n\r\n", "http/1.1 200",
	};
	struct http_answer a = { 0 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(feed(bad[i], &a), -EPROTO);
	assert_int_equal(feed("HTTP/1.1 200", &a), -EAGAIN);
	for (unsigned i = a.length; i < UINT16_MAX; i++)
		assert_int_equal(http_answer_take(&a, (const uint8_t *)"x", 1), 0);
	assert_int_equal(http_answer_take(&a, (const uint8_t *)"x", 1), -EPROTO);
}

static void
test_statuses(void **unused)
{
	(void)unused;
	assert_int_equal(http_status_errno(200), 0);
	assert_int_equal(http_status_errno(299), 0);
	assert_int_equal(http_status_errno(407), EACCES);
	assert_int_equal(http_status_errno(403), EACCES);
	assert_int_equal(http_status_errno(502), ECONNREFUSED);
	assert_int_equal(http_status_errno(503), EHOSTUNREACH);
	assert_int_equal(http_status_errno(504), ETIMEDOUT);
	assert_int_equal(http_status_errno(302), ECONNREFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_request_refused),
		cmocka_unit_test(test_longest_request),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_answers),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
