/* SPDX-License-Identifier: ISC */
/* Golden vectors out of RFC 1928 and RFC 1929, and every prefix of each. */
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
#include "common/socks5.h"

/* A parser with its result thrown away, so that one loop serves all of them. */
typedef ssize_t parser(const void *data, size_t len);

static ssize_t
greeting(const void *data, size_t len)
{
	struct socks5_greeting g;

	return socks5_parse_greeting(data, len, &g);
}

static ssize_t
method(const void *data, size_t len)
{
	uint8_t m;

	return socks5_parse_method(data, len, &m);
}

static ssize_t
auth(const void *data, size_t len)
{
	struct socks5_auth a;

	return socks5_parse_auth(data, len, &a);
}

static ssize_t
auth_status(const void *data, size_t len)
{
	uint8_t s;

	return socks5_parse_auth_status(data, len, &s);
}

static ssize_t
request(const void *data, size_t len)
{
	struct socks5_request r;

	return socks5_parse_request(data, len, &r);
}

static ssize_t
answer(const void *data, size_t len)
{
	struct socks5_answer a;

	return socks5_parse_answer(data, len, &a);
}

static const struct {
	parser		*parse;
	const char	*bytes;
	size_t		 len;
} golden[] = {
#define GOLDEN(p, b) { p, b, sizeof(b) - 1 }
	GOLDEN(greeting, "\5\1\0"),
	GOLDEN(greeting, "\5\3\0\1\2"),
	GOLDEN(greeting, "\5\0"),
	GOLDEN(method, "\5\2"),
	GOLDEN(method, "\5\xff"),
	GOLDEN(auth, "\1\5alice\6secret"),
	GOLDEN(auth, "\1\1a\1b"),
	GOLDEN(auth_status, "\1\0"),
	GOLDEN(request, "\5\1\0\1\300\0\2\1\0\120"),
	GOLDEN(request, "\5\1\0\3\13example.com\1\273"),
	GOLDEN(request, "\5\3\0\4\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\65"),
	GOLDEN(request, "\5\x7f\0\1\1\2\3\4\0\1"),
	GOLDEN(answer, "\5\0\0\1\0\0\0\0\0\0"),
	GOLDEN(answer, "\5\5\0\3\1x\0\0"),
};

/* A message is taken whole, no prefix of it is, and bytes behind it stay. */
static void
every_prefix_wants_more(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		uint8_t *copy = malloc(golden[i].len + 3);

		assert_non_null(copy);
		memcpy(copy, golden[i].bytes, golden[i].len);
		memcpy(copy + golden[i].len, "xyz", 3);
		for (size_t n = 0; n < golden[i].len; n++) {
			/* An exact allocation, so that a read past it is seen. */
			uint8_t *exact = malloc(n == 0 ? 1 : n);

			assert_non_null(exact);
			memcpy(exact, copy, n);
			assert_int_equal(golden[i].parse(exact, n), 0);
			free(exact);
		}
		assert_int_equal(golden[i].parse(copy, golden[i].len), golden[i].len);
		assert_int_equal(golden[i].parse(copy, golden[i].len + 3), golden[i].len);
		free(copy);
	}
}

static void
malformed_is_refused(void **state UNUSED)
{
	assert_int_equal(greeting("\4\1\0", 3), -EPROTO);
	assert_int_equal(greeting("G", 1), -EPROTO);
	assert_int_equal(auth("\5\1a\1b", 5), -EPROTO);
	assert_int_equal(auth("\1\0\1b", 4), -EPROTO);
	assert_int_equal(auth("\1\1a\0", 4), -EPROTO);
	assert_int_equal(auth("\1\2a\0\1b", 6), -EPROTO);
	assert_int_equal(request("\4\1\0\1", 4), -EPROTO);
	assert_int_equal(request("\5\1\0\3\0\0\120", 7), -EPROTO);
	assert_int_equal(request("\5\1\0\3\2a\0\0\120", 9), -EPROTO);
	assert_int_equal(request("\5\1\0\2", 4), -EAFNOSUPPORT);
	assert_int_equal(answer("\5\0\0\0", 4), -EAFNOSUPPORT);
}

