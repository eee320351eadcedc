/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/bind_wait.h"
#include "server/loop.h"
#include "server/resolver.h"
#include "tests/lib/looptest.h"

static struct seen {
	struct bind_wait		*wait;
	struct endpoint			 bound, host;
	struct endpoint			 strangers[4];
	unsigned			 stranger_count;
	unsigned			 shortages;
	bool				 done;
	struct connector_result		 result;
} seen;

/* What the owner answers. */
static int		 permit_error;		/* for 127.0.0.1 */
static int		 listening_error;
static unsigned		 peers_to_refuse;
static bool		 stop_when_listening;

static int
permit(const struct endpoint *host, void *arg UNUSED)
{
	return host->family == AF_INET ? permit_error : 0;
}

static int
listening(const struct endpoint *bound, const struct endpoint *host, void *arg UNUSED)
{
	seen.bound = *bound;
	seen.host = *host;
	if (stop_when_listening)
		loop_stop();
	return listening_error;
}

static bool
peer_came(const struct endpoint *peer, bool expected, void *arg UNUSED)
{
	if (expected && peers_to_refuse == 0)
		return true;
	if (expected)
		peers_to_refuse--;
	assert_true(seen.stranger_count < ARRAY_SIZE(seen.strangers));
	seen.strangers[seen.stranger_count++] = *peer;
	return false;
}

static void
shortage(int error, void *arg UNUSED)
{
	assert_int_equal(error, EMFILE);
	seen.shortages++;
	loop_stop();
}

static void
done(const struct connector_result *result, void *arg UNUSED)
{
	assert_false(seen.done);
	seen.done = true;
	seen.wait = NULL;
	seen.result = *result;
	loop_stop();
}

static const struct bind_wait_ops ops = { permit, listening, peer_came, shortage, done };

/* Begins to wait for @host, "name:port" or an address, at @four and @six; NULL: no source. */
static void
begin(const char *host, const char *four, const char *six, uint64_t timeout_ms)
{
	struct endpoint internal = looptest_endpoint("127.0.0.5", 1080);
	struct connector_sources sources = { { 0 }, { 0 } };
	struct bind_wait_request request = { .sources = &sources, .internal = &internal,
	    .timeout_ms = timeout_ms };
	struct host dst;

	memset(&seen, 0, sizeof(seen));
	permit_error = listening_error = 0;
	peers_to_refuse = 0;
	stop_when_listening = true;
	assert_int_equal(host_parse_port(&dst, host), 0);
	if (four != NULL)
		sources.ip4 = looptest_endpoint(four, 0);
	if (six != NULL)
		sources.ip6 = looptest_endpoint(six, 0);
	request.dst = &dst;
	assert_int_equal(bind_wait_start(&seen.wait, &request, &ops, NULL), 0);
	assert_int_equal(seen.bound.family, AF_UNSPEC);
}

