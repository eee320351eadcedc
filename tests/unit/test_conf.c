/* SPDX-License-Identifier: ISC */
/* What a configuration says, what is wrong with a wrong one, and the examples. */
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
#include "server/conf.h"

/* The least that is a whole configuration, on three lines. */
#define BASE	"internal: 127.0.0.1 port = 1080\nexternal: 127.0.0.1\nsocksmethod: none username\n"
#define OPEN	"socks pass { from: 0/0 to: "

static char error[1024];

/* Out of an exact allocation, so that a read past the end is seen. */
static struct conf *
parse_bytes(const char *text, size_t len)
{
	char *exact = malloc(len == 0 ? 1 : len);
	struct conf *c;

	assert_non_null(exact);
	memcpy(exact, text, len);
	error[0] = '\0';
	c = conf_parse("x.conf", exact, len, error, sizeof(error));
	free(exact);
	return c;
}

static struct conf *
parse(const char *text)
{
	struct conf *c = parse_bytes(text, strlen(text));

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
	enum rule_port_op	 op;
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
		"\xef\xbb\xbf" "internal:127.0.0.1 port=1080\r\nexternal:lo#x\r\nsocksmethod:none\r\n"
		"socks pass{from:0/0 to:0/0}",
		"# comment \\\ninternal:\n 127.0.0.1\nport\n=\n1080 external: lo socksmethod: none\n"
		"socks\npass\n{\nfrom\n:\n0/0\nto: 0/0\n}\n",
		"internal: 127.0.0.1 \\\n port = \\\r\n 1080 # \nexternal: lo\nsocksmethod: \\\n none\n"
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

static const struct {
	const char	*text;
	const char	*error;	/* behind "x.conf:"; all of it, or what it starts with */
} wrong[] = {
	{ "", "1: at the end of the file: expected \"internal: ADDRESS\"" },
	{ "external: lo\n", "2: at the end of the file: expected \"internal: ADDRESS\"" },
	{ "internal: lo\n", "2: at the end of the file: expected \"external: ADDRESS\"" },
	{ "internall: lo", "1: near \"internall\": expected a keyword or a rule; "
	    "did you mean \"internal\"?" },
	{ BASE "timeout.oi: 5", "4: near \"timeout.oi\": expected a keyword or a rule; "
	    "did you mean \"timeout.io\"?" },
	{ BASE "cleint pass {", "4: near \"cleint\": expected a keyword or a rule; "
	    "did you mean \"client\"?" },
	{ BASE "zzzzzz: 5", "4: near \"zzzzzz\": expected a keyword or a rule" },
	{ BASE "debug 1", "4: near \"1\": expected \":\" behind debug" },
	{ BASE "debug: 1;", "4: near \"1;\": expected a number for debug" },
	{ BASE "debug: 3", "4: near \"3\": expected a number from 0 to 2 for debug" },
	{ BASE "debug: on", "4: near \"on\": expected a number for debug" },
	{ BASE "debug: 08", "4: near \"08\": expected a number for debug" },
	{ BASE "debug: 0x", "4: near \"0x\": expected a number for debug" },
	{ BASE "debug:", "4: at the end of the file: expected a number for debug" },
	{ BASE "debug:\ntimeout.io: 3", "5: near \"timeout.io\": expected a number for debug" },
	{ BASE "debug: 1\ndebug: 2", "5: near \"debug\": expected debug once: line 4 has it" },
	{ BASE "debug: 1 2", "4: near \"2\": expected a keyword or a rule" },
	{ BASE "timeout.io: -1", "4: near \"-1\": expected a number for timeout.io" },
	{ BASE "timeout.io: 2147483648", "4: near \"2147483648\": expected a number from 0 to" },
	{ BASE "connecttimeout: 1\ntimeout.connect: 2",
	    "5: near \"timeout.connect\": expected timeout.connect once: line 4 has it already" },
	{ BASE "logoutput:\ninternal: lo",
	    "5: near \"internal\": expected syslog, stdout, stderr or a file name for logoutput" },
	{ BASE "logoutput: \"\"", "4: near \"\": expected a file name for logoutput" },
	{ BASE "logoutput: \"/var", "4: near \"/var\": expected a closing quote" },
	{ BASE "logoutput: syslog/loacl0", "4: near \"loacl0\": expected auth, authpriv, daemon, "
	    "local0, local1, local2, local3, local4, local5, local6, local7 or user; "
	    "did you mean \"local0\"?" },
	{ BASE "logoutput: 1 2 3 4 5 6 7 8 9", "4: expected at most 8 places for logoutput" },
	{ BASE "internal: 10.0.0.1/8", "4: near \"10.0.0.1/8\": expected an address without a "
	    "mask for internal" },
	{ BASE "internal: 10.0.0.1 port = 0", "4: near \"0\": expected \"port = \" and one port" },
	{ BASE "internal: 10.0.0.1 port > 5", "4: near \"5\": expected \"port = \" and one port" },
	{ BASE "internal: 10.0.0.1 port 1-5", "4: near \"5\": expected \"port = \" and one port" },
	{ BASE "internal: 10.0.0.256", "4: near \"10.0.0.256\": expected an address or a name: "
	    "this is no IPv4 address" },
	{ BASE "internal: ::g", "4: near \"::g\": expected an address or a name: this is no "
	    "IPv6 address" },
	{ BASE "internal: .example.com", "4: near \".example.com\": expected an address, a host" },
	{ BASE "internal: a,b", "4: near \"a,b\": expected an address or a name: letters" },
	{ BASE "internal: 127.0.0.1", "4: near \"internal\": expected each address once: line 1" },
	{ BASE "external: 127.0.0.2 port = 5", "4: near \"port\": expected a keyword or a rule" },
	{ BASE "external: 127.0.0.1", "4: near \"external\": expected each address once: line 2" },
	{ BASE "internal.protocol: ipv5", "4: near \"ipv5\": expected ipv4 or ipv6; "
	    "did you mean \"ipv4\"?" },
	{ BASE "socksmethod: gssapi", "4: near \"gssapi\": expected a method that this version "
	    "has: \"gssapi\" is one of Dante's that it does not have" },
	{ BASE "socksmethod: none pam.username", "4: near \"pam.username\": expected a method" },
	{ BASE "socksmethod: usrename", "4: near \"usrename\": expected none or username; "
	    "did you mean \"username\"?" },
	{ BASE "clientmethod: username", "4: near \"username\": expected none: \"username\" is "
	    "part of the SOCKS protocol" },
	{ BASE "clientmethod: rfc931", "4: near \"rfc931\": expected a method that this version" },
	{ BASE "user.privileged: \"\"", "4: near \"\": expected 1 to 63 bytes for user.privileged" },
	{ BASE "libwrap.hosts_access: yes", "4: near \"libwrap.hosts_access\": expected a keyword "
	    "or a rule: this is a Dante keyword that this version does not support" },
	{ BASE "route { from: 0/0", "4: near \"route\": expected a keyword or a rule: this is" },
	{ BASE "external.ip.ip_tos: 0x10", "4: near \"external.ip.ip_tos\": expected a keyword" },
	{ BASE "command: connect", "4: near \"command\": expected a keyword or a rule: this "
	    "belongs in a rule" },
	{ BASE "client allow {", "4: near \"allow\": expected pass or block" },
	{ BASE "client blok {", "4: near \"blok\": expected pass or block; did you mean "
	    "\"block\"?" },
	{ BASE "client pass from: 0/0", "4: near \"from\": expected \"{\" behind pass" },
	{ BASE "client pass { from: 0/0 to: 0/0", "4: at the end of the file: expected \"}\" to "
	    "end the rule of line 4" },
	{ BASE "client pass { from: 0/0 }", "4: near \"}\": expected \"to: ADDRESS\" in the rule "
	    "of line 4" },
	{ BASE "client pass {\n}", "5: near \"}\": expected \"from: ADDRESS\" in the rule of "
	    "line 4" },
	{ BASE "client pass { from: to: 0/0 }", "4: near \"to\": expected an address for from" },
	{ BASE "client pass { from: }", "4: near \"}\": expected an address for from" },
	{ BASE "client pass { from: 0/0 to: 0/0 to: 0/0 }", "4: near \"to\": expected to once: "
	    "line 4 has it already" },
	{ BASE "client pass { from: 0/0 to: 0/0 command: connect }", "4: near \"command\": "
	    "expected a keyword or \"}\": this belongs in a socks rule, not in a client rule" },
	{ BASE "client pass { from: a.example.com to: 0/0 }", "4: near \"a.example.com\": "
	    "expected an address or an interface: clients are not looked up by name" },
	{ BASE "client pass { from: .example.com to: 0/0 }", "4: near \".example.com\": expected "
	    "an address or an interface" },
	{ BASE "client pass { from: 0/0 to: 0/0 }\ndebug: 1", "5: near \"debug\": expected a "
	    "keyword of a rule: this is a global option, which must come before the first rule" },
	{ BASE "client pass { from: 0/0 to: 0/0 debug: 1 }", "4: near \"debug\": expected a "
	    "keyword of a rule: this is a global option" },
	{ BASE "client pass { from: 0/0 to: 0/0 lgo: connect }", "4: near \"lgo\": expected a "
	    "keyword or \"}\"; did you mean \"log\"?" },
	{ BASE "client pass { from: 0/0 to: 0/0 = }", "4: near \"=\": expected a keyword or \"}\"" },
	{ BASE OPEN "10.0.0.1 }", "4: near \"10.0.0.1\": expected a mask, as in 10.0.0.1/32" },
	{ BASE OPEN "::1 }", "4: near \"::1\": expected a mask, as in ::1/128" },
	{ BASE OPEN "10.0.0.0/33 }", "4: near \"10.0.0.0/33\": expected a mask from 0 to 32 bits" },
	{ BASE OPEN "::/129 }", "4: near \"::/129\": expected a mask from 0 to 128 bits" },
	{ BASE OPEN "::ffff:1.2.3.4/24 }", "4: near \"::ffff:1.2.3.4/24\": expected a mask from "
	    "96 to 128 bits" },
	{ BASE OPEN "10.0.0.0/ }", "4: near \"10.0.0.0/\": expected a mask from 0 to 32 bits" },
	{ BASE OPEN "10.0.0.0/255.0.255.0 }", "4: near \"10.0.0.0/255.0.255.0\": expected a mask "
	    "of ones and then zeros" },
	{ BASE OPEN "10/8 }", "4: near \"10/8\": expected an IPv4 or IPv6 address before the mask" },
	{ BASE OPEN "http://a/ }", "4: near \"http://a/\": expected an IPv4 or IPv6 address" },
	{ BASE OPEN "0/0 port 5-1 }", "4: near \"1\": expected a last port that is not below the "
	    "first, 5" },
	{ BASE OPEN "0/0 port 65536 }", "4: near \"65536\": expected a port from 0 to 65535 or a "
	    "service" },
	{ BASE OPEN "0/0 port = htpp }", "4: near \"htpp\": expected a port from 0 to 65535 or a "
	    "service; did you mean \"http\"?" },
	{ BASE OPEN "0/0 port => 5 }", "4: near \">\": expected a port from 0 to 65535" },
	{ BASE OPEN "0/0 port > 5-9 }", "4: near \"-\": expected a keyword or \"}\"" },
	{ BASE OPEN "0/0 port }", "4: near \"}\": expected a port from 0 to 65535 or a service" },
	{ BASE OPEN "0/0 log: conect }", "4: near \"conect\": expected connect, data, disconnect, "
	    "error, ioop, iooperation or tcpinfo; did you mean \"connect\"?" },
	{ BASE OPEN "0/0 log: connect all }", "4: near \"all\": expected connect, data" },
	{ BASE OPEN "0/0 command: connect protocol: udp }", "4: near \"}\": expected commands and "
	    "protocols that go together" },
	{ BASE OPEN "0/0 user: alice }", "4: near \"user\": expected a keyword or \"}\": this is "
	    "a Dante keyword that this version does not support" },
	{ BASE OPEN "0/0 bandwith: 1 }", "4: near \"bandwith\": expected a keyword or \"}\"; did "
	    "you mean \"bandwidth\"?" },
	{ "internal: lo\nexternal: lo\nsocksmethod: none\n" OPEN "0/0 socksmethod: username }",
	    "4: near \"username\": expected a method of the global socksmethod: \"username\" is "
	    "not in it" },
	{ BASE "de\xffug: 1", "4: near \"de\": expected a keyword or a rule" },
	{ BASE "\x1b[31m: 1", "4: near \"\\x1b\": expected a keyword or a rule" },
};

static void
wrong_words_are_named_with_their_line(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char expected[1024];
		struct conf *c = parse_bytes(wrong[i].text, strlen(wrong[i].text));

		snprintf(expected, sizeof(expected), "x.conf:%s", wrong[i].error);
		if (c != NULL || strncmp(error, expected, strlen(expected)) != 0)
			print_error("case %zu:\n  %s\nexpected\n  %s\n", i, error, expected);
		assert_null(c);
		assert_memory_equal(error, expected, strlen(expected));
		assert_null(strchr(error, '\n'));
	}
}

