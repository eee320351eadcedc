/* SPDX-License-Identifier: ISC */
/* Connections to real listeners on loopback, names from a DNS server of our own. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/connector.h"
#include "server/loop.h"
#include "server/resolver.h"
#include "tests/lib/dnsd.h"
#include "tests/lib/looptest.h"

#define TIMEOUT_MS	10000

static const struct dnsd_record records[] = {
	{ "both.test", AF_INET, DNSD_ANSWER, 0, "127.0.0.1" },
	{ "both.test", AF_INET6, DNSD_ANSWER, 0, "::1" },
	{ "four.test", AF_INET, DNSD_ANSWER, 0, "127.0.0.1" },
	{ "six.test", AF_INET6, DNSD_ANSWER, 0, "::1" },
	{ "late6.test", AF_INET, DNSD_ANSWER, 0, "127.0.0.1" },
	{ "late6.test", AF_INET6, DNSD_ANSWER, 25, "::1" },
	{ "tardy6.test", AF_INET, DNSD_ANSWER, 0, "127.0.0.1" },
	{ "tardy6.test", AF_INET6, DNSD_ANSWER, 1000, "::1" },
	{ "mute6.test", AF_INET, DNSD_ANSWER, 0, "127.0.0.1" },
	{ "mute6.test", AF_INET6, DNSD_SILENCE, 0, NULL },
	{ "mute.test", AF_INET, DNSD_SILENCE, 0, NULL },
	{ "mute.test", AF_INET6, DNSD_SILENCE, 0, NULL },
	{ "broken.test", AF_INET, DNSD_SERVFAIL, 0, NULL },
	{ "many.test", AF_INET, DNSD_ANSWER, 0, "127.0.0.3,127.0.0.2,127.0.0.1" },
	{ "zero.test", AF_INET, DNSD_ANSWER, 0, "0.0.0.0" },
};

static struct connector_sources any_source;

/* What a connection came to. */
static struct {
	struct connector	*handle;
	struct connector_result	 result;
	unsigned		 calls;
	uint64_t		 started, took;	/* ms */
} seen;

static void
connected(const struct connector_result *result, void *arg UNUSED)
{
	seen.result = *result;
	seen.calls++;
	seen.took = looptest_ms() - seen.started;
	loop_stop();
}

/* Bits of what permit() refuses. */
enum { REFUSE_4 = 1, REFUSE_6 = 2 };
static int refused;
static unsigned permits;

static int
permit(const struct endpoint *remote, void *arg UNUSED)
{
	permits++;
	return refused & (remote->family == AF_INET ? REFUSE_4 : REFUSE_6) ? -EACCES : 0;
}

static int
start(const char *target, uint16_t port, uint64_t timeout_ms)
{
	struct host dst;

	memset(&seen, 0, sizeof(seen));
	permits = 0;
	seen.started = looptest_ms();
	assert_int_equal(host_parse(&dst, target), 0);
	dst.endpoint.port = port;
	return connector_start(&seen.handle, &dst, &any_source, timeout_ms, permit, connected, NULL,
	    &seen.result);
}

/* The error that a connection to @target ends with; 0: it stands. */
static int
outcome_within(const char *target, uint16_t port, uint64_t timeout_ms)
{
	int r = start(target, port, timeout_ms);

	if (r == -EINPROGRESS) {
		assert_int_equal(seen.calls, 0);
		looptest_run();
		assert_int_equal(seen.calls, 1);
	} else {
		assert_int_equal(r, 0);
	}
	assert_true((seen.result.fd >= 0) == (seen.result.error == 0));
	return seen.result.error;
}

static int
outcome(const char *target, uint16_t port)
{
	return outcome_within(target, port, TIMEOUT_MS);
}

/* The connection stands and goes to @ip; ends it. */
static void
assert_connected_to(const char *ip, uint16_t port)
{
	struct endpoint e = looptest_endpoint(ip, port), peer;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	assert_int_equal(seen.result.error, 0);
	assert_true(endpoint_equal(&seen.result.remote, &e));
	assert_int_equal(getpeername(seen.result.fd, (struct sockaddr *)&ss, &len), 0);
	assert_int_equal(endpoint_from_sockaddr(&peer, (struct sockaddr *)&ss, len), 0);
	assert_true(endpoint_equal(&peer, &e));
	assert_int_equal(seen.result.local.family, e.family);
	assert_int_not_equal(seen.result.local.port, 0);
	close(seen.result.fd);
}

