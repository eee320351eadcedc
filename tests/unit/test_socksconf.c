/* SPDX-License-Identifier: ISC */
/* What a socks.conf means. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/socksconf.h"

static struct settings settings;
static char error[512], warnings[2048], described[2048];

static void
warn(const char *message)
{
	strcat(warnings, message);
	strcat(warnings, "\n");
}

static const struct settings_report report = {
	.warn = warn, .error = error, .error_size = sizeof(error),
};

/* Out of an exact allocation, so that a read past the end is seen. */
static int
parse(const char *text)
{
	size_t len = strlen(text);
	char *exact = malloc(len == 0 ? 1 : len);
	int rc;

	assert_non_null(exact);
	memcpy(exact, text, len);
	error[0] = warnings[0] = '\0';
	settings_init(&settings);
	rc = socksconf_parse(&settings, "f", exact, len, &report);
	free(exact);
	if (rc < 0)
		fail_msg("%s: %s", text, error);
	return rc;
}

static void
say(const char *fmt, ...)
{
	size_t n = strlen(described);
	va_list args;

	va_start(args, fmt);
	vsnprintf(described + n, sizeof(described) - n, fmt, args);
	va_end(args);
}

static void
say_address(const char *what, const struct settings_address *a)
{
	static const char *const ops[] = { "", "=", "!=", "<", "<=", ">", ">=", "-" };
	char text[ENDPOINT_TEXT_SIZE];

	if (a->type == SETTINGS_NET)
		say("%s %s/%u", what, endpoint_format_ip(&a->net, text), a->prefix);
	else
		say("%s %s", what, a->type == SETTINGS_ANY ? "any" : settings_text(&settings, a->name));
	if (a->type == SETTINGS_DOMAIN)
		say("*");
	if (a->port_op == PORT_RANGE)
		say(" %u-%u", a->port, a->port_last);
	else if (a->port_op != PORT_ANY)
		say(" %s%u", ops[a->port_op], a->port);
}

static void
say_proxy(const struct proxy *p)
{
	static const char *const protocols[] = { "socks5", "socks4", "socks4a", "http" };

	say(" via %s", protocols[p->protocol]);
	if (p->username[0] != '\0')
		say(" %s", p->username);
	if (p->password[0] != '\0')
		say(":%s", p->password);
	say(" %s", settings_text(&settings, p->name));
	if (p->methods != 0)
		say(" methods%s%s%s", (p->methods & PROXY_METHOD_NONE) != 0 ? " none" : "",
		    (p->methods & PROXY_METHOD_USERNAME) != 0 ? " username" : "",
		    (p->methods & PROXY_METHOD_GSSAPI) != 0 ? " gssapi" : "");
}

/* The routes, in the order of their choice, as one line. */
static const char *
describe(void)
{
	described[0] = '\0';
	settings_sort_routes(&settings);
	for (uint32_t i = 0; i < settings.route_count; i++) {
		const struct settings_route *r = &settings.routes[i];

		if (i > 0)
			say("; ");
		if (r->from.type != SETTINGS_ANY || r->from.port_op != PORT_ANY) {
			say_address("from", &r->from);
			say(" ");
		}
		say_address("to", &r->to);
		if (r->direct)
			say(" direct");
		else
			say_proxy(&settings.proxies[r->proxy]);
		if (r->commands != ROUTE_COMMAND_ANY)
			say(" commands %u", r->commands);
		if (r->protocols != ROUTE_PROTOCOL_ANY)
			say(" protocols %u", r->protocols);
	}
	return described;
}

#define ANY	"from: 0/0 to: 0/0 "

