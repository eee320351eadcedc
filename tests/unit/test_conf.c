/* SPDX-License-Identifier: ISC */
/* What a configuration says, and the examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "server/conf_parse.h"
#include "server/conf_parse_global.h"
#include "server/conf_parse_rule.h"
#include "server/conf_unsupported.h"

/* The least that is a whole configuration, on three lines. */
#define BASE	"internal: 127.0.0.1 port = 1080\nexternal: 127.0.0.1\nsocksmethod: none username\n"
#define OPEN	"socks pass { from: 0/0 to: "

static struct conf *
parse(const char *text)
{
	char error[1024];
	struct conf *c = conf_parse("x.conf", text, strlen(text), error, sizeof(error));

	if (c == NULL)
		print_error("%s\n", error);
	assert_non_null(c);
	return c;
}

/* The configuration of one socks rule with this body. */
static struct conf *
parse_rule(const char *body)
{
	char text[1024];
	struct conf *c;

	snprintf(text, sizeof(text), BASE "socks pass {\n%s\n}\n", body);
	c = parse(text);
	assert_int_equal(c->socks_rule_count, 1);
	return c;
}

static bool
warned(const struct conf *c, const char *text)
{
	for (unsigned i = 0; i < c->warning_count; i++) {
		if (strstr(c->warnings[i], text) != NULL)
			return true;
	}
	return false;
}

static void
defaults_hold(void **state UNUSED)
{
	struct conf *c = parse("internal: 127.0.0.1\nexternal: 127.0.0.1\n");

	assert_int_equal(host_port(&c->internal[0].host), 1080);
	assert_int_equal(c->internal_protocols, CONF_IPV4 | CONF_IPV6);
	assert_int_equal(c->timeout_negotiate, 30);
	assert_int_equal(c->timeout_connect, 30);
	assert_int_equal(c->timeout_io_tcp, 0);
	assert_int_equal(c->timeout_io_udp, 86400);
	assert_int_equal(c->timeout_tcp_fin_wait, 0);
	assert_int_equal(c->user_passwordcache, 30);
	assert_string_equal(c->user_passwordfile, "");
	assert_int_equal(c->socksmethod_count, 0);
	assert_true(warned(c, "x.conf: no socksmethod"));
	assert_true(warned(c, "x.conf: no logoutput"));
	assert_true(warned(c, "x.conf: no client rule"));
	assert_true(warned(c, "x.conf: no socks rule"));
	conf_free(c);
}

static void
a_rule_for_nobody_is_told(void **state UNUSED)
{
	static const char text[] = "internal: 127.0.0.1\nexternal: 127.0.0.1\n"
	    "socksmethod: %s\n"
	    "client pass { from: 0/0 to: 0/0 }\n"
	    "pass { from: 0/0 to: 0/0 proxyprotocol: socks_v4 }\n"
	    "pass { from: 0/0 to: 0/0 proxyprotocol: socks_v4 socksmethod: username }\n"
	    "pass { from: 0/0 to: 0/0 proxyprotocol: socks_v4 socks_v5 socksmethod: username }\n";
	char filled[sizeof(text) + 20];
	struct conf *c;

	snprintf(filled, sizeof(filled), text, "username");
	c = parse(filled);
	assert_true(warned(c, "x.conf:5: the rule matches nobody"));
	assert_true(warned(c, "x.conf:6: the rule matches nobody"));
	assert_false(warned(c, "x.conf:7: the rule"));
	conf_free(c);
	snprintf(filled, sizeof(filled), text, "none username");
	c = parse(filled);
	assert_false(warned(c, "x.conf:5: the rule"));
	assert_true(warned(c, "x.conf:6: the rule matches nobody"));
	conf_free(c);
}