static void
an_address_is_connected_at_once(void **state UNUSED)
{
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);

	assert_int_equal(start("127.0.0.1", port, TIMEOUT_MS), 0);
	assert_null(seen.handle);
	assert_connected_to("127.0.0.1", port);
	assert_int_equal(permits, 0);
	close(listener);
}

static void
an_address_that_refuses_says_so_at_once(void **state UNUSED)
{
	uint16_t port = 0;

	close(looptest_listen("127.0.0.1", &port));
	assert_int_equal(start("127.0.0.1", port, TIMEOUT_MS), 0);
	assert_int_equal(seen.result.error, ECONNREFUSED);
	assert_int_equal(seen.result.fd, -1);
	assert_int_equal(seen.result.remote.port, port);
}

static void
an_address_that_answers_late_is_waited_for(void **state UNUSED)
{
	uint16_t port = 0;
	struct looptest_hole hole = looptest_hole("127.0.0.1", &port);

	assert_int_equal(start("127.0.0.1", port, TIMEOUT_MS), -EINPROGRESS);
	looptest_unblock(&hole);
	looptest_run();
	assert_int_equal(seen.calls, 1);
	assert_connected_to("127.0.0.1", port);
	looptest_hole_close(&hole);
}

static void
an_address_that_never_answers_times_out(void **state UNUSED)
{
	uint16_t port = 0;
	struct looptest_hole hole = looptest_hole("127.0.0.1", &port);

	assert_int_equal(outcome_within("127.0.0.1", port, 60), ETIMEDOUT);
	assert_int_equal(seen.result.remote.port, port);
	assert_in_range(seen.took, 50, 2000);
	looptest_hole_close(&hole);
}

static void
the_source_decides_address_and_family(void **state UNUSED)
{
	struct connector_sources saved = any_source;
	struct endpoint source = looptest_endpoint("127.0.0.5", 0);
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);

	any_source.ip4 = source;
	assert_int_equal(outcome("127.0.0.1", port), 0);
	assert_true(endpoint_same_ip(&seen.result.local, &source));
	assert_connected_to("127.0.0.1", port);

	any_source.ip6 = looptest_endpoint("::1", 0);
	assert_int_equal(outcome("::1", port), ECONNREFUSED);

	any_source.ip4 = looptest_endpoint("192.0.2.1", 0);
	assert_int_equal(outcome("127.0.0.1", port), EADDRNOTAVAIL);

	any_source.ip4.family = AF_UNSPEC;
	assert_int_equal(outcome("127.0.0.1", port), ENETUNREACH);
	assert_int_equal(outcome("four.test", port), EHOSTUNREACH);
	any_source.ip6.family = AF_UNSPEC;
	assert_int_equal(outcome("four.test", port), ENETUNREACH);
	any_source = saved;
	close(listener);
}

static void
the_any_address_is_no_target(void **state UNUSED)
{
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);

	assert_int_equal(outcome("0.0.0.0", port), EHOSTUNREACH);
	assert_int_equal(outcome("::", port), EHOSTUNREACH);
	assert_int_equal(outcome("zero.test", port), EHOSTUNREACH);
	close(listener);
}

static void
a_name_is_connected_over_ip6_first(void **state UNUSED)
{
	uint16_t port;
	int four, six;

	looptest_listen_both(&four, &six, &port);
	assert_int_equal(outcome("both.test", port), 0);
	assert_connected_to("::1", port);
	assert_int_equal(permits, 1);
	assert_int_equal(outcome("four.test", port), 0);
	assert_connected_to("127.0.0.1", port);
	assert_int_equal(outcome("six.test", port), 0);
	assert_connected_to("::1", port);
	close(four);
	close(six);
}

