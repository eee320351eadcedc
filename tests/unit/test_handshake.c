/* SPDX-License-Identifier: ISC */
/* The client's handshake: golden dialogues, in every split, and every way to fail. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "common/compiler.h"
#include "common/handshake.h"

struct dialogue {
	const char	*username, *password, *target;
	const char	*sent;		/* what the client must send in all */
	size_t		 sent_len;
	const char	*answers;	/* what the server says in all */
	size_t		 answers_len;
	int		 error;		/* how it ends */
	uint8_t		 reply;
};

#define BYTES(s)	s, sizeof(s) - 1
#define GREETING	"\5\1\0"
#define GREETING_LOGIN	"\5\1\2"
#define REQUEST		"\5\1\0\1\300\0\2\1\0\120"
#define OK4		"\5\0\0\1\177\0\0\1\37\220"
#define OK6		"\5\0\0\4\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\65"
#define OKNAME		"\5\0\0\3\11localhost\1\2"

static const struct dialogue dialogues[] = {
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0" OK4), 0, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0" OK6), 0, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0" OKNAME), 0, 0 },
	{ "", "", "example.com:443", BYTES(GREETING "\5\1\0\3\13example.com\1\273"),
	    BYTES("\5\0" OK4),
	    0, 0 },
	{ "", "", "[2001:db8::1]:53",
	    BYTES(GREETING "\5\1\0\4\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\65"),
	    BYTES("\5\0" OK4),
	    0, 0 },
	{ "alice", "secret", "192.0.2.1:80", BYTES(GREETING_LOGIN "\1\5alice\6secret" REQUEST),
	    BYTES("\5\2\1\0" OK4), 0, 0 },
	{ "alice", "secret", "192.0.2.1:80", BYTES(GREETING_LOGIN "\1\5alice\6secret"),
	    BYTES("\5\2\1\1"),
	    EACCES, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING), BYTES("\5\xff"), EACCES, 0 },
	/* One that wants no proof of who we are, though we offered it, is not the one we know. */
	{ "alice", "secret", "192.0.2.1:80", BYTES(GREETING_LOGIN),
	    BYTES("\5\0"), ECONNREFUSED, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING), BYTES("\5\2"), ECONNREFUSED, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING), BYTES("H"), ECONNREFUSED, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\4"), ECONNREFUSED, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST),
	    BYTES("\5\0\5\0\0\x63\0"), ECONNREFUSED, 0 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\5\1"), ECONNREFUSED, 1 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\5\2"), EACCES, 2 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\5\3"), ENETUNREACH, 3 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\5\4"), EHOSTUNREACH, 4 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\5\5"), ECONNREFUSED, 5 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST), BYTES("\5\0\5\6"), ETIMEDOUT, 6 },
	{ "", "", "192.0.2.1:80", BYTES(GREETING REQUEST),
	    BYTES("\5\0\5\x63"), ECONNREFUSED, 0x63 },
};

static const struct dialogue socks4_dialogues[] = {
	{ "", "", "192.0.2.1:80", BYTES("\4\1\0\120\300\0\2\1\0"),
	    BYTES("\0\132\0\0\0\0\0\0"), 0, 90 },
	{ "alice", "", "192.0.2.1:80", BYTES("\4\1\0\120\300\0\2\1alice\0"),
	    BYTES("\0\133\0\0\0\0\0\0"), ECONNREFUSED, 91 },
	{ "", "", "192.0.2.1:80", BYTES("\4\1\0\120\300\0\2\1\0"),
	    BYTES("\0\134\0\0\0\0\0\0"), EACCES, 92 },
	{ "", "", "192.0.2.1:80", BYTES("\4\1\0\120\300\0\2\1\0"),
	    BYTES("\5\132\0\0\0\0\0\0"), ECONNREFUSED, 0 },
	/* A name is none of its business, nor is IPv6 of either's. */
	{ "", "", "web.example:80", BYTES(""), BYTES(""), EHOSTUNREACH, 0 },
	{ "", "", "[2001:db8::1]:80", BYTES(""), BYTES(""), ENETUNREACH, 0 },
};