static void
every_global_option_is_read(void **state UNUSED)
{
	struct conf *c = parse("logoutput: stderr /var/log/s.log syslog/local3 \"/a b\"\n"
	    "logoutput: stdout syslog\n"
	    "errorlog: /err\ndebug: 2\n"
	    "internal.protocol: ipv4\nexternal.protocol: ipv4 ipv6\n"
	    "internal: eth0 port = 0x438\ninternal: ::1 port: socks\ninternal: 192.0.2.1 port 1\n"
	    "external: eth1\nexternal: 2001:db8::1\nexternal: out.example.com\n"
	    "clientmethod: none\nsocksmethod: username none\n"
	    "user.privileged: root\nuser.unprivileged: nobody\n"
	    "user.passwordfile: /etc/passwords\nuser.passwordcache: 0\n"
	    "timeout.negotiate: 1\ntimeout.connect: 2\ntimeout.io: 3\ntimeout.io.udp: 4\n"
	    "timeout.tcp_fin_wait: 010\n");

	assert_int_equal(c->logoutput_count, 6);
	assert_int_equal(c->logoutput[0].type, CONF_LOG_STDERR);
	assert_int_equal(c->logoutput[1].type, CONF_LOG_FILE);
	assert_string_equal(c->logoutput[1].path, "/var/log/s.log");
	assert_int_equal(c->logoutput[2].type, CONF_LOG_SYSLOG);
	assert_int_equal(c->logoutput[2].facility, LOG_LOCAL3);
	assert_string_equal(c->logoutput[3].path, "/a b");
	assert_int_equal(c->logoutput[4].type, CONF_LOG_STDOUT);
	assert_int_equal(c->logoutput[5].facility, LOG_DAEMON);
	assert_int_equal(c->errorlog_count, 1);
	assert_int_equal(c->debug, 2);
	assert_int_equal(c->internal_protocols, CONF_IPV4);
	assert_int_equal(c->external_protocols, CONF_IPV4 | CONF_IPV6);
	assert_int_equal(c->internal_count, 3);
	assert_int_equal(c->internal[0].host.type, HOST_NAME);
	assert_string_equal(c->internal[0].host.name, "eth0");
	assert_int_equal(c->internal[0].line, 7);
	assert_int_equal(host_port(&c->internal[0].host), 1080);
	assert_int_equal(c->internal[1].host.endpoint.family, AF_INET6);
	assert_int_equal(host_port(&c->internal[2].host), 1);
	assert_int_equal(c->external_count, 3);
	assert_int_equal(host_port(&c->external[1].host), 0);
	assert_int_equal(c->clientmethod_count, 1);
	assert_int_equal(c->socksmethod_count, 2);
	assert_int_equal(c->socksmethods[0], AUTH_USERNAME);
	assert_true(conf_has_socksmethod(c, AUTH_NONE));
	assert_false(conf_has_socksmethod(c, AUTH_GSSAPI));
	assert_string_equal(c->user_privileged, "root");
	assert_string_equal(c->user_unprivileged, "nobody");
	assert_string_equal(c->user_passwordfile, "/etc/passwords");
	assert_int_equal(c->user_passwordcache, 0);
	assert_int_equal(c->timeout_negotiate, 1);
	assert_int_equal(c->timeout_connect, 2);
	assert_int_equal(c->timeout_io_tcp, 3);
	assert_int_equal(c->timeout_io_udp, 4);
	assert_int_equal(c->timeout_tcp_fin_wait, 8);
	conf_free(c);
}

