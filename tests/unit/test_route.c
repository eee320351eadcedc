/* SPDX-License-Identifier: ISC */
/*
 * Which way connections and names go. The settings are loaded once a process, so
 * every case runs in a child with an environment of its own.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/hosts.h"
#include "libsocksify/names.h"
#include "libsocksify/route.h"

#define PROXY "192.0.2.9:1080"

/* Runs @body in a child with SOCKS5_SERVER set to @server; 0 when all that it checks holds. */
static int
in_child(const char *server, int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		clearenv();
		if (server != NULL)
			setenv("SOCKS5_SERVER", server, 1);
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define CHECK(condition) \
	do { \
		if (!(condition)) \
			return __LINE__ & 0xff ? __LINE__ & 0xff : 1; \
	} while (0)

static const struct endpoint unbound;

static struct route
way_to(const char *text)
{
	struct endpoint to;
	struct host host;
	struct route route;

	if (host_parse_port(&host, text) < 0)
		abort();
	to = host.endpoint;
	route_connect(&unbound, &to, &route);
	return route;
}

static int
configured(void)
{
	struct route r;
	struct endpoint a;

	CHECK(way_to("127.0.0.1:80").way == ROUTE_DIRECT);
	CHECK(way_to("127.1.2.3:80").way == ROUTE_DIRECT);
	CHECK(way_to("[::1]:80").way == ROUTE_DIRECT);
	CHECK(way_to("0.0.0.0:80").way == ROUTE_DIRECT);
	CHECK(way_to("[::]:80").way == ROUTE_DIRECT);
	CHECK(way_to(PROXY).way == ROUTE_DIRECT);
	CHECK(way_to("192.0.2.9:1081").way == ROUTE_PROXY);
	r = way_to("[2001:db8::1]:80");
	CHECK(r.way == ROUTE_PROXY && r.dst.type == HOST_IP && host_port(&r.dst) == 80);
	CHECK(r.candidate_count == 1 && r.candidates[0] == 0);
	CHECK(r.settings->proxies[0].addresses[0].port == 1080);
	CHECK(names_address("web.example", AF_INET, &a) == 0);
	a.port = 443;
	route_connect(&unbound, &a, &r);
	CHECK(r.way == ROUTE_PROXY && r.dst.type == HOST_NAME && host_port(&r.dst) == 443);
	CHECK(strcmp(r.dst.name, "web.example") == 0);
	r = way_to("198.18.77.77:443");
	CHECK(r.way == ROUTE_REFUSE && r.error == ENETUNREACH);
	return 0;
}

static int
inert(void)
{
	CHECK(way_to("192.0.2.1:80").way == ROUTE_DIRECT);
	CHECK(route_name("web.example") != ROUTE_NAME_REMOTE);
	return 0;
}

static int
failed(void)
{
	struct route r = way_to("192.0.2.1:80");

	CHECK(r.way == ROUTE_REFUSE && r.error == ENETUNREACH);
	CHECK(way_to("198.18.0.1:80").way == ROUTE_REFUSE);
	CHECK(way_to("127.0.0.1:80").way == ROUTE_DIRECT);
	CHECK(route_name("web.example") == ROUTE_NAME_REMOTE);
	return 0;
}

static int
names(void)
{
	char own[HOST_NAME_MAX_LEN + 1];

	CHECK(route_name("web.example") == ROUTE_NAME_REMOTE);
	CHECK(route_name("localhost.example") == ROUTE_NAME_REMOTE);
	CHECK(route_name("notlocalhost") == ROUTE_NAME_REMOTE);
	CHECK(route_name("localhost") != ROUTE_NAME_REMOTE);
	CHECK(route_name("LocalHost.") != ROUTE_NAME_REMOTE);
	CHECK(route_name("a.b.localhost") != ROUTE_NAME_REMOTE);
	CHECK(gethostname(own, sizeof(own)) == 0);
	CHECK(route_name(own) != ROUTE_NAME_REMOTE);
	return 0;
}

static void
test_configured(void **unused)
{
	(void)unused;
	assert_int_equal(in_child(PROXY, configured), 0);
}

static void
test_inert(void **unused)
{
	(void)unused;
	assert_int_equal(in_child(NULL, inert), 0);
	assert_int_equal(in_child("", inert), 0);
}

static void
test_failed(void **unused)
{
	(void)unused;
	assert_int_equal(in_child("no.such.proxy.invalid:1080", failed), 0);
	assert_int_equal(in_child("192.0.2.9:x", failed), 0);
	assert_int_equal(in_child("http://192.0.2.9:1", failed), 0);
}

static void
test_names(void **unused)
{
	(void)unused;
	assert_int_equal(in_child(PROXY, names), 0);
	assert_int_equal(in_child("localhost", names), 0);
}

/* A hosts file with every oddity that people's files have. */
static void
test_hosts_file(void **unused)
{
	static const char text[] =
	    "# comment 192.0.2.99 box\n"
	    "192.0.2.1\tbox.example  box#not-this\n"
	    "  2001:db8::1 BOX # nor this\r\n"
	    "not-an-address box\n"
	    "192.0.2.1 again box\n"
	    "\n"
	    "192.0.2.3 other";
	char file[] = "/tmp/test_route.XXXXXX", name[HOST_NAME_MAX_LEN + 1];
	struct hosts_answer a;
	struct endpoint e;
	int fd = mkstemp(file);

	(void)unused;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), (int)sizeof(text) - 1);
	hosts_find_name(file, "Box", &a);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.addresses[1].family, AF_INET6);
	assert_string_equal(a.canonical, "box.example");
	hosts_find_name(file, "other", &a);
	assert_int_equal(a.count, 1);
	hosts_find_name(file, "not-this", &a);
	assert_int_equal(a.count, 0);
	assert_int_equal(endpoint_parse_ip(&e, "192.0.2.3"), 0);
	assert_int_equal(hosts_find_address(file, &e, name), 0);
	assert_string_equal(name, "other");
	assert_int_equal(endpoint_parse_ip(&e, "192.0.2.99"), 0);
	assert_int_equal(hosts_find_address(file, &e, name), -ENOENT);
	close(fd);
	unlink(file);
	hosts_find_name(file, "box", &a);
	assert_int_equal(a.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_inert),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_hosts_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
