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
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/direct_addresses.h"
#include "libsocksify/health.h"
#include "libsocksify/hosts.h"
#include "libsocksify/names.h"
#include "libsocksify/route.h"
#include "libsocksify/state.h"

#define PROXY "192.0.2.9:1080"

/* Runs @body in a child with SOCKS5_SERVER set to @server; 0 when all that it checks holds. */
static int
in_child(const char *server, int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		clearenv();
		/* The networks of this machine may be those of the examples. */
		setenv("SOCKS_AUTOADD_LANROUTES", "no", 1);
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

/* Who empties the variable has not asked for no proxy. */
static int
without_state(void)
{
	setenv(STATE_VARIABLE, "", 1);
	return failed();
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

/* A table of routes, as a user writes them. */
static struct settings settings;

static struct settings_route *
add(const char *to, uint16_t port, int proxy)
{
	struct settings_route *r = &settings.routes[settings.route_count];
	struct host host;
	char text[64];
	const char *slash = strchr(to, '/');
	int error = 0;

	assert_int_equal(settings_route_all(&settings, proxy < 0 ? 0 : (unsigned)proxy), 0);
	r->direct = proxy < 0;
	if (port != 0) {
		r->to.port_op = PORT_EQ;
		r->to.port = port;
	}
	if (slash != NULL) {
		snprintf(text, sizeof(text), "%.*s", (int)(slash - to), to);
		assert_int_equal(host_parse(&host, text), 0);
		r->to.type = SETTINGS_NET;
		r->to.net = host.endpoint;
		r->to.prefix = (uint8_t)atoi(slash + 1);
	} else if (strcmp(to, "any") != 0) {
		r->to.type = to[0] == '.' ? SETTINGS_DOMAIN : SETTINGS_NAME;
		r->to.name = settings_add_text(&settings, to, &error);
		assert_int_equal(error, 0);
	}
	return r;
}

static void
begin(unsigned proxies)
{
	settings_init(&settings);
	settings.proxy_count = proxies;
	for (unsigned i = 0; i < proxies; i++) {
		settings.proxies[i].address_count = 1;
		settings.proxies[i].addresses[0] = (struct endpoint){ .family = AF_INET,
			.port = 1080, .ip = { 203, 0, 113, (uint8_t)(i + 1) } };
	}
}

/*
 * Which way @to goes, as text: "direct", "0,1" for the candidates, or "ENETUNREACH" and its
 * like. A name gets its reserved address first.
 */
static const char *
way(const char *from, const char *to)
{
	static char text[64];
	struct endpoint address, bound = unbound;
	struct host host;
	struct route r;

	assert_int_equal(host_parse_port(&host, to), 0);
	address = host.endpoint;
	if (host.type == HOST_NAME) {
		assert_int_equal(names_address(host.name, AF_INET, &address), 0);
		address.port = host_port(&host);
	}
	if (from != NULL) {
		assert_int_equal(host_parse_port(&host, from), 0);
		bound = host.endpoint;
	}
	route_decide(&settings, &bound, &address, &r);
	text[0] = '\0';
	for (unsigned i = 0; i < r.candidate_count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u",
		    i > 0 ? "," : "", r.candidates[i]);
	assert_int_equal(r.way == ROUTE_PROXY, r.candidate_count > 0);
	if (r.way == ROUTE_DIRECT)
		return "direct";
	return r.way == ROUTE_REFUSE ? strerrorname_np(r.error) : text;
}

static int
prepare(void **state)
{
	static struct state *shared;

	(void)state;
	if (shared == NULL && state_make_private(&shared) < 0)
		return -1;
	memset(&shared->health, 0, sizeof(shared->health));
	names_use(&shared->names);
	health_use(&shared->health);
	begin(3);
	return 0;
}

static void
test_order(void **unused)
{
	(void)unused;
	add("10.0.0.0/8", 0, -1);
	add(".example.com", 443, 0);
	add(".example.com", 0, 1);
	add("192.0.2.0/24", 0, 2);
	add("192.0.2.7/32", 0, 1);
	add("2001:db8::/32", 0, 0);
	assert_string_equal(way(NULL, "10.1.2.3:80"), "direct");
	assert_string_equal(way(NULL, "www.example.com:443"), "0,1");
	assert_string_equal(way(NULL, "example.com:80"), "1");
	assert_string_equal(way(NULL, "192.0.2.7:80"), "2,1");
	assert_string_equal(way(NULL, "192.0.2.8:80"), "2");
	assert_string_equal(way(NULL, "[2001:db8::5]:80"), "0");
	assert_string_equal(way(NULL, "198.51.100.1:80"), "ENETUNREACH");
	assert_string_equal(way(NULL, "example.org:80"), "ENETUNREACH");
	settings.direct_fallback = 1;
	assert_string_equal(way(NULL, "198.51.100.1:80"), "direct");
	/* The name has no address that it could be sent to. */
	assert_string_equal(way(NULL, "example.org:80"), "EHOSTUNREACH");
	/* The proxies themselves. */
	add("any", 0, 2);
	assert_string_equal(way(NULL, "203.0.113.2:1080"), "direct");
	assert_string_equal(way(NULL, "203.0.113.2:80"), "2");
}

static void
test_candidates_end_at_direct(void **unused)
{
	(void)unused;
	add("192.0.2.0/24", 0, 0);
	add("192.0.2.0/24", 0, 0);
	add("192.0.0.0/16", 0, -1);
	add("any", 0, 1);
	assert_string_equal(way(NULL, "192.0.2.1:80"), "0");
	assert_string_equal(way(NULL, "192.0.3.1:80"), "direct");
	assert_string_equal(way(NULL, "192.1.3.1:80"), "1");
}

static void
test_names_and_addresses_apart(void **unused)
{
	(void)unused;
	add("0.0.0.0/0", 0, 0);
	add("::/0", 0, 0);
	add(".", 0, 1);
	assert_string_equal(way(NULL, "web.example:80"), "1");
	assert_string_equal(way(NULL, "192.0.2.1:80"), "0");
	assert_string_equal(way(NULL, "[2001:db8::1]:80"), "0");
}

/* A reserved address says that some port of the name goes by a proxy. */
static void
test_direct_port_of_a_name(void **unused)
{
	(void)unused;
	add(".lan", 22, -1);
	add("any", 0, 0);
	assert_string_equal(way(NULL, "box.lan:80"), "0");
	assert_string_equal(way(NULL, "box.lan:22"), "EHOSTUNREACH");
	assert_string_equal(way(NULL, "198.18.200.200:80"), "ENETUNREACH");
}

/* What the resolver gave for a direct name is direct, although the routes to addresses say else. */
static void
test_address_of_a_direct_name(void **unused)
{
	struct endpoint address;

	(void)unused;
	add(".lan", 0, -1);
	add("lan.example", 80, -1);
	add("any", 0, 0);
	assert_true(route_decide_name_direct(&settings, "box.lan"));
	assert_false(route_decide_name_direct(&settings, "box.land"));
	assert_false(route_decide_name_direct(&settings, "lan.example"));
	endpoint_parse_ip(&address, "198.51.100.77");
	assert_string_equal(way(NULL, "198.51.100.77:80"), "0");
	direct_addresses_add(&address);
	assert_string_equal(way(NULL, "198.51.100.77:80"), "direct");
	assert_string_equal(way(NULL, "198.51.100.78:80"), "0");
	/* The oldest gives way. */
	for (unsigned i = 0; i < DIRECT_ADDRESSES; i++) {
		address.ip[2] = (uint8_t)(100 + (i >> 8));
		address.ip[3] = (uint8_t)i;
		direct_addresses_add(&address);
	}
	assert_string_equal(way(NULL, "198.51.101.255:80"), "direct");
	/* A name that is direct only because no route matches it has no say. */
	begin(1);
	add("10.0.0.0/8", 0, 0);
	settings.direct_fallback = 1;
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_LOCAL);
	assert_false(route_decide_name_direct(&settings, "box"));
}

static void
test_commands_and_protocols(void **unused)
{
	(void)unused;
	add("any", 0, 0)->commands = ROUTE_COMMAND_BIND | ROUTE_COMMAND_UDPASSOCIATE;
	add("any", 0, 1)->protocols = ROUTE_PROTOCOL_UDP;
	add("any", 0, 2)->commands = ROUTE_COMMAND_CONNECT;
	assert_string_equal(way(NULL, "192.0.2.1:80"), "2");
}

static void
test_from(void **unused)
{
	struct settings_route *r = add("any", 0, 0);

	(void)unused;
	r->from.type = SETTINGS_NET;
	r->from.net = (struct endpoint){ .family = AF_INET, .ip = { 10 } };
	r->from.prefix = 8;
	add("any", 0, 1);
	assert_string_equal(way(NULL, "192.0.2.1:80"), "1");
	assert_string_equal(way("10.2.3.4:0", "192.0.2.1:80"), "0,1");
	assert_string_equal(way("11.2.3.4:5", "192.0.2.1:80"), "1");
	r->from.prefix = 0;
	assert_string_equal(way(NULL, "192.0.2.1:80"), "0,1");
}

static void
test_loopback(void **unused)
{
	(void)unused;
	add("any", 0, 0);
	assert_string_equal(way(NULL, "127.0.0.1:80"), "direct");
	assert_string_equal(way(NULL, "[::1]:80"), "direct");
	assert_string_equal(way(NULL, "0.0.0.0:80"), "direct");
	settings.proxy_loopback = 1;
	assert_string_equal(way(NULL, "127.0.0.1:80"), "0");
	assert_string_equal(way(NULL, "[::]:80"), "0");
	settings.proxy_loopback = 0;
	/* A net that contains loopback beside all else does not mean it. */
	add("0.0.0.0/0", 0, 1);
	assert_string_equal(way(NULL, "127.0.0.1:80"), "direct");
	add("127.0.0.0/16", 8080, 1);
	assert_string_equal(way(NULL, "127.0.0.1:8080"), "1");
	assert_string_equal(way(NULL, "127.1.0.1:8080"), "direct");
	assert_string_equal(way(NULL, "127.0.0.1:80"), "direct");
	add("localhost", 0, 2);
	assert_string_equal(way(NULL, "127.0.0.1:80"), "2");
	assert_string_equal(way(NULL, "[::1]:80"), "2");
	begin(1);
	add("::1/128", 0, 0);
	assert_string_equal(way(NULL, "[::1]:80"), "0");
	assert_string_equal(way(NULL, "127.0.0.1:80"), "direct");
}

static void
test_bad_proxies_are_passed_over(void **unused)
{
	int64_t now = health_now();

	(void)unused;
	for (int i = 0; i < 3; i++)
		add("any", 0, i);
	health_failed(&settings, 0, now);
	assert_string_equal(way(NULL, "192.0.2.1:80"), "1,2");
	health_failed(&settings, 2, now - 2000);
	assert_string_equal(way(NULL, "192.0.2.1:80"), "1");
	/* None is left: the one that failed first may be up again. */
	health_failed(&settings, 1, now - 1000);
	assert_string_equal(way(NULL, "192.0.2.1:80"), "2,1,0");
	health_worked(0);
	assert_string_equal(way(NULL, "192.0.2.1:80"), "0");
	settings.route_maxfail = 0;
	assert_string_equal(way(NULL, "192.0.2.1:80"), "0,1,2");
}

static void
test_names_kept_local(void **unused)
{
	struct settings_route *r;

	(void)unused;
	add("any", 0, 0);
	assert_int_equal(route_decide_name(&settings, "a.example"), ROUTE_NAME_REMOTE);
	settings.names = NAMES_RESOLVED;
	assert_int_equal(route_decide_name(&settings, "a.example"), ROUTE_NAME_LOCAL);
	assert_int_equal(route_decide_name(&settings, "localhost"), ROUTE_NAME_LOOPBACK);
	begin(2);
	add(".lan", 0, -1);
	add("any", 0, 0);
	assert_int_equal(route_decide_name(&settings, "box.lan"), ROUTE_NAME_LOCAL);
	assert_int_equal(route_decide_name(&settings, "box.lan."), ROUTE_NAME_LOCAL);
	assert_int_equal(route_decide_name(&settings, "box.land"), ROUTE_NAME_REMOTE);
	/* A route that no port comes to keeps nothing from the resolver. */
	begin(2);
	add("box", 80, -1);
	add("box", 80, 0);
	add("any", 0, -1);
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_LOCAL);
	settings.routes[1].to.port = 81;
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_REMOTE);
	settings.routes[1].to.port_op = PORT_LT;
	settings.routes[1].to.port = 80;
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_REMOTE);
	settings.routes[0].to.port_op = PORT_LE;
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_LOCAL);
	settings.routes[1].to.port_op = PORT_RANGE;
	settings.routes[1].to.port_last = 81;
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_REMOTE);
	/* Nothing matches: refused, and not looked up either; unless all else is direct. */
	begin(1);
	add("192.0.2.0/24", 0, 0);
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_REMOTE);
	settings.direct_fallback = 1;
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_LOCAL);
	/* Where a socket will be bound to is not known yet. */
	begin(1);
	r = add("any", 0, -1);
	r->from.type = SETTINGS_NET;
	r->from.net.family = AF_INET;
	r->from.prefix = 8;
	add("any", 0, 0);
	assert_int_equal(route_decide_name(&settings, "box"), ROUTE_NAME_REMOTE);
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
	assert_int_equal(in_child(NULL, without_state), 0);
	assert_int_equal(in_child(PROXY, without_state), 0);
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
	char file[] = "/tmp/test_route.XXXXXX";
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
	assert_int_equal(a.aliases_len, sizeof("4box") + sizeof("6BOX") + sizeof("4again"));
	assert_string_equal(a.aliases + 1, "box");
	assert_int_equal(a.aliases[sizeof("4box")], AF_INET6);
	hosts_find_name(file, "other", &a);
	assert_int_equal(a.count, 1);
	hosts_find_name(file, "not-this", &a);
	assert_int_equal(a.count, 0);
	assert_int_equal(endpoint_parse_ip(&e, "192.0.2.3"), 0);
	hosts_find_address(file, &e, &a);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.canonical, "other");
	assert_int_equal(endpoint_parse_ip(&e, "192.0.2.99"), 0);
	hosts_find_address(file, &e, &a);
	assert_int_equal(a.count, 0);
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
		cmocka_unit_test_setup(test_order, prepare),
		cmocka_unit_test_setup(test_candidates_end_at_direct, prepare),
		cmocka_unit_test_setup(test_names_and_addresses_apart, prepare),
		cmocka_unit_test_setup(test_direct_port_of_a_name, prepare),
		cmocka_unit_test_setup(test_address_of_a_direct_name, prepare),
		cmocka_unit_test_setup(test_commands_and_protocols, prepare),
		cmocka_unit_test_setup(test_from, prepare),
		cmocka_unit_test_setup(test_loopback, prepare),
		cmocka_unit_test_setup(test_bad_proxies_are_passed_over, prepare),
		cmocka_unit_test_setup(test_names_kept_local, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