static void
rules_are_read_in_order(void **state UNUSED)
{
	struct conf *c = parse(BASE
	    "client pass { from: 10.0.0.0/8 port > 1023 to: lo }\n"
	    "socks block { from: 0/0 to: .example.com port = http\n"
	    "  log: connect error command: connect }\n"
	    "client block {\n from: ::/0 to: 0/0\n log: connect\n log: disconnect\n"
	    "  socksmethod: username timeout.negotiate: 5 }\n"
	    "socks pass { from: 10.1.0.0/255.255.0.0 to: 0/0 port 1-1023 protocol: tcp udp\n"
	    " socksmethod: none username proxyprotocol: socks_v5 clientmethod: none\n"
	    " timeout.io: 7 timeout.connect: 8 timeout.tcp_fin_wait: 0}");
	const struct rule *r = c->client_rules;

	assert_int_equal(c->client_rule_count, 2);
	assert_int_equal(r[0].verdict, RULE_PASS);
	assert_int_equal(r[0].number, 1);
	assert_int_equal(r[0].line, 4);
	assert_int_equal(r[0].from.prefix, 8);
	assert_int_equal(r[0].from.port_op, PORT_GT);
	assert_int_equal(r[0].from.port, 1023);
	assert_int_equal(r[0].to.type, RULE_ADDR_INTERFACE);
	assert_int_equal(r[0].commands, RULE_CMD_ANY);
	assert_int_equal(r[0].log, 0);
	assert_int_equal(r[0].timeout_negotiate, -1);
	assert_int_equal(r[1].verdict, RULE_BLOCK);
	assert_int_equal(r[1].number, 2);
	assert_int_equal(r[1].log, RULE_LOG_CONNECT | RULE_LOG_DISCONNECT);
	assert_int_equal(r[1].socksmethods, 1u << AUTH_USERNAME);
	assert_int_equal(r[1].timeout_negotiate, 5);

	r = c->socks_rules;
	assert_int_equal(c->socks_rule_count, 2);
	assert_int_equal(r[0].to.type, RULE_ADDR_SUFFIX);
	assert_string_equal(r[0].to.name, ".example.com");
	assert_int_equal(r[0].to.port, 80);
	assert_int_equal(r[0].commands, RULE_CMD_CONNECT);
	assert_int_equal(r[0].protocols, RULE_TCP);
	assert_int_equal(r[0].proxyprotocols, RULE_SOCKS_V4 | RULE_SOCKS_V5);
	assert_int_equal(r[1].from.prefix, 16);
	assert_int_equal(r[1].to.port_op, PORT_RANGE);
	assert_int_equal(r[1].to.port, 1);
	assert_int_equal(r[1].to.port_last, 1023);
	assert_int_equal(r[1].protocols, RULE_TCP | RULE_UDP);
	assert_int_equal(r[1].proxyprotocols, RULE_SOCKS_V5);
	assert_int_equal(r[1].timeout_io_tcp, 7);
	assert_int_equal(r[1].timeout_io_udp, 7);
	assert_int_equal(r[1].timeout_connect, 8);
	assert_int_equal(r[1].timeout_tcp_fin_wait, 0);
	conf_free(c);
}