static int
connect_from(const char *ip)
{
	struct endpoint from = looptest_endpoint(ip, 0);
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&from, &ss);
	int fd = socket(from.family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	len = endpoint_to_sockaddr(&seen.bound, &ss);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

static void
expect_failure(int error)
{
	looptest_run();
	assert_true(seen.done);
	assert_int_equal(seen.result.error, error);
	assert_int_equal(seen.result.fd, -1);
}

static void
the_host_asked_for_is_taken(void **state UNUSED)
{
	unsigned before = looptest_open_fds();
	int value = 0, peer;
	socklen_t len = sizeof(value);

	begin("127.0.0.2:0", "127.0.0.1", NULL, 20000);
	looptest_run();
	assert_true(seen.bound.port >= 1024);
	peer = connect_from("127.0.0.2");
	looptest_run();
	assert_true(seen.done);
	assert_int_equal(seen.result.error, 0);
	assert_true(endpoint_equal(&seen.result.local, &seen.bound));
	assert_true(endpoint_same_ip(&seen.result.remote, &seen.host));
	assert_int_equal(getsockopt(seen.result.fd, IPPROTO_TCP, TCP_NODELAY, &value, &len), 0);
	assert_int_equal(value, 1);
	/* The listening socket is gone. */
	assert_int_equal(looptest_open_fds(), before + 2);
	close(peer);
	close(seen.result.fd);
}

static void
others_are_closed_and_the_wait_goes_on(void **state UNUSED)
{
	int stranger, refused, peer;
	char byte;

	begin("127.0.0.2:0", "127.0.0.1", NULL, 20000);
	looptest_run();
	peers_to_refuse = 1;
	stranger = connect_from("127.0.0.3");
	refused = connect_from("127.0.0.2");
	peer = connect_from("127.0.0.2");
	looptest_run();
	assert_true(seen.done);
	assert_int_equal(seen.result.error, 0);
	assert_int_equal(seen.stranger_count, 2);
	assert_true(endpoint_same_ip(&seen.strangers[1], &seen.host));
	assert_int_equal(recv(stranger, &byte, 1, 0), 0);
	assert_int_equal(recv(refused, &byte, 1, 0), 0);
	assert_int_equal(recv(peer, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	close(stranger);
	close(refused);
	close(peer);
	close(seen.result.fd);
}

static void
anybody_may_come_in_either_family(void **state UNUSED)
{
	static const struct {
		const char	*host, *four, *six, *bound;
	} cases[] = {
		{ "0.0.0.0:0", "127.0.0.1", "::1", "127.0.0.1" },
		{ "[::]:0", "127.0.0.1", "::1", "::1" },
		{ "0.0.0.0:0", NULL, "::1", "::1" },
		{ "[::]:0", "127.0.0.1", NULL, "127.0.0.1" },
		/* What the configuration leaves open: the way to the host, or as the client. */
		{ "0.0.0.0:0", "0.0.0.0", NULL, "127.0.0.5" },
		{ "127.0.0.2:0", "0.0.0.0", NULL, "127.0.0.1" },
		{ "[::1]:0", NULL, "::", "::1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint bound = looptest_endpoint(cases[i].bound, 0);
		int peer;

		begin(cases[i].host, cases[i].four, cases[i].six, 20000);
		looptest_run();
		assert_true(endpoint_same_ip(&seen.bound, &bound));
		peer = connect_from(bound.family == AF_INET6 ? "::1" : "127.0.0.2");
		looptest_run();
		assert_true(seen.done);
		assert_int_equal(seen.result.error, 0);
		close(peer);
		close(seen.result.fd);
	}
}

static void
a_name_is_all_its_permitted_addresses(void **state UNUSED)
{
	int peer;

	begin("localhost:0", "127.0.0.1", "::1", 20000);
	looptest_run();
	assert_int_equal(seen.bound.family, AF_INET6);
	bind_wait_cancel(seen.wait);
	begin("localhost:0", "127.0.0.1", NULL, 20000);
	looptest_run();
	assert_int_equal(seen.bound.family, AF_INET);
	peer = connect_from("127.0.0.1");
	looptest_run();
	assert_int_equal(seen.result.error, 0);
	close(peer);
	close(seen.result.fd);
	begin("localhost:0", "127.0.0.1", NULL, 20000);
	permit_error = -EACCES;
	expect_failure(EACCES);
}

static void
the_port_asked_for_is_had_or_another(void **state UNUSED)
{
	uint16_t port = 0;
	int holder = looptest_listen("127.0.0.1", &port);
	char host[32];

	snprintf(host, sizeof(host), "127.0.0.2:%u", port);
	begin(host, "127.0.0.1", NULL, 0);
	looptest_run();
	assert_int_not_equal(seen.bound.port, port);
	bind_wait_cancel(seen.wait);
	close(holder);
	begin(host, "127.0.0.1", NULL, 0);
	looptest_run();
	assert_int_equal(seen.bound.port, port);
	bind_wait_cancel(seen.wait);
	begin("127.0.0.2:21", "127.0.0.1", NULL, 0);
	looptest_run();
	assert_true(seen.bound.port >= 1024);
	bind_wait_cancel(seen.wait);
}

static void
it_fails_where_it_cannot_be(void **state UNUSED)
{
	uint64_t start;

	begin("127.0.0.2:0", NULL, "::1", 0);
	expect_failure(ENETUNREACH);
	begin("localhost:0", NULL, NULL, 0);
	expect_failure(ENETUNREACH);
	/* Not an address of this host. */
	begin("127.0.0.2:0", "203.0.113.9", NULL, 0);
	expect_failure(EADDRNOTAVAIL);
	begin("127.0.0.2:0", "127.0.0.1", NULL, 0);
	listening_error = -EPIPE;
	stop_when_listening = false;
	expect_failure(EPIPE);
	start = looptest_ms();
	begin("127.0.0.2:0", "127.0.0.1", NULL, 200);
	stop_when_listening = false;
	expect_failure(ETIMEDOUT);
	assert_in_range(looptest_ms() - start, 150, 10000);
}

static void
a_shortage_is_waited_for(void **state UNUSED)
{
	int peer, another;

	begin("127.0.0.2:0", "127.0.0.1", NULL, 0);
	looptest_forbid_descriptors();
	looptest_run();
	assert_int_equal(seen.shortages, 1);
	assert_int_equal(seen.bound.family, AF_UNSPEC);
	looptest_allow_descriptors();
	looptest_run();
	peer = connect_from("127.0.0.2");
	looptest_forbid_descriptors();
	looptest_run();
	assert_int_equal(seen.shortages, 2);
	looptest_allow_descriptors();
	/* Under valgrind, accept(2) loses the connection that it has no number for. */
	another = connect_from("127.0.0.2");
	looptest_run();
	assert_true(seen.done);
	assert_int_equal(seen.result.error, 0);
	close(peer);
	close(another);
	close(seen.result.fd);
}

static void
nothing_is_left_of_a_cancelled_one(void **state UNUSED)
{
	unsigned before = looptest_open_fds();

	begin("127.0.0.2:0", "127.0.0.1", NULL, 100);
	bind_wait_cancel(seen.wait);
	begin("127.0.0.2:0", "127.0.0.1", NULL, 100);
	looptest_run();
	bind_wait_cancel(seen.wait);
	begin("localhost:0", "127.0.0.1", NULL, 100);
	bind_wait_cancel(seen.wait);
	looptest_run_for(300);
	assert_false(seen.done);
	assert_int_equal(looptest_open_fds(), before);
}

static int
set_up(void **state UNUSED)
{
	return loop_init() < 0 || resolver_init() < 0 ? -1 : 0;
}

static int
tear_down(void **state UNUSED)
{
	resolver_fini();
	loop_fini();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_asked_for_is_taken),
		cmocka_unit_test(others_are_closed_and_the_wait_goes_on),
		cmocka_unit_test(anybody_may_come_in_either_family),
		cmocka_unit_test(a_name_is_all_its_permitted_addresses),
		cmocka_unit_test(the_port_asked_for_is_had_or_another),
		cmocka_unit_test(it_fails_where_it_cannot_be),
		cmocka_unit_test(a_shortage_is_waited_for),
		cmocka_unit_test(nothing_is_left_of_a_cancelled_one),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