static void
fields_arrive(void **state UNUSED)
{
	struct socks5_greeting g;
	struct socks5_auth a;
	struct socks5_request r;
	char text[HOST_TEXT_SIZE];

	socks5_parse_greeting("\5\2\2\xfe", 4, &g);
	assert_true(socks5_offers(&g, SOCKS5_METHOD_USERNAME));
	assert_true(socks5_offers(&g, 0xfe));
	assert_false(socks5_offers(&g, SOCKS5_METHOD_NONE));
	socks5_parse_auth("\1\5alice\6secret", 14, &a);
	assert_string_equal(a.username, "alice");
	assert_string_equal(a.password, "secret");
	socks5_parse_request("\5\1\0\3\13example.com\1\273", 18, &r);
	assert_string_equal(host_format(&r.dst, text), "example.com:443");
	/* An IPv4-mapped address is the IPv4 address, whatever its spelling. */
	socks5_parse_request("\5\1\0\4\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1\0\120", 22, &r);
	assert_string_equal(host_format(&r.dst, text), "127.0.0.1:80");
}

/* What one side builds, the other parses to the same. */
static void
build_and_parse_agree(void **state UNUSED)
{
	static const char *const hosts[] = { "192.0.2.1:80", "[2001:db8::1]:65535", "a:1" };
	uint8_t buf[SOCKS5_MESSAGE_MAX];
	char text[HOST_TEXT_SIZE];
	struct socks5_request r;
	struct socks5_answer a;
	struct host h;

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct writer w;

		assert_int_equal(host_parse_port(&h, hosts[i]), 0);
		writer_init(&w, buf, sizeof(buf));
		socks5_build_request(&w, SOCKS5_CONNECT, &h);
		assert_false(w.bad);
		assert_int_equal(socks5_parse_request(buf, w.len, &r), w.len);
		assert_int_equal(r.command, SOCKS5_CONNECT);
		assert_string_equal(host_format(&r.dst, text), hosts[i]);
		writer_init(&w, buf, sizeof(buf));
		socks5_build_answer(&w, SOCKS5_TTL_EXPIRED, &h);
		assert_int_equal(socks5_parse_answer(buf, w.len, &a), w.len);
		assert_int_equal(a.reply, SOCKS5_TTL_EXPIRED);
		assert_string_equal(host_format(&a.bnd, text), hosts[i]);
	}
}

/* Reading by what is missing takes one message and never a byte behind it. */
static void
missing_never_overshoots(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		size_t have = 0, more;

		if (golden[i].parse != request && golden[i].parse != answer)
			continue;
		while ((more = socks5_address_missing(golden[i].bytes, have)) > 0) {
			have += more;
			assert_true(have <= golden[i].len);
		}
		assert_int_equal(have, golden[i].len);
	}
}

static void
replies_and_errnos_agree(void **state UNUSED)
{
	for (unsigned reply = 2; reply <= SOCKS5_ADDRESS_TYPE_NOT_SUPPORTED; reply++)
		assert_int_equal(socks5_reply_from_errno(socks5_reply_errno((uint8_t)reply)), reply);
	assert_int_equal(socks5_reply_errno(0x42), ECONNREFUSED);
	assert_string_equal(socks5_reply_text(0x42), "unassigned reply");
}

static void
a_long_message_does_not_fit(void **state UNUSED)
{
	uint8_t buf[9];
	struct writer w;
	struct host h = { .type = HOST_IP };

	h.endpoint.family = AF_INET;
	writer_init(&w, buf, sizeof(buf));
	socks5_build_request(&w, SOCKS5_CONNECT, &h);
	assert_true(w.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_wants_more),
		cmocka_unit_test(malformed_is_refused),
		cmocka_unit_test(fields_arrive),
		cmocka_unit_test(build_and_parse_agree),
		cmocka_unit_test(missing_never_overshoots),
		cmocka_unit_test(replies_and_errnos_agree),
		cmocka_unit_test(a_long_message_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