static const struct {
	const char		*text;
	enum rule_addr_type	 type;
	unsigned		 prefix;
	enum match_port_op	 op;
	uint16_t		 first, last;
} targets[] = {
	{ "0/0", RULE_ADDR_ANY, 0, PORT_ANY, 0, 0 },
	{ "0.0.0.0/0", RULE_ADDR_PREFIX, 0, PORT_ANY, 0, 0 },
	{ "::/0", RULE_ADDR_PREFIX, 0, PORT_ANY, 0, 0 },
	{ "192.0.2.1/32", RULE_ADDR_PREFIX, 32, PORT_ANY, 0, 0 },
	{ "192.0.2.0/255.255.255.128", RULE_ADDR_PREFIX, 25, PORT_ANY, 0, 0 },
	{ "10.0.0.0/0.0.0.0", RULE_ADDR_PREFIX, 0, PORT_ANY, 0, 0 },
	{ "2001:db8::/128", RULE_ADDR_PREFIX, 128, PORT_ANY, 0, 0 },
	{ "::ffff:10.0.0.0/104", RULE_ADDR_PREFIX, 8, PORT_ANY, 0, 0 },
	{ "www.example.com", RULE_ADDR_NAME, 0, PORT_ANY, 0, 0 },
	{ "lo", RULE_ADDR_NAME, 0, PORT_ANY, 0, 0 },
	{ ".", RULE_ADDR_SUFFIX, 0, PORT_ANY, 0, 0 },
	{ "0/0 port = 80", RULE_ADDR_ANY, 0, PORT_EQ, 80, 0 },
	{ "0/0 port=80", RULE_ADDR_ANY, 0, PORT_EQ, 80, 0 },
	{ "0/0 port eq 0x50", RULE_ADDR_ANY, 0, PORT_EQ, 80, 0 },
	{ "0/0 port: 80", RULE_ADDR_ANY, 0, PORT_EQ, 80, 0 },
	{ "0/0 port 80", RULE_ADDR_ANY, 0, PORT_EQ, 80, 0 },
	{ "0/0 port != domain", RULE_ADDR_ANY, 0, PORT_NE, 53, 0 },
	{ "0/0 port ne 53", RULE_ADDR_ANY, 0, PORT_NE, 53, 0 },
	{ "0/0 port neq 53", RULE_ADDR_ANY, 0, PORT_NE, 53, 0 },
	{ "0/0 port >= 1024", RULE_ADDR_ANY, 0, PORT_GE, 1024, 0 },
	{ "0/0 port ge 1024", RULE_ADDR_ANY, 0, PORT_GE, 1024, 0 },
	{ "0/0 port <= 1023", RULE_ADDR_ANY, 0, PORT_LE, 1023, 0 },
	{ "0/0 port le 1023", RULE_ADDR_ANY, 0, PORT_LE, 1023, 0 },
	{ "0/0 port >1023", RULE_ADDR_ANY, 0, PORT_GT, 1023, 0 },
	{ "0/0 port gt 1023", RULE_ADDR_ANY, 0, PORT_GT, 1023, 0 },
	{ "0/0 port < 1024", RULE_ADDR_ANY, 0, PORT_LT, 1024, 0 },
	{ "0/0 port lt 1024", RULE_ADDR_ANY, 0, PORT_LT, 1024, 0 },
	{ "0/0 port 1-5", RULE_ADDR_ANY, 0, PORT_RANGE, 1, 5 },
	{ "0/0 port: 1 - 5", RULE_ADDR_ANY, 0, PORT_RANGE, 1, 5 },
	{ "0/0 port = ftp-data - ftp", RULE_ADDR_ANY, 0, PORT_RANGE, 20, 21 },
	{ "0/0 port 7-7", RULE_ADDR_ANY, 0, PORT_RANGE, 7, 7 },
	{ "0/0 port 65535", RULE_ADDR_ANY, 0, PORT_EQ, 65535, 0 },
	{ "0/0 port = 0", RULE_ADDR_ANY, 0, PORT_EQ, 0, 0 },
};

static void
addresses_and_ports_have_many_spellings(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		char body[256];
		struct conf *c;
		const struct rule_addr *to;

		snprintf(body, sizeof(body), "from: 0/0 to: %s", targets[i].text);
		c = parse_rule(body);
		to = &c->socks_rules[0].to;
		assert_int_equal(to->type, targets[i].type);
		assert_int_equal(to->prefix, targets[i].prefix);
		assert_int_equal(to->port_op, targets[i].op);
		assert_int_equal(to->port, targets[i].first);
		assert_int_equal(to->port_last, targets[i].last);
		conf_free(c);
	}
}