static void
a_nul_byte_is_refused(void **state UNUSED)
{
	assert_null(parse_bytes("debug: 1\n\0", 10));
	assert_string_equal(error, "x.conf:2: a NUL byte: expected text");
}

static void
a_word_that_is_too_long_is_refused(void **state UNUSED)
{
	char text[4096];

	memset(text, 'a', sizeof(text));
	assert_null(parse_bytes(text, sizeof(text)));
	assert_non_null(strstr(error, "expected a word of at most 511 bytes"));
	memcpy(text, "logoutput: ", 11);
	assert_null(parse_bytes(text, sizeof(text)));
	assert_non_null(strstr(error, "expected a word of at most 511 bytes"));
	text[11] = '"';
	assert_null(parse_bytes(text, sizeof(text)));
	assert_non_null(strstr(error, "expected a word of at most 511 bytes"));
}

/* A message that has no room is cut off, and nothing is written behind it. */
static void
a_short_error_buffer_is_enough(void **state UNUSED)
{
	char *small = malloc(8);

	assert_non_null(small);
	assert_null(conf_parse("x.conf", "x", 1, small, 8));
	assert_string_equal(small, "x.conf:");
	free(small);
}

static void
too_many_are_refused(void **state UNUSED)
{
	size_t size = 64 * (CONF_RULES_MAX + 100), n;
	char *text = malloc(size);

	assert_non_null(text);
	n = 0;
	for (int i = 0; i <= CONF_INTERNAL_MAX; i++)
		n += (size_t)snprintf(text + n, size - n, "internal: 10.0.0.%d\n", i);
	assert_null(parse_bytes(text, n));
	assert_string_equal(error, "x.conf:65: near \"internal\": expected at most 64 addresses "
	    "for internal");
	n = (size_t)snprintf(text, size, "%s", BASE);
	for (int i = 0; i < CONF_RULES_MAX; i++)
		n += (size_t)snprintf(text + n, size - n, "%s0/0 }\n", OPEN);
	conf_free(parse_bytes(text, n));
	assert_string_equal(error, "");
	n += (size_t)snprintf(text + n, size - n, "%s0/0 }\n", OPEN);
	assert_null(parse_bytes(text, n));
	assert_string_equal(error, "x.conf:10004: expected at most 10000 rules of a kind");
	free(text);
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

/* However a file is cut off, it is answered with a configuration or an error. */
static void
every_prefix_is_answered(void **state UNUSED)
{
	static const char text[] = BASE "logoutput: \"a\\\"b\" syslog/daemon \\\n stderr\r\n"
	    "client pass { from: 10.0.0.0/8 port 1-5 to: lo log: connect error }\n"
	    "socks block { from: 0/0 to: .example.com port >= http command: bind }";

	for (size_t n = 0; n < sizeof(text); n++) {
		struct conf *c = parse_bytes(text, n);

		assert_true((c == NULL) == (error[0] != '\0'));
		conf_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(every_global_option_is_read),
		cmocka_unit_test(rules_are_read_in_order),
		cmocka_unit_test(addresses_and_ports_have_many_spellings),
		cmocka_unit_test(commands_and_protocols_complete_each_other),
		cmocka_unit_test(layout_is_free),
		cmocka_unit_test(old_spellings_are_taken_with_a_warning),
		cmocka_unit_test(likely_mistakes_are_warned_of),
		cmocka_unit_test(wrong_words_are_named_with_their_line),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_word_that_is_too_long_is_refused),
		cmocka_unit_test(a_short_error_buffer_is_enough),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(names_of_interfaces_become_their_addresses),
		cmocka_unit_test(every_prefix_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
