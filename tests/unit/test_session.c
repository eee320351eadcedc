/* SPDX-License-Identifier: ISC */
/* A session survives its way between two processes, and nothing else passes for one. */
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
#include "common/socks4.h"
#include "common/socks5.h"
#include "server/ipc.h"
#include "server/session.h"

static void
fill(struct session *s, const char *target, size_t early)
{
	memset(s, 0, sizeof(*s));
	s->accepted_ms = 0x1122334455667788;
	assert_int_equal(endpoint_parse_ip(&s->client, "2001:db8::7"), 0);
	s->client.port = 40000;
	assert_int_equal(endpoint_parse_ip(&s->internal, "192.0.2.1"), 0);
	s->internal.port = 1080;
	s->client_rule = (struct session_rule){ 3, RULE_LOG_CONNECT };
	s->socks_rule = (struct session_rule){ 65535, RULE_LOG_ERROR | RULE_LOG_DATA };
	s->io_timeout = 86400;
	s->version = SOCKS5_VERSION;
	s->method = AUTH_USERNAME;
	s->command = SOCKS5_CONNECT;
	memset(s->user, 'u', sizeof(s->user) - 1);
	assert_int_equal(host_parse_port(&s->dst, target), 0);
	s->early_len = (uint16_t)early;
	memset(s->early, 0xa5, early);
}

static size_t
pack(const struct session *s, uint8_t *buf)
{
	struct writer w;

	writer_init(&w, buf, IPC_PAYLOAD_MAX);
	session_pack(&w, s);
	assert_false(w.bad);
	return w.len;
}

/* The largest session there can be still fits a message. */
static void
arrives_as_it_left(void **state UNUSED)
{
	char longest[HOST_NAME_MAX_LEN + 8];
	const char *targets[] = { "192.0.2.9:1", "[2001:db8::9]:65535", longest };
	static struct session in, out;
	uint8_t buf[IPC_PAYLOAD_MAX];
	struct reader r;

	memset(longest, 'n', HOST_NAME_MAX_LEN);
	strcpy(longest + HOST_NAME_MAX_LEN, ":443");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		fill(&in, targets[i], SESSION_EARLY_MAX);
		memset(&out, 0, sizeof(out));
		reader_init(&r, buf, pack(&in, buf));
		assert_int_equal(session_unpack(&r, &out), 0);
		assert_memory_equal(&in, &out, sizeof(in));
	}
}

static void
no_prefix_and_no_surplus_passes(void **state UNUSED)
{
	static struct session in, out;
	uint8_t buf[IPC_PAYLOAD_MAX];
	struct reader r;
	size_t len;

	fill(&in, "example.com:80", 10);
	len = pack(&in, buf);
	for (size_t n = 0; n < len; n++) {
		reader_init(&r, buf, n);
		assert_int_equal(session_unpack(&r, &out), -EPROTO);
	}
	buf[len] = 0;
	reader_init(&r, buf, len + 1);
	assert_int_equal(session_unpack(&r, &out), -EPROTO);
}

/* What a stage that was taken over could send: every field out of its range. */
static void
nonsense_is_refused(void **state UNUSED)
{
	static struct session in, out;
	uint8_t buf[IPC_PAYLOAD_MAX];
	struct reader r;

	fill(&in, "example.com:80", 0);
	in.client.family = 77;
	reader_init(&r, buf, pack(&in, buf));
	assert_int_equal(session_unpack(&r, &out), -EPROTO);
	fill(&in, "example.com:80", 0);
	in.method = AUTH_METHODS;
	reader_init(&r, buf, pack(&in, buf));
	assert_int_equal(session_unpack(&r, &out), -EPROTO);
	for (unsigned version = 0; version < 256; version++) {
		fill(&in, "example.com:80", 0);
		in.version = (uint8_t)version;
		reader_init(&r, buf, pack(&in, buf));
		assert_int_equal(session_unpack(&r, &out), version == 5 ? 0 : -EPROTO);
		in.method = AUTH_NONE;
		reader_init(&r, buf, pack(&in, buf));
		assert_int_equal(session_unpack(&r, &out),
		    version == 4 || version == 5 ? 0 : -EPROTO);
	}
	fill(&in, "192.0.2.1:80", 0);
	in.dst.type = (enum host_type)9;
	reader_init(&r, buf, pack(&in, buf));
	assert_int_equal(session_unpack(&r, &out), -EPROTO);
}

static void
socks4_gives_up_after_two_minutes(void **state UNUSED)
{
	static struct session s;

	fill(&s, "192.0.2.1:80", 0);
	assert_int_equal(session_time_limit(&s, 0), 0);
	assert_int_equal(session_time_limit(&s, 300), 300);
	s.version = SOCKS4_VERSION;
	assert_int_equal(session_time_limit(&s, 0), 120);
	assert_int_equal(session_time_limit(&s, 300), 120);
	assert_int_equal(session_time_limit(&s, 30), 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives_as_it_left),
		cmocka_unit_test(no_prefix_and_no_surplus_passes),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(socks4_gives_up_after_two_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