/* Commands and protocols that are not given follow from those that are. */
static void
commands_and_protocols_complete_each_other(void **state UNUSED)
{
	static const struct {
		const char	*options;
		unsigned	 commands, protocols;
	} cases[] = {
		{ "", RULE_CMD_ANY, RULE_TCP | RULE_UDP },
		{ "command: bind bindreply", RULE_CMD_BIND | RULE_CMD_BINDREPLY, RULE_TCP },
		{ "command: udpassociate", RULE_CMD_UDPASSOCIATE, RULE_UDP },
		{ "protocol: udp", RULE_CMD_UDPASSOCIATE | RULE_CMD_UDPREPLY, RULE_UDP },
		{ "protocol: tcp", RULE_CMD_CONNECT | RULE_CMD_BIND | RULE_CMD_BINDREPLY,
		    RULE_TCP },
		{ "command: connect udpreply protocol: tcp", RULE_CMD_CONNECT, RULE_TCP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char body[256];
		struct conf *c;

		snprintf(body, sizeof(body), "from: 0/0 to: 0/0 %s", cases[i].options);
		c = parse_rule(body);
		assert_int_equal(c->socks_rules[0].commands, cases[i].commands);
		assert_int_equal(c->socks_rules[0].protocols, cases[i].protocols);
		assert_int_equal(warned(c, "do not carry"), i == ARRAY_SIZE(cases) - 1);
		conf_free(c);
	}
}

static void
layout_is_free(void **state UNUSED)
{
	static const char *const texts[] = {
		"\xef\xbb\xbf" "internal:127.0.0.1 port=1080\r\nexternal:lo#x\r\n"
		"socksmethod:none\r\n"
		"socks pass{from:0/0 to:0/0}",
		"# comment \\\ninternal:\n 127.0.0.1\nport\n=\n1080 external: lo "
		"socksmethod: none\n"
		"socks\npass\n{\nfrom\n:\n0/0\nto: 0/0\n}\n",
		"internal: 127.0.0.1 \\\n port = \\\r\n 1080 # \nexternal: lo\n"
		"socksmethod: \\\n none\n"
		"socks pass { to: 0/0 from: 0/0 } # the last line has no end",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct conf *c = parse(texts[i]);

		assert_int_equal(c->internal_count, 1);
		assert_int_equal(c->external_count, 1);
		assert_string_equal(c->external[0].host.name, "lo");
		assert_int_equal(c->socksmethod_count, 1);
		assert_int_equal(c->socks_rule_count, 1);
		conf_free(c);
	}
}

static void
old_spellings_are_taken_with_a_warning(void **state UNUSED)
{
	struct conf *c = parse("internal: 127.0.0.1\nexternal: 127.0.0.1\nmethod: username\n"
	    "connecttimeout: 7\niotimeout: 8\nuser.notprivileged: nobody\nuser.libwrap: nobody\n"
	    "client pass { from: 0/0 to: 0/0 method: none }\n"
	    "pass { from: 0/0 to: 0/0 method: username }\n"
	    "block { from: 0/0 to: 0/0 }\n");

	assert_int_equal(c->socksmethods[0], AUTH_USERNAME);
	assert_int_equal(c->timeout_connect, 7);
	assert_int_equal(c->timeout_io_tcp, 8);
	assert_int_equal(c->timeout_io_udp, 8);
	assert_string_equal(c->user_unprivileged, "nobody");
	assert_int_equal(c->client_rules[0].clientmethods, 1u << AUTH_NONE);
	assert_int_equal(c->client_rules[0].socksmethods, 0);
	assert_int_equal(c->socks_rule_count, 2);
	assert_int_equal(c->socks_rules[0].socksmethods, 1u << AUTH_USERNAME);
	assert_int_equal(c->socks_rules[1].verdict, RULE_BLOCK);
	assert_true(warned(c, "x.conf:3: \"method\" is deprecated: write \"socksmethod\""));
	assert_true(warned(c, "x.conf:4: \"connecttimeout\" is deprecated"));
	assert_true(warned(c, "x.conf:7: user.libwrap has no effect"));
	assert_true(warned(c, "x.conf:9: \"pass\" alone is deprecated"));
	assert_true(warned(c, "x.conf:10: \"block\" alone is deprecated"));
	conf_free(c);
}

static void
likely_mistakes_are_warned_of(void **state UNUSED)
{
	struct conf *c = parse("logoutput: stderr\ninternal: 192.0.2.1\nexternal: lo\n"
	    "socksmethod: none none\nclient pass { from: 10.1.2.3/8 to: 0/0 }\n"
	    "socks pass { from: 2001:db8::1/64 to: 0/0 }\n");

	assert_int_equal(c->warning_count, 4);
	assert_string_equal(c->warnings[0], "x.conf:4: socksmethod lists \"none\" again");
	assert_string_equal(c->warnings[1], "x.conf:5: \"10.1.2.3/8\" means 10.0.0.0/8");
	assert_string_equal(c->warnings[2], "x.conf:6: \"2001:db8::1/64\" means 2001:db8::/64");
	assert_non_null(strstr(c->warnings[3], "x.conf:2: socksmethod none on 192.0.2.1:1080"));
	conf_free(c);
	c = parse("logoutput: stderr\n" BASE "client pass { from: 0/0 to: 0/0 }\n" OPEN "0/0 }");
	assert_int_equal(c->warning_count, 0);
	conf_free(c);
}

static void
names_of_interfaces_become_their_addresses(void **state UNUSED)
{
	struct conf_interface list[] = {
		{ .name = "eth0" }, { .name = "lo" }, { .name = "eth0" },
	};
	struct conf *c = parse(BASE "client pass { from: gone to: lo }\n"
	    OPEN "eth0 }\n" OPEN "lo.example.com }\n");
	const struct rule_addr *to = &c->socks_rules[0].to;
	unsigned warnings = c->warning_count;

	endpoint_parse_ip(&list[0].address, "192.0.2.1");
	endpoint_parse_ip(&list[1].address, "127.0.0.1");
	endpoint_parse_ip(&list[2].address, "2001:db8::1");
	for (int again = 0; again < 2; again++) {
		assert_int_equal(conf_bind_interfaces(c, list, 3), 0);
		assert_int_equal(to->type, RULE_ADDR_INTERFACE);
		assert_int_equal(to->address_count, 2);
		assert_true(endpoint_equal(&to->addresses[1], &list[2].address));
		assert_int_equal(c->client_rules[0].to.address_count, 1);
		assert_int_equal(c->client_rules[0].from.address_count, 0);
		assert_int_equal(c->socks_rules[1].to.type, RULE_ADDR_NAME);
		assert_int_equal(c->warning_count, warnings + 1);
	}
	assert_true(warned(c, "x.conf:4: no interface \"gone\" on this machine"));
	assert_int_equal(conf_bind_interfaces(c, list, 0), 0);
	assert_int_equal(to->type, RULE_ADDR_INTERFACE);
	assert_int_equal(to->address_count, 0);
	conf_free(c);
}

/* A file under the source directory, for free(). */
static char *
read_source(const char *name)
{
	char path[4096], *text;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", SRCDIR, name);
	f = fopen(path, "re");
	assert_non_null(f);
	text = calloc(1, 65536);
	assert_non_null(text);
	n = fread(text, 1, 65535, f);
	assert_in_range(n, 1, 65534);
	fclose(f);
	return text;
}

static void
the_examples_are_right(void **state UNUSED)
{
	static const char *const names[] = {
		"examples/socksifyd.conf", "examples/socksifyd-minimal.conf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *text = read_source(names[i]);
		struct conf *c = parse(text);

		for (unsigned n = 0; n < c->warning_count; n++)
			print_message("%s: %s\n", names[i], c->warnings[n]);
		assert_int_equal(c->warning_count, 0);
		assert_true(c->client_rule_count > 0 && c->socks_rule_count > 0);
		conf_free(c);
		free(text);
	}
}

static void
every_keyword_is_in_the_manual(void **state UNUSED)
{
	const struct conf_keyword *const tables[] = { conf_global_keywords, conf_rule_keywords };
	char *manual = read_source("man/socksifyd.conf.5");

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct conf_keyword *k = tables[i]; k->name != NULL; k++) {
			if (strstr(manual, k->name) == NULL)
				print_error("%s\n", k->name);
			assert_non_null(strstr(manual, k->name));
		}
	}
	free(manual);
}

/* A look-up finds the first row of a name, so that a second one would be lost. */
static void
every_keyword_has_one_row(void **state UNUSED)
{
	const struct conf_keyword *const tables[] = { conf_global_keywords, conf_rule_keywords };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct conf_keyword *k = tables[i]; k->name != NULL; k++) {
			assert_false(conf_word_is_unsupported(k->name));
			if (k > tables[i])
				assert_true(strcmp(k[-1].name, k->name) < 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(a_rule_for_nobody_is_told),
		cmocka_unit_test(every_global_option_is_read),
		cmocka_unit_test(rules_are_read_in_order),
		cmocka_unit_test(addresses_and_ports_have_many_spellings),
		cmocka_unit_test(commands_and_protocols_complete_each_other),
		cmocka_unit_test(layout_is_free),
		cmocka_unit_test(old_spellings_are_taken_with_a_warning),
		cmocka_unit_test(likely_mistakes_are_warned_of),
		cmocka_unit_test(names_of_interfaces_become_their_addresses),
		cmocka_unit_test(the_examples_are_right),
		cmocka_unit_test(every_keyword_is_in_the_manual),
		cmocka_unit_test(every_keyword_has_one_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
