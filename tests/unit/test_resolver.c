/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/loop.h"
#include "server/resolver.h"
#include "tests/lib/dnsd.h"
#include "tests/lib/looptest.h"

static const struct dnsd_record records[] = {
	{ "four.test", AF_INET, DNSD_ANSWER, 0, "192.0.2.1" },
	{ "six.test", AF_INET6, DNSD_ANSWER, 0, "2001:db8::1" },
	{ "many.test", AF_INET, DNSD_ANSWER, 0, "192.0.2.3,192.0.2.1,192.0.2.2" },
	{ "mapped.test", AF_INET6, DNSD_ANSWER, 0, "::ffff:127.0.0.1" },
	{ "mixed.test", AF_INET6, DNSD_ANSWER, 0, "::ffff:127.0.0.1,2001:db8::2" },
	{ "long.test", AF_INET, DNSD_TRUNCATE, 0, "192.0.2.7" },
	{ "broken.test", AF_INET, DNSD_SERVFAIL, 0, NULL },
	{ "mute.test", AF_INET, DNSD_SILENCE, 0, NULL },
	{ "slow.test", AF_INET, DNSD_ANSWER, 40, "192.0.2.9" },
};

/* More than the resolver will have open. */
#define FLOOD	16400

static const char *server;

static struct {
	int		 error;
	struct endpoint	 addresses[8];
	unsigned	 count;
	unsigned	 calls;
} seen;

static void
answered(int error, const struct endpoint *addresses, unsigned count, void *arg UNUSED)
{
	assert_true((error == 0) == (count > 0));
	assert_true(count <= ARRAY_SIZE(seen.addresses));
	seen.error = error;
	seen.count = count;
	for (unsigned i = 0; i < count; i++)
		seen.addresses[i] = addresses[i];
	seen.calls++;
	loop_stop();
}

static struct resolver_query *
start(const char *name, int family)
{
	struct resolver_query *q;

	memset(&seen, 0, sizeof(seen));
	q = resolver_start(name, family, answered, NULL);
	assert_non_null(q);
	assert_int_equal(seen.calls, 0);
	return q;
}

static int
outcome(const char *name, int family)
{
	start(name, family);
	looptest_run();
	assert_int_equal(seen.calls, 1);
	return seen.error;
}

static void
assert_address(unsigned i, const char *ip)
{
	struct endpoint e = looptest_endpoint(ip, 0);

	assert_true(i < seen.count);
	assert_true(endpoint_equal(&seen.addresses[i], &e));
}

static void
an_address_is_its_own_answer(void **state UNUSED)
{
	assert_int_equal(outcome("192.0.2.5", AF_INET), 0);
	assert_address(0, "192.0.2.5");
	assert_int_equal(outcome("2001:db8::5", AF_INET6), 0);
	assert_address(0, "2001:db8::5");
	assert_int_equal(outcome("192.0.2.5", AF_INET6), EHOSTUNREACH);
	assert_int_equal(outcome("2001:db8::5", AF_INET), EHOSTUNREACH);
	assert_int_equal(dnsd_questions(), 0);
}

static void
each_family_is_asked_for_alone(void **state UNUSED)
{
	assert_int_equal(outcome("four.test", AF_INET), 0);
	assert_int_equal(seen.count, 1);
	assert_address(0, "192.0.2.1");
	assert_int_equal(outcome("six.test", AF_INET6), 0);
	assert_address(0, "2001:db8::1");
	assert_int_equal(dnsd_questions(), 2);
	assert_int_equal(outcome("four.test", AF_INET6), EHOSTUNREACH);
	assert_int_equal(outcome("six.test", AF_INET), EHOSTUNREACH);
}

static void
equal_addresses_keep_the_order_of_the_server(void **state UNUSED)
{
	assert_int_equal(outcome("many.test", AF_INET), 0);
	assert_int_equal(seen.count, 3);
	assert_address(0, "192.0.2.3");
	assert_address(1, "192.0.2.1");
	assert_address(2, "192.0.2.2");
}

/* Else an AAAA record could name an IPv4 address that a source or a rule forbids. */
static void
a_mapped_address_is_not_ip6(void **state UNUSED)
{
	assert_int_equal(outcome("mapped.test", AF_INET6), EHOSTUNREACH);
	assert_int_equal(outcome("mixed.test", AF_INET6), 0);
	assert_int_equal(seen.count, 1);
	assert_address(0, "2001:db8::2");
}