static const struct dialogue socks4a_dialogues[] = {
	{ "", "", "[2001:db8::1]:80", BYTES(""), BYTES(""), ENETUNREACH, 0 },
	{ "", "", "web.example:80", BYTES("\4\1\0\120\0\0\0\1\0web.example\0"),
	    BYTES("\0\132\0\0\0\0\0\0"), 0, 90 },
};

static const struct dialogue http_dialogues[] = {
	{ "", "", "web.example:80",
	    BYTES("CONNECT web.example:80 HTTP/1.1\r\nHost: web.example:80\r\n\r\n"),
	    BYTES("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n"), 0, 0 },
	{ "Aladdin", "open sesame", "[2001:db8::1]:80",
	    BYTES("CONNECT [2001:db8::1]:80 HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n"
	    "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"),
	    BYTES("HTTP/1.0 407 No\n\n"), EACCES, 0 },
	{ "", "", "192.0.2.1:80",
	    BYTES("CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: 192.0.2.1:80\r\n\r\n"),
	    BYTES("HTTP/1.1 504 Late\r\n\r\n"), ETIMEDOUT, 0 },
	{ "", "", "192.0.2.1:80",
	    BYTES("CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: 192.0.2.1:80\r\n\r\n"),
	    BYTES("SS"), ECONNREFUSED, 0 },
};

static void
start(struct handshake *h, const struct host *dst, uint8_t offers, const char *username,
    const char *password)
{
	struct handshake_server server = { .offers = offers, .username = username,
		.password = password };

	handshake_start(h, SOCKS5_CONNECT, dst, &server);
}

/* Plays @d, at most @out bytes taken and @in bytes given at a time. */
static void
play(enum handshake_protocol protocol, const struct dialogue *d, size_t out, size_t in)
{
	struct handshake h;
	struct host dst;
	char sent[1024];
	size_t sent_len = 0, given = 0;

	assert_int_equal(host_parse_port(&dst, d->target), 0);
	handshake_start(&h, SOCKS5_CONNECT, &dst, &(struct handshake_server){
		.protocol = protocol, .username = d->username, .password = d->password });
	while (!handshake_ended(&h)) {
		const uint8_t *data;
		uint8_t *room;
		size_t n = handshake_output(&h, &data);

		if (n > 0) {
			assert_int_equal(handshake_wants(&h, &room), 0);
			n = n < out ? n : out;
			memcpy(sent + sent_len, data, n);
			sent_len += n;
			handshake_sent(&h, n);
			continue;
		}
		n = handshake_wants(&h, &room);
		assert_true(n > 0);
		n = n < in ? n : in;
		assert_true(given < d->answers_len);
		n = n < d->answers_len - given ? n : d->answers_len - given;
		memcpy(room, d->answers + given, n);
		given += n;
		handshake_received(&h, n);
	}
	assert_int_equal(sent_len, d->sent_len);
	assert_memory_equal(sent, d->sent, sent_len);
	assert_int_equal(h.phase, d->error == 0 ? HANDSHAKE_DONE : HANDSHAKE_FAILED);
	assert_int_equal(h.error, d->error);
	assert_int_equal(h.reply, d->reply);
	if (d->error == 0)
		assert_int_equal(given, d->answers_len);
	handshake_fini(&h);
}

static void
play_all(enum handshake_protocol protocol, const struct dialogue *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t out = 1; out < 40; out++)
			for (size_t in = 1; in < 24; in++)
				play(protocol, &all[i], out, in);
}