static void
test_routes(void **unused)
{
	static const struct {
		const char *text, *described;
	} cases[] = {
		{ "", "" },
		{ "# nothing\n", "" },
		{ "route { " ANY "via: direct }", "to any direct" },
		{ "route { " ANY "via: 192.0.2.1 port = 1081 }", "to any via socks5 192.0.2.1:1081" },
		{ "route { " ANY "via: 192.0.2.1 }", "to any via socks5 192.0.2.1:1080" },
		{ "route { " ANY "via: proxy.example port: socks }",
		    "to any via socks5 proxy.example:1080" },
		{ "route {\n\tfrom: 0/0\n\tto: 0/0\n\tvia: 2001:db8::1 port = 9050\n}\n",
		    "to any via socks5 [2001:db8::1]:9050" },
		/* Addresses. */
		{ "route { from: 10.0.0.0/8 to: 192.0.2.0/24 via: direct }",
		    "from 10.0.0.0/8 to 192.0.2.0/24 direct" },
		{ "route { from: 10.0.0.0/8 port = 99 to: 0.0.0.0/0 via: direct }",
		    "from 10.0.0.0/8 =99 to 0.0.0.0/0 direct" },
		{ "route { from: 0/0 to: 192.0.2.1/255.255.255.0 via: direct }",
		    "to 192.0.2.0/24 direct" },
		{ "route { from: 0/0 to: 2001:db8::/32 port > 1023 via: direct }",
		    "to 2001:db8::/32 >1023 direct" },
		{ "route { from: 0/0 to: www.example.com port 1-99 via: direct }",
		    "to www.example.com 1-99 direct" },
		{ "route { from: 0/0 to: .example.com port neq 25 via: direct }",
		    "to .example.com* !=25 direct" },
		{ "route { from: 0/0 to: . via: direct }", "to .* direct" },
		{ "route { from: 0/0 to: 127.0.0.0/8 via: 192.0.2.1 }",
		    "to 127.0.0.0/8 via socks5 192.0.2.1:1080" },
		/* URLs and paths. */
		{ "route { " ANY "via: socks5://u:p%40@proxy:9 }", "to any via socks5 u:p@ proxy:9" },
		{ "route { " ANY "via: \"socks5h://u:%23x{}@[::1]\" }",
		    "to any via socks5 u:#x{} [::1]:1080" },
		{ "route { " ANY "via: socks4://u@h }", "to any via socks4 u h:1080" },
		{ "route { " ANY "via: socks4a://h }", "to any via socks4a h:1080" },
		{ "route { " ANY "via: http://u:p@h:3128/ }", "to any via http u:p h:3128" },
		{ "route { " ANY "via: unix:/run/tor/socks }",
		    "to any via socks5 unix:/run/tor/socks" },
		{ "route { " ANY "via: unix:@tor }", "to any via socks5 unix:@tor" },
		{ "route { " ANY "via: socks5://u:p@unix:/s }", "to any via socks5 u:p unix:/s" },
		/* What a proxy speaks. */
		{ "route { " ANY "via: 192.0.2.1 proxyprotocol: socks_v4 socks_v5 }",
		    "to any via socks5 192.0.2.1:1080" },
		{ "route { " ANY "via: 192.0.2.1 proxyprotocol: socks_v4 }",
		    "to any via socks4 192.0.2.1:1080" },
		{ "route { " ANY "via: 192.0.2.1 proxyprotocol: socks_v4 socks_v4a }",
		    "to any via socks4a 192.0.2.1:1080" },
		{ "route { " ANY "via: 192.0.2.1 port = 3128 proxyprotocol: http_v1.0 }",
		    "to any via http 192.0.2.1:3128" },
		{ "route { " ANY "via: 192.0.2.1 proxyprotocol: http socks_v5 }",
		    "to any via socks5 192.0.2.1:1080; to any via http 192.0.2.1:1080" },
		{ "route { " ANY "via: http://h proxyprotocol: http }", "to any via http h:80" },
		{ "route { " ANY "via: socks4a://h proxyprotocol: socks_v4 }",
		    "to any via socks4a h:1080" },
		/* Methods, commands, protocols. */
		{ "route { " ANY "via: h method: none username }",
		    "to any via socks5 h:1080 methods none username" },
		{ "route { " ANY "via: h socksmethod: gssapi }",
		    "to any via socks5 h:1080 methods gssapi" },
		{ "route { " ANY "via: h proxyprotocol: http method: none }",
		    "to any via http h:1080" },
		{ "route { " ANY "via: h command: connect bind }",
		    "to any via socks5 h:1080 commands 3" },
		{ "route { " ANY "via: h command: connect bindreply command: bind }",
		    "to any via socks5 h:1080 commands 7" },
		{ "route { " ANY "via: h protocol: tcp }",
		    "to any via socks5 h:1080 commands 7 protocols 1" },
		{ "route { " ANY "via: h protocol: udp command: udpassociate connect }",
		    "to any via socks5 h:1080 commands 8 protocols 2" },
		{ "route { " ANY "via: h protocol: tcp udp command: udpreply }",
		    "to any via socks5 h:1080 commands 16" },
		/* The order of choice. */
		{ "route { " ANY "via: http://a }\nroute { " ANY "via: b }\n"
		    "route { " ANY "via: socks4://c }\nroute { " ANY "via: d }\n"
		    "route { from: 0/0 to: .x via: direct }",
		    "to .x* direct; to any via socks4 c:1080; to any via socks5 b:1080; "
		    "to any via socks5 d:1080; to any via http a:80" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		parse(cases[i].text);
		assert_string_equal(describe(), cases[i].described);
		assert_true(settings.proxy_count <= settings.route_count);
	}
}

static void
test_globals(void **unused)
{
	(void)unused;
	parse("");
	assert_int_equal(settings.route_maxfail, 1);
	assert_int_equal(settings.route_badexpire, 300);
	assert_int_equal(settings.names, NAMES_RESERVED);
	assert_int_equal(settings.connect_timeout, 0);
	parse("debug: 2\nroute.maxfail: 0\nroute.badexpire: 0x10\ntimeout.connect: 030\n"
	    "resolveprotocol: udp\nreserved: 10.64.0.0/10 fd00:1::/64\n"
	    "nameserver: ns.example.com port = 5353\n");
	assert_int_equal(settings.verbose, 2);
	assert_int_equal(settings.route_maxfail, 0);
	assert_int_equal(settings.route_badexpire, 16);
	assert_int_equal(settings.connect_timeout, 24);
	assert_int_equal(settings.names, NAMES_RESOLVED);
	assert_int_equal(settings.reserved4_prefix, 10);
	assert_int_equal(settings.reserved4.ip[1], 64);
	assert_int_equal(settings.reserved6_prefix, 64);
	assert_int_equal(settings.reserved6.ip[0], 0xfd);
	assert_string_equal(settings_text(&settings, settings.nameserver), "ns.example.com:5353");
	parse("resolveprotocol: tcp nameserver: 2001:db8::53");
	assert_int_equal(settings.names, NAMES_RESOLVED);
	assert_string_equal(settings_text(&settings, settings.nameserver), "[2001:db8::53]:53");
	parse("resolveprotocol: fake\nconnecttimeout: 7\n");
	assert_int_equal(settings.names, NAMES_RESERVED);
	assert_int_equal(settings.connect_timeout, 7);
	assert_string_equal(warnings,
	    "f:2: \"connecttimeout\" is deprecated: write \"timeout.connect\"\n");
}

static void
test_logs(void **unused)
{
	(void)unused;
	parse("logoutput: stderr /var/log/a \"b c\"\nerrorlog: stderr\n");
	assert_int_equal(settings.log_count, 4);
	assert_string_equal(settings_text(&settings, settings.logs[0].path), "");
	assert_string_equal(settings_text(&settings, settings.logs[1].path), "/var/log/a");
	assert_string_equal(settings_text(&settings, settings.logs[2].path), "b c");
	assert_int_equal(settings.logs[2].errors, 0);
	assert_string_equal(settings_text(&settings, settings.logs[3].path), "");
	assert_int_equal(settings.logs[3].errors, 1);
	assert_string_equal(warnings, "");
	parse("logoutput: stdout stderr syslog syslog/daemon");
	assert_int_equal(settings.log_count, 1);
	assert_string_equal(warnings,
	    "f:1: logoutput: standard output is left to the program; standard error is used\n"
	    "f:1: logoutput: nothing is written to the system's log\n"
	    "f:1: logoutput: nothing is written to the system's log\n");
}

/* Dante's words that change nothing here are taken, each with one warning. */
static void
test_ignored(void **unused)
{
	static const struct {
		const char *text, *warning;
	} cases[] = {
		{ "iotimeout: 1", "iotimeout has no effect" },
		{ "localdomain: example.com", "localdomain has no effect" },
		{ "timeout.io: 1", "timeout.io has no effect" },
		{ "timeout.io.tcp: 1\ntimeout.io.udp: 1", "timeout.io.udp has no effect" },
		{ "timeout.negotiate: 1", "timeout.negotiate has no effect" },
		{ "timeout.tcp_fin_wait: 1", "timeout.tcp_fin_wait has no effect" },
		{ "udp.connectdst: yes", "udp.connectdst has no effect" },
		{ "external.tcp.tcp_nodelay: 1", "external.tcp.tcp_nodelay has no effect" },
		{ "internal.socket.so_rcvbuf: 1", "internal.socket.so_rcvbuf has no effect" },
		{ "route { " ANY "via: h extension: bind }", "extension has no effect" },
		{ "route { " ANY "via: h gssapi.enctype: clear integrity }",
		    "gssapi.enctype has no effect: GSS-API is not built in" },
		{ "route { " ANY "via: h gssapi.keytab: FILE:/etc/x }", "gssapi.keytab has no effect" },
		{ "route { " ANY "via: h gssapi.servicename: rcmd }",
		    "gssapi.servicename has no effect" },
		{ "route { " ANY "via: h clientcompatibility: necgssapi }",
		    "clientcompatibility has no effect" },
		{ "route { " ANY "via: h external.ip.ip_tos: 8 }", "external.ip.ip_tos has no effect" },
		{ "route { from: 0/0 to: 10.1.2.3/8 via: direct }",
		    "\"10.1.2.3/8\" means 10.0.0.0/8" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		parse(cases[i].text);
		if (strstr(warnings, cases[i].warning) == NULL)
			fail_msg("%s: %s", cases[i].text, warnings);
	}
}

/* The same proxy in many routes is one; what is spoken to otherwise is another. */
static void
test_shared_proxies(void **unused)
{
	char text[SETTINGS_ROUTES * 64] = "";

	(void)unused;
	for (unsigned i = 0; i < SETTINGS_ROUTES; i++)
		sprintf(text + strlen(text), "route { from: 0/0 to: 10.%u.0.0/16 via: h port = %u }\n",
		    i, 1 + i % SETTINGS_PROXIES);
	parse(text);
	assert_int_equal(settings.route_count, SETTINGS_ROUTES);
	assert_int_equal(settings.proxy_count, SETTINGS_PROXIES);
	assert_int_equal(settings.routes[33].proxy, 1);
	assert_int_equal(settings.routes[33].line, 34);
	parse("route { " ANY "via: h }\nroute { " ANY "via: h method: none }\n"
	    "route { " ANY "via: socks5://u@h }\nroute { " ANY "via: socks5://u:p@h }\n");
	assert_int_equal(settings.proxy_count, 4);
}

static void
test_variable(void **unused)
{
	(void)unused;
	settings_init(&settings);
	assert_int_equal(socksconf_parse_route(&settings, "V", ANY "via: h protocol: tcp",
	    &report), 0);
	assert_string_equal(describe(), "to any via socks5 h:1080 commands 7 protocols 1");
	assert_int_equal(socksconf_parse_option(&settings, "V", "debug", "1", &report), 0);
	assert_int_equal(settings.verbose, 1);
	assert_int_equal(socksconf_parse_option(&settings, "V", "logoutput", "stderr /x",
	    &report), 0);
	assert_int_equal(settings.log_count, 2);
	error[0] = '\0';
	assert_true(socksconf_parse_option(&settings, "V", "debug", "1 2", &report) < 0);
	assert_string_equal(error, "V:1: near \"2\": expected nothing behind the value");
	assert_true(socksconf_parse_route(&settings, "V", "via: h", &report) < 0);
}

static void
read_text(const char *name, char *text, size_t size)
{
	FILE *f = fopen(name, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	assert_true(n > 0 && n < size - 1);
	text[n] = '\0';
	fclose(f);
}

static void
test_example(void **unused)
{
	char text[8192];

	(void)unused;
	read_text(SRCDIR "/examples/socks.conf", text, sizeof(text));
	parse(text);
	assert_string_equal(warnings, "");
	assert_string_equal(describe(), "to 10.0.0.0/8 direct; to .corp.example* direct; "
	    "to .partner.example* via socks5 gateway.partner.example:1080 methods username; "
	    "to any via socks5 proxy1.example:1080; to any via socks5 proxy2.example:1080");
}

/* Every example of the manual is taken without a warning, and every keyword is in it. */
static void
test_manual(void **unused)
{
	static const char *const keywords[] = {
		"debug", "errorlog", "logoutput", "nameserver", "reserved", "resolveprotocol",
		"route.badexpire", "route.maxfail", "timeout.connect", "command", "from", "method",
		"protocol", "proxyprotocol", "socksmethod", "to", "via",
	};
	char text[32768], item[64], *example;
	unsigned count = 0;

	(void)unused;
	read_text(SRCDIR "/man/socks.conf.5", text, sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		snprintf(item, sizeof(item), "Ic %s : ", keywords[i]);
		if (strstr(text, item) == NULL)
			fail_msg("%s is not in the manual", keywords[i]);
	}
	for (example = text; (example = strstr(example, "indent\n")) != NULL; count++) {
		char *end = strstr(example, ".Ed");

		assert_non_null(end);
		*end = '\0';
		parse(example + strlen("indent\n"));
		assert_string_equal(warnings, "");
		assert_true(settings.route_count > 0);
		example = end + 1;
	}
	assert_int_equal(count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_globals),
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_shared_proxies),
		cmocka_unit_test(test_variable),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
