/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/dial.h"
#include "tests/lib/looptest.h"

static struct endpoint local;
static int fd;

/* Connects from any address of the family of @ip. */
static int
dial(const char *ip, uint16_t port)
{
	struct endpoint remote = looptest_endpoint(ip, port);
	struct endpoint source = { .family = remote.family };

	return dial_begin(&fd, &remote, &source, &local);
}

static int
option(int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

static void
a_connection_has_the_options_asked_for(void **state UNUSED)
{
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);

	assert_int_equal(dial("127.0.0.1", port), 0);
	assert_true(endpoint_is_loopback(&local));
	assert_int_equal(option(IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(option(SOL_SOCKET, SO_KEEPALIVE), 0);
	close(fd);
	dial_set_keepalive(true);
	assert_int_equal(dial("127.0.0.1", port), 0);
	assert_int_equal(option(SOL_SOCKET, SO_KEEPALIVE), 1);
	close(fd);
	dial_set_keepalive(false);
	close(listener);
}

static void
a_pending_connection_is_asked_again(void **state UNUSED)
{
	uint16_t port = 0;
	struct looptest_hole hole = looptest_hole("127.0.0.1", &port);
	struct endpoint remote = looptest_endpoint("127.0.0.1", port);

	assert_int_equal(dial("127.0.0.1", port), -EINPROGRESS);
	assert_int_equal(dial_check(fd, &remote, &local), -EINPROGRESS);
	close(fd);
	looptest_hole_close(&hole);
}

/* In a network namespace whose only free port is the one that is asked for. */
static void
a_connection_to_itself_is_refused(void **state UNUSED)
{
	FILE *range;

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		skip();
	assert_int_equal(system("ip link set lo up"), 0);
	range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "we");
	assert_non_null(range);
	assert_true(fputs("40000 40000", range) > 0);
	assert_int_equal(fclose(range), 0);
	assert_int_equal(dial("127.0.0.1", 40000), -ECONNREFUSED);
	assert_int_equal(fd, -1);
	assert_int_equal(dial("::1", 40000), -ECONNREFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_has_the_options_asked_for),
		cmocka_unit_test(a_pending_connection_is_asked_again),
		/* Last: it leaves the network. */
		cmocka_unit_test(a_connection_to_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