static void
test_dialogues(void **state)
{
	(void)state;
	play_all(HANDSHAKE_SOCKS5, dialogues, ARRAY_SIZE(dialogues));
	play_all(HANDSHAKE_SOCKS4, socks4_dialogues, ARRAY_SIZE(socks4_dialogues));
	play_all(HANDSHAKE_SOCKS4A, socks4a_dialogues, ARRAY_SIZE(socks4a_dialogues));
	play_all(HANDSHAKE_HTTP, http_dialogues, ARRAY_SIZE(http_dialogues));
}

static void
test_never_takes_more_than_the_answer(void **state)
{
	struct handshake h;
	struct host dst;
	const uint8_t *data;
	uint8_t *room;

	(void)state;
	host_parse_port(&dst, "a:1");
	start(&h, &dst, 0, "", "");
	handshake_sent(&h, handshake_output(&h, &data));
	assert_int_equal(handshake_wants(&h, &room), 2);
	memcpy(room, "\5\0", 2);
	handshake_received(&h, 2);
	handshake_sent(&h, handshake_output(&h, &data));
	assert_int_equal(handshake_wants(&h, &room), 5);
	memcpy(room, "\5\0\0\3\1", 5);
	handshake_received(&h, 5);
	assert_int_equal(handshake_wants(&h, &room), 3);
	memcpy(room, "x\0\1", 3);
	handshake_received(&h, 3);
	assert_int_equal(h.phase, HANDSHAKE_DONE);
	assert_string_equal(h.bnd.name, "x");
	assert_int_equal(handshake_wants(&h, &room), 0);
}

static void
test_secrets_are_wiped(void **state)
{
	struct handshake h;
	struct host dst;
	const uint8_t *data;
	uint8_t *room;

	(void)state;
	host_parse_port(&dst, "a:1");
	start(&h, &dst, 0, "alice", "longersecretthantherequest");
	handshake_sent(&h, handshake_output(&h, &data));
	handshake_wants(&h, &room);
	memcpy(room, "\5\2", 2);
	handshake_received(&h, 2);
	handshake_sent(&h, handshake_output(&h, &data));
	assert_null(memmem(&h, sizeof(h), "secret", 6));
}

static void
test_too_long_a_login_fails(void **state)
{
	struct handshake h;
	struct host dst;
	char name[300];
	const uint8_t *data;
	uint8_t *room;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[256] = '\0';
	host_parse_port(&dst, "a:1");
	start(&h, &dst, 0, name, "p");
	handshake_sent(&h, handshake_output(&h, &data));
	handshake_wants(&h, &room);
	memcpy(room, "\5\2", 2);
	handshake_received(&h, 2);
	assert_int_equal(h.phase, HANDSHAKE_FAILED);
	assert_int_equal(h.error, EINVAL);
}