/* RFC 8305 section 3: 50 ms are given to AAAA, and no more. */
static void
a_late_aaaa_is_waited_for_but_not_long(void **state UNUSED)
{
	uint16_t port;
	int four, six;

	looptest_listen_both(&four, &six, &port);
	assert_int_equal(outcome("late6.test", port), 0);
	assert_connected_to("::1", port);
	assert_int_equal(outcome("tardy6.test", port), 0);
	assert_in_range(seen.took, 40, 800);
	assert_connected_to("127.0.0.1", port);
	assert_int_equal(outcome("mute6.test", port), 0);
	assert_in_range(seen.took, 40, 800);
	assert_connected_to("127.0.0.1", port);
	close(four);
	close(six);
}

static void
a_refused_ip6_costs_no_delay(void **state UNUSED)
{
	uint16_t port = 0;
	int four = looptest_listen("127.0.0.1", &port);

	assert_int_equal(outcome("both.test", port), 0);
	assert_in_range(seen.took, 0, 150);
	assert_connected_to("127.0.0.1", port);
	assert_int_equal(permits, 2);
	close(four);
}

/* RFC 8305 section 5: the next address is tried beside it after 250 ms. */
static void
a_silent_ip6_costs_one_delay(void **state UNUSED)
{
	struct looptest_hole four, six;
	uint16_t port;
	unsigned before;

	looptest_hole_both(&four, &six, &port);
	looptest_unblock(&four);
	before = looptest_open_fds();
	assert_int_equal(outcome("both.test", port), 0);
	assert_in_range(seen.took, 200, 900);
	assert_connected_to("127.0.0.1", port);
	looptest_run_for(20);
	assert_int_equal(looptest_open_fds(), before);
	looptest_hole_close(&four);
	looptest_hole_close(&six);
}

static void
every_address_of_a_name_is_tried(void **state UNUSED)
{
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);

	assert_int_equal(outcome("many.test", port), 0);
	assert_connected_to("127.0.0.1", port);
	assert_int_equal(permits, 3);
	close(listener);
}

static void
a_name_without_result_says_why(void **state UNUSED)
{
	assert_int_equal(outcome("nobody.test", 9), EHOSTUNREACH);
	assert_int_equal(outcome("broken.test", 9), EAGAIN);
	assert_int_equal(outcome_within("mute.test", 9, 80), ETIMEDOUT);
	assert_in_range(seen.took, 60, 2000);
	assert_int_equal(seen.result.remote.family, AF_UNSPEC);
}

static void
only_permitted_addresses_are_tried(void **state UNUSED)
{
	uint16_t port;
	int four, six;

	looptest_listen_both(&four, &six, &port);
	refused = REFUSE_6;
	assert_int_equal(outcome("both.test", port), 0);
	assert_connected_to("127.0.0.1", port);
	close(four);
	assert_int_equal(outcome("both.test", port), ECONNREFUSED);
	assert_int_equal(seen.result.remote.family, AF_INET);
	refused = REFUSE_4 | REFUSE_6;
	assert_int_equal(outcome("both.test", port), EACCES);
	assert_int_equal(outcome("four.test", port), EACCES);
	refused = 0;
	close(six);
}

/* Of a dead name server only those hear who asked it. */
static void
a_dead_resolver_stalls_nobody_else(void **state UNUSED)
{
	struct connector *stuck[100];
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);

	for (unsigned i = 0; i < ARRAY_SIZE(stuck); i++) {
		assert_int_equal(start("mute.test", port, TIMEOUT_MS), -EINPROGRESS);
		stuck[i] = seen.handle;
	}
	assert_int_equal(start("127.0.0.1", port, TIMEOUT_MS), 0);
	assert_connected_to("127.0.0.1", port);
	any_source.ip6.family = AF_UNSPEC;
	assert_int_equal(outcome("localhost", port), 0);	/* from /etc/hosts */
	any_source.ip6.family = AF_INET6;
	assert_in_range(seen.took, 0, 500);
	assert_connected_to("127.0.0.1", port);
	for (unsigned i = 0; i < ARRAY_SIZE(stuck); i++)
		connector_cancel(stuck[i]);
	close(listener);
}

