/* SPDX-License-Identifier: ISC */
/* The server's side of the handshake: any split, any pipelining, every refusal. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "common/socks4.h"
#include "server/negotiation.h"

static const enum auth_method none[] = { AUTH_NONE };
static const enum auth_method username[] = { AUTH_USERNAME };
static const enum auth_method both[] = { AUTH_USERNAME, AUTH_NONE };

#define GREETING	"\5\2\0\2"
#define CREDENTIALS	"\1\5alice\6secret"
#define REQUEST		"\5\1\0\3\7example\1\273"
#define REQUEST4	"\4\1\1\273\0\0\0\7fred\0example\0"
#define EARLY		"GET / HTTP/1.0\r\n"

/*
 * Feeds @len bytes, @step at a time, answering the question about the password
 * with @right, and gathers what goes out. Returns the last state.
 */
static enum negotiation_state
converse(struct negotiation *n, const char *bytes, size_t len, size_t step,
    const enum auth_method *methods, unsigned count, bool right, char *out, size_t *out_len)
{
	enum negotiation_state state = NEGOTIATION_GREETING;

	negotiation_init(n);
	*out_len = 0;
	for (size_t at = 0; at < len; ) {
		size_t room, now = len - at < step ? len - at : step;
		uint8_t *to = negotiation_room(n, &room);

		assert_true(room >= now);
		memcpy(to, bytes + at, now);
		at += now;
		state = negotiation_feed(n, now, methods, count);
		if (state == NEGOTIATION_CHECKING) {
			memcpy(out + *out_len, n->out, n->out_len);
			*out_len += n->out_len;
			n->out_len = 0;
			state = negotiation_checked(n, right);
			if (state == NEGOTIATION_REQUEST)
				state = negotiation_feed(n, 0, methods, count);
		}
		memcpy(out + *out_len, n->out, n->out_len);
		*out_len += n->out_len;
		n->out_len = 0;
		if (state == NEGOTIATION_FAILED)
			break;
	}
	return state;
}

static void
any_split_leads_to_the_request(void **state UNUSED)
{
	static const char all[] = GREETING CREDENTIALS REQUEST EARLY;
	struct negotiation n;
	char out[64];
	size_t len;

	for (size_t step = 1; step < sizeof(all); step++) {
		assert_int_equal(converse(&n, all, sizeof(all) - 1, step, both, 2, true, out, &len),
		    NEGOTIATION_DONE);
		assert_int_equal(len, 4);
		assert_memory_equal(out, "\5\2\1\0", 4);
		assert_string_equal(n.auth.username, "alice");
		assert_string_equal(n.auth.password, "");
		assert_int_equal(n.request.command, SOCKS5_CONNECT);
		assert_string_equal(n.request.dst.name, "example");
		assert_int_equal(host_port(&n.request.dst), 443);
		/* Whatever came behind the request is the remote host's. */
		assert_true(n.in_len <= sizeof(EARLY) - 1);
		assert_memory_equal(n.in, EARLY, n.in_len);
		negotiation_fini(&n);
	}
}

static void
the_first_byte_decides_the_version(void **state UNUSED)
{
	static const char all[] = REQUEST4 EARLY;
	struct negotiation n;
	char out[64];
	size_t len;

	for (size_t step = 1; step < sizeof(all); step++) {
		assert_int_equal(converse(&n, all, sizeof(all) - 1, step, both, 2, true, out, &len),
		    NEGOTIATION_DONE);
		assert_int_equal(len, 0);
		assert_int_equal(n.version, SOCKS4_VERSION);
		assert_int_equal(n.method, AUTH_NONE);
		assert_string_equal(n.auth.username, "fred");
		assert_int_equal(n.request.command, SOCKS4_CONNECT);
		assert_string_equal(n.request.dst.name, "example");
		assert_int_equal(host_port(&n.request.dst), 443);
		assert_true(n.in_len <= sizeof(EARLY) - 1);
		assert_memory_equal(n.in, EARLY, n.in_len);
		negotiation_fini(&n);
	}
	for (size_t end = 1; end < sizeof(REQUEST4) - 1; end++)
		assert_int_equal(converse(&n, all, end, end, none, 1, true, out, &len),
		    NEGOTIATION_REQUEST4);
}

static void
socks4_has_no_method_but_none(void **state UNUSED)
{
	static const char all[] = REQUEST4;
	struct negotiation n;
	char out[64];
	size_t len;

	for (size_t step = 1; step < sizeof(all); step++) {
		assert_int_equal(converse(&n, all, sizeof(all) - 1, step, username, 1, true, out,
		    &len), NEGOTIATION_FAILED);
		assert_int_equal(len, SOCKS4_ANSWER_SIZE);
		assert_memory_equal(out, "\0\133\0\0\0\0\0\0", len);
		assert_string_equal(n.failure,
		    "client offered no acceptable authentication method");
	}
	assert_int_equal(converse(&n, all, sizeof(all) - 1, 99, NULL, 0, true, out, &len),
	    NEGOTIATION_FAILED);
}