/* What a program sees of connect(2), for every cause that there is. */
static void
test_errors(void **state)
{
	static const struct {
		enum handshake_cause	cause;
		int			detail, error;
	} rows[] = {
		{ HANDSHAKE_TRANSPORT, ECONNREFUSED, ECONNREFUSED },
		{ HANDSHAKE_TRANSPORT, ETIMEDOUT, ETIMEDOUT },
		{ HANDSHAKE_TRANSPORT, ENETUNREACH, ENETUNREACH },
		{ HANDSHAKE_TRANSPORT, EHOSTUNREACH, EHOSTUNREACH },
		{ HANDSHAKE_TRANSPORT, ECONNRESET, ECONNREFUSED },
		{ HANDSHAKE_TRANSPORT, EPIPE, ECONNREFUSED },
		{ HANDSHAKE_TRANSPORT, ENOTCONN, ECONNREFUSED },
		{ HANDSHAKE_HANGUP, 0, ECONNREFUSED },
		{ HANDSHAKE_MALFORMED, 0, ECONNREFUSED },
		{ HANDSHAKE_NO_METHOD, 0, EACCES },
		{ HANDSHAKE_LOGIN_REFUSED, 0, EACCES },
		{ HANDSHAKE_REFUSED, 1, ECONNREFUSED },
		{ HANDSHAKE_REFUSED, 2, EACCES },
		{ HANDSHAKE_REFUSED, 3, ENETUNREACH },
		{ HANDSHAKE_REFUSED, 4, EHOSTUNREACH },
		{ HANDSHAKE_REFUSED, 5, ECONNREFUSED },
		{ HANDSHAKE_REFUSED, 6, ETIMEDOUT },
		{ HANDSHAKE_REFUSED, 7, EOPNOTSUPP },
		{ HANDSHAKE_REFUSED, 8, EAFNOSUPPORT },
		{ HANDSHAKE_REFUSED, 9, ECONNREFUSED },
		{ HANDSHAKE_REFUSED, 255, ECONNREFUSED },
		{ HANDSHAKE_REFUSED_4, 91, ECONNREFUSED },
		{ HANDSHAKE_REFUSED_4, 93, EACCES },
		{ HANDSHAKE_REFUSED_HTTP, 502, ECONNREFUSED },
		{ HANDSHAKE_REFUSED_HTTP, 403, EACCES },
		{ HANDSHAKE_REFUSED_HTTP, 100, ECONNREFUSED },
		{ HANDSHAKE_UNSPEAKABLE, EINVAL, EINVAL },
		{ HANDSHAKE_ABANDONED, EBADF, EBADF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(handshake_errno(rows[i].cause, rows[i].detail), rows[i].error);
}

/* Which methods are offered, and which of the server's choices is taken. */
static void
test_offers(void **state)
{
	static const struct {
		uint8_t		 offers;
		const char	*username, *greeting;
	} rows[] = {
		{ 0, "", "\5\1\0" },
		{ 0, "a", "\5\1\2" },
		{ HANDSHAKE_OFFER_NONE, "a", "\5\1\0" },
		{ HANDSHAKE_OFFER_NONE | HANDSHAKE_OFFER_USERNAME, "a", "\5\2\0\2" },
		{ HANDSHAKE_OFFER_NONE | HANDSHAKE_OFFER_USERNAME, "", "\5\1\0" },
	};
	struct handshake h;
	struct host dst;
	const uint8_t *data;

	(void)state;
	host_parse_port(&dst, "a:1");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = 2 + (size_t)rows[i].greeting[1];

		start(&h, &dst, rows[i].offers, rows[i].username, "p");
		assert_int_equal(handshake_output(&h, &data), len);
		assert_memory_equal(data, rows[i].greeting, len);
	}
	/* Nothing can be offered: no byte is sent. */
	start(&h, &dst, HANDSHAKE_OFFER_USERNAME, "", "");
	assert_true(handshake_ended(&h));
	assert_int_equal(h.error, EACCES);
	assert_int_equal(handshake_output(&h, &data), 0);
}

static void
test_last_phase(void **state)
{
	struct handshake h;
	struct host dst;
	const uint8_t *data;
	uint8_t *room;

	(void)state;
	host_parse_port(&dst, "a:1");
	start(&h, &dst, 0, "", "");
	handshake_sent(&h, handshake_output(&h, &data));
	handshake_wants(&h, &room);
	memcpy(room, "\5\0", 2);
	handshake_received(&h, 2);
	handshake_fail(&h, HANDSHAKE_HANGUP, 0);
	assert_int_equal(h.last, HANDSHAKE_ANSWER);
	/* A second failure does not hide where the first one was. */
	handshake_fail(&h, HANDSHAKE_ABANDONED, EBADF);
	assert_int_equal(h.last, HANDSHAKE_ANSWER);
}

static void
test_every_phase_has_a_text(void **state)
{
	(void)state;
	assert_string_equal(handshake_phase_text(HANDSHAKE_METHOD), "greeting");
	assert_string_equal(handshake_phase_text(HANDSHAKE_FAILED), "failed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_never_takes_more_than_the_answer),
		cmocka_unit_test(test_secrets_are_wiped),
		cmocka_unit_test(test_too_long_a_login_fails),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_last_phase),
		cmocka_unit_test(test_every_phase_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