static void
cancel_seen(void *arg UNUSED)
{
	connector_cancel(seen.handle);
	loop_stop();
}

static struct loop_deferred canceller;

/* Has the connector cancelled between its end and its callback. */
static int
permit_and_cancel(const struct endpoint *remote UNUSED, void *arg UNUSED)
{
	loop_defer(&canceller, cancel_seen, NULL);
	return 0;
}

static void
a_cancelled_connector_is_silent(void **state UNUSED)
{
	static const uint64_t stages[] = { 0, 20, 100, 400 };
	static const char *const names[] = { "both.test", "tardy6.test", "mute.test" };
	struct looptest_hole hole, hole4;
	uint16_t port;
	struct host dst;

	looptest_hole_both(&hole4, &hole, &port);
	for (unsigned i = 0; i < ARRAY_SIZE(stages) * ARRAY_SIZE(names); i++) {
		assert_int_equal(start(names[i % ARRAY_SIZE(names)], port, TIMEOUT_MS),
		    -EINPROGRESS);
		looptest_run_for(stages[i / ARRAY_SIZE(names)]);
		connector_cancel(seen.handle);
		assert_int_equal(seen.calls, 0);
	}
	assert_int_equal(start("127.0.0.1", port, TIMEOUT_MS), -EINPROGRESS);
	connector_cancel(seen.handle);
	looptest_hole_close(&hole);
	looptest_hole_close(&hole4);

	hole.listener = looptest_listen("127.0.0.1", &port);
	assert_int_equal(host_parse(&dst, "four.test"), 0);
	dst.endpoint.port = port;
	assert_int_equal(connector_start(&seen.handle, &dst, &any_source, TIMEOUT_MS,
	    permit_and_cancel, connected, NULL, &seen.result), -EINPROGRESS);
	looptest_run();
	looptest_run_for(20);
	assert_int_equal(seen.calls, 0);
	close(hole.listener);
}

static int
permit_and_forbid_descriptors(const struct endpoint *remote UNUSED, void *arg UNUSED)
{
	looptest_forbid_descriptors();
	return 0;
}

static void
a_lack_of_descriptors_is_told(void **state UNUSED)
{
	struct host dst;
	int r;

	looptest_forbid_descriptors();
	r = start("127.0.0.1", 9, TIMEOUT_MS);
	looptest_allow_descriptors();
	assert_int_equal(r, -EMFILE);
	assert_int_equal(seen.result.fd, -1);

	assert_int_equal(host_parse(&dst, "four.test"), 0);
	assert_int_equal(connector_start(&seen.handle, &dst, &any_source, TIMEOUT_MS,
	    permit_and_forbid_descriptors, connected, NULL, &seen.result), -EINPROGRESS);
	looptest_run();
	looptest_allow_descriptors();
	assert_int_equal(seen.result.error, EMFILE);
}

static unsigned fds_before;

static int
set_up(void **state UNUSED)
{
	fds_before = looptest_open_fds();
	any_source.ip4.family = AF_INET;
	any_source.ip6.family = AF_INET6;
	refused = 0;
	if (loop_init() < 0)
		return -1;
	return resolver_set_servers(dnsd_start(records, ARRAY_SIZE(records)));
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
		TEST(an_address_is_connected_at_once),
		TEST(an_address_that_refuses_says_so_at_once),
		TEST(an_address_that_answers_late_is_waited_for),
		TEST(an_address_that_never_answers_times_out),
		TEST(the_source_decides_address_and_family),
		TEST(the_any_address_is_no_target),
		TEST(a_name_is_connected_over_ip6_first),
		TEST(a_late_aaaa_is_waited_for_but_not_long),
		TEST(a_refused_ip6_costs_no_delay),
		TEST(a_silent_ip6_costs_one_delay),
		TEST(every_address_of_a_name_is_tried),
		TEST(a_name_without_result_says_why),
		TEST(only_permitted_addresses_are_tried),
		TEST(a_dead_resolver_stalls_nobody_else),
		TEST(a_cancelled_connector_is_silent),
		TEST(a_lack_of_descriptors_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