static void
failures_are_told_apart(void **state UNUSED)
{
	char label[100];

	assert_int_equal(outcome("nobody.test", AF_INET), EHOSTUNREACH);
	assert_int_equal(outcome("broken.test", AF_INET), EAGAIN);
	assert_int_equal(outcome("two..dots", AF_INET), EHOSTUNREACH);
	memset(label, 'a', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	assert_int_equal(outcome(label, AF_INET), EHOSTUNREACH);
}

static void
a_truncated_answer_is_fetched_by_tcp(void **state UNUSED)
{
	assert_int_equal(outcome("long.test", AF_INET), 0);
	assert_address(0, "192.0.2.7");
	assert_int_equal(dnsd_questions(), 2);
}

static void
localhost_is_this_host_in_both_families(void **state UNUSED)
{
	static const char *const names[] = { "localhost", "LocalHost.", "a.b.localhost" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(outcome(names[i], AF_INET), 0);
		assert_address(0, "127.0.0.1");
		assert_int_equal(outcome(names[i], AF_INET6), 0);
		assert_address(0, "::1");
	}
	assert_int_equal(dnsd_questions(), 0);
	assert_int_equal(outcome("notlocalhost", AF_INET), EHOSTUNREACH);
	assert_true(dnsd_questions() > 0);
}

static void
an_absent_server_is_no_answer(void **state UNUSED)
{
	uint16_t port = 0;
	char csv[32];

	close(looptest_listen("127.0.0.1", &port));
	snprintf(csv, sizeof(csv), "127.0.0.1:%u", port);
	assert_int_equal(resolver_set_servers(csv), 0);
	assert_int_equal(outcome("four.test", AF_INET), EAGAIN);
	assert_int_equal(resolver_set_servers("nonsense"), -EINVAL);
}

static void
a_cancelled_query_is_silent(void **state UNUSED)
{
	resolver_cancel(start("192.0.2.5", AF_INET));
	resolver_cancel(start("localhost", AF_INET));
	resolver_cancel(start("four.test", AF_INET));
	resolver_cancel(start("slow.test", AF_INET));
	/* Long enough for the answers that nobody wants. */
	looptest_run_for(100);
	assert_int_equal(seen.calls, 0);
	start("mute.test", AF_INET);
	start("slow.test", AF_INET);
	start("localhost", AF_INET);
	/* tear_down() ends them: one that c-ares holds, one answered, one forgotten. */
}

static void
a_reload_asks_the_new_servers(void **state UNUSED)
{
	uint16_t port = 0;
	char csv[32];
	int silent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct endpoint e = looptest_endpoint("127.0.0.1", port);
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&e, &ss);

	assert_int_equal(bind(silent, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(getsockname(silent, (struct sockaddr *)&ss, &len), 0);
	assert_int_equal(endpoint_from_sockaddr(&e, (struct sockaddr *)&ss, len), 0);
	snprintf(csv, sizeof(csv), "127.0.0.1:%u", e.port);
	assert_int_equal(resolver_set_servers(csv), 0);
	resolver_cancel(start("many.test", AF_INET));
	start("four.test", AF_INET);
	looptest_run_for(20);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(resolver_set_servers(server), 0);
	assert_int_equal(seen.calls, 0);
	looptest_run();
	assert_int_equal(seen.calls, 1);
	assert_address(0, "192.0.2.1");
	close(silent);
}

static unsigned timed_out, refused;

static void
flooded(int error, const struct endpoint *addresses UNUSED, unsigned count UNUSED,
    void *arg UNUSED)
{
	timed_out += error == ETIMEDOUT;
	refused += error == EAGAIN;
	if (timed_out + refused == FLOOD)
		loop_stop();
}

/* Takes the 10 seconds that the resolver gives to a server. */
static void
a_flood_of_questions_ends(void **state UNUSED)
{
	uint64_t before = looptest_ms();

	timed_out = refused = 0;
	for (unsigned i = 0; i < FLOOD; i++)
		assert_non_null(resolver_start("mute.test", AF_INET, flooded, NULL));
	looptest_run();
	assert_int_equal(timed_out, 16384);
	assert_int_equal(refused, FLOOD - 16384);
	assert_in_range(looptest_ms() - before, 9000, 90000);
}

static unsigned fds_before;

static int
set_up(void **state UNUSED)
{
	fds_before = looptest_open_fds();
	if (loop_init() < 0)
		return -1;
	server = dnsd_start(records, ARRAY_SIZE(records));
	return resolver_set_servers(server);
}

static int
tear_down(void **state UNUSED)
{
	resolver_fini();
	dnsd_stop();
	loop_fini();
	return looptest_open_fds() == fds_before ? 0 : -1;
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_address_is_its_own_answer),
		TEST(each_family_is_asked_for_alone),
		TEST(equal_addresses_keep_the_order_of_the_server),
		TEST(a_mapped_address_is_not_ip6),
		TEST(failures_are_told_apart),
		TEST(a_truncated_answer_is_fetched_by_tcp),
		TEST(localhost_is_this_host_in_both_families),
		TEST(an_absent_server_is_no_answer),
		TEST(a_cancelled_query_is_silent),
		TEST(a_reload_asks_the_new_servers),
		TEST(a_flood_of_questions_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