/* A user without an end never fills the buffer. */
static void
an_endless_socks4_request_is_refused(void **state UNUSED)
{
	char all[600];
	struct negotiation n;
	char out[64];
	size_t len;

	memset(all, 'u', sizeof(all));
	memcpy(all, REQUEST4, 8);
	for (size_t step = 1; step < sizeof(all); step += 7) {
		assert_int_equal(converse(&n, all, sizeof(all), step, none, 1, true, out, &len),
		    NEGOTIATION_FAILED);
		assert_int_equal(len, SOCKS4_ANSWER_SIZE);
		assert_string_equal(n.failure, "malformed request");
	}
}

static void
the_servers_order_of_methods_counts(void **state UNUSED)
{
	struct negotiation n;
	char out[64];
	size_t len;

	converse(&n, GREETING, 4, 4, none, 1, true, out, &len);
	assert_memory_equal(out, "\5\0", 2);
	assert_int_equal(n.method, AUTH_NONE);
	converse(&n, GREETING, 4, 4, username, 1, true, out, &len);
	assert_memory_equal(out, "\5\2", 2);
}

static const struct {
	const char	*bytes;
	size_t		 len;
	const char	*out;
	size_t		 out_len;
	const char	*failure;
} refusals[] = {
#define REJECTED	"\0\133\0\0\0\0\0\0"
#define REFUSAL(b, o, f) { b, sizeof(b) - 1, o, sizeof(o) - 1, f }
	REFUSAL("GET / ", "", "not the greeting of a SOCKS client"),
	REFUSAL("\0", "", "not the greeting of a SOCKS client"),
	REFUSAL("\6", "", "not the greeting of a SOCKS client"),
	REFUSAL("\4\0\0\120\1\2\3\4\0", REJECTED, "unknown command"),
	REFUSAL("\4\3\0\120\1\2\3\4fred\0", REJECTED, "unknown command"),
	REFUSAL("\4\1\0\120\0\0\0\4fred\0\0", REJECTED, "malformed request"),
	REFUSAL("\5\1\1", "\5\xff", "client offered no acceptable authentication method"),
	REFUSAL("\5\0", "\5\xff", "client offered no acceptable authentication method"),
	REFUSAL("\5\1\2\1\0", "\5\2", "malformed user name and password"),
	REFUSAL("\5\1\0" "\5\1\0\2", "\5\0" "\5\10\0\1\0\0\0\0\0\0", "unknown address type"),
	REFUSAL("\5\1\0" "\5\11\0\1\1\2\3\4\0\1", "\5\0" "\5\7\0\1\0\0\0\0\0\0",
	    "unknown command"),
	REFUSAL("\5\1\0" "\5\0\0\1\1\2\3\4\0\1", "\5\0" "\5\7\0\1\0\0\0\0\0\0",
	    "unknown command"),
	REFUSAL("\5\1\0" "\4\1\0\1", "\5\0" "\5\1\0\1\0\0\0\0\0\0", "malformed request"),
	REFUSAL("\5\1\0" "\5\1\0\3\0\0\1", "\5\0" "\5\1\0\1\0\0\0\0\0\0", "malformed request"),
};

static void
every_refusal_has_its_answer(void **state UNUSED)
{
	struct negotiation n;
	char out[64];
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		for (size_t step = 1; step <= refusals[i].len; step++) {
			assert_int_equal(converse(&n, refusals[i].bytes, refusals[i].len, step,
			    both, 2, true, out, &len), NEGOTIATION_FAILED);
			assert_int_equal(len, refusals[i].out_len);
			assert_memory_equal(out, refusals[i].out, len);
			assert_string_equal(n.failure, refusals[i].failure);
		}
	}
}

static void
a_wrong_password_ends_it(void **state UNUSED)
{
	static const char all[] = GREETING CREDENTIALS REQUEST;
	struct negotiation n;
	char out[64];
	size_t len;

	assert_int_equal(converse(&n, all, sizeof(all) - 1, sizeof(all), username, 1, false, out,
	    &len), NEGOTIATION_FAILED);
	assert_int_equal(len, 4);
	assert_memory_equal(out, "\5\2\1\1", 4);
	assert_string_equal(n.auth.password, "");
}

/* A prefix of a good conversation never fails and never is done. */
static void
every_prefix_waits(void **state UNUSED)
{
	static const char all[] = GREETING CREDENTIALS REQUEST;
	struct negotiation n;
	char out[64];
	size_t len;

	for (size_t end = 1; end < sizeof(all) - 1; end++) {
		enum negotiation_state got = converse(&n, all, end, end, username, 1, true, out,
		    &len);

		assert_true(got == NEGOTIATION_GREETING || got == NEGOTIATION_AUTH ||
		    got == NEGOTIATION_REQUEST);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_split_leads_to_the_request),
		cmocka_unit_test(the_first_byte_decides_the_version),
		cmocka_unit_test(socks4_has_no_method_but_none),
		cmocka_unit_test(an_endless_socks4_request_is_refused),
		cmocka_unit_test(the_servers_order_of_methods_counts),
		cmocka_unit_test(every_refusal_has_its_answer),
		cmocka_unit_test(a_wrong_password_ends_it),
		cmocka_unit_test(every_prefix_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
