/* SPDX-License-Identifier: ISC */
/* Which rule decides, condition by condition, with and without the address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "server/rule.h"

static struct endpoint
address(const char *text)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse_ip(&e, text), 0);
	return e;
}

/* A pass rule that matches everything. */
static struct rule
any_rule(unsigned number)
{
	return (struct rule){
		.verdict = RULE_PASS,
		.number = number,
		.commands = RULE_CMD_ANY,
		.protocols = RULE_TCP | RULE_UDP,
		.proxyprotocols = RULE_SOCKS_V4 | RULE_SOCKS_V5,
	};
}

static struct rule_addr
prefix(const char *text, unsigned bits)
{
	return (struct rule_addr){
		.type = RULE_ADDR_PREFIX, .net = address(text), .prefix = bits,
	};
}

static struct rule_addr
named(enum rule_addr_type type, const char *name)
{
	struct rule_addr a = { .type = type };

	strcpy(a.name, name);
	return a;
}

/* A CONNECT from 192.0.2.1:40000 to 198.51.100.1:80. */
static struct rule_query
connect_query(void)
{
	struct rule_query q = {
		.from = address("192.0.2.1"), .to = address("198.51.100.1"),
		.command = RULE_CMD_CONNECT, .protocol = RULE_TCP,
		.proxyprotocol = RULE_SOCKS_V5, .method = AUTH_NONE,
	};

	q.from.port = 40000;
	q.to.port = 80;
	return q;
}

/* The same to a name that has not been resolved. */
static struct rule_query
name_query(const char *name)
{
	struct rule_query q = connect_query();

	q.to_name = name;
	q.to.family = AF_UNSPEC;
	return q;
}

static unsigned
found(const struct rule *rules, unsigned count, const struct rule_query *q)
{
	bool needs_address;
	unsigned number = rule_find(rules, count, q, &needs_address)->number;

	assert_false(needs_address);
	return number;
}

static bool
needs_address(const struct rule *rules, unsigned count, const struct rule_query *q)
{
	bool needs = false;

	rule_find(rules, count, q, &needs);
	return needs;
}

static void
no_rule_is_the_implicit_block(void **state UNUSED)
{
	struct rule_query q = connect_query();
	struct rule rule = any_rule(1);
	const struct rule *r;

	r = rule_find(NULL, 0, &q, NULL);
	assert_int_equal(r->number, 0);
	assert_int_equal(r->verdict, RULE_BLOCK);
	assert_int_equal(r->log, 0);
	assert_int_equal(r->timeout_io_tcp, -1);
	rule.commands = RULE_CMD_BIND;
	assert_int_equal(rule_find(&rule, 1, &q, NULL)->number, 0);
	q = name_query("example.com");
	assert_int_equal(found(NULL, 0, &q), 0);
}

static void
first_match_decides(void **state UNUSED)
{
	struct rule rules[] = { any_rule(1), any_rule(2), any_rule(3) };
	struct rule_query q = connect_query();

	rules[0].to = prefix("10.0.0.0", 8);
	rules[1].verdict = RULE_BLOCK;
	assert_int_equal(found(rules, 3, &q), 2);
	assert_int_equal(rule_find(rules, 3, &q, NULL)->verdict, RULE_BLOCK);
	q.to = address("10.255.255.255");
	assert_int_equal(found(rules, 3, &q), 1);
}

static void
port_operators_hold_at_their_borders(void **state UNUSED)
{
	static const struct {
		enum match_port_op	 op;
		uint16_t		 port, last;
		const char		*below, *at, *above;	/* "y": matches */
	} cases[] = {
		{ PORT_ANY, 80, 0, "y", "y", "y" },
		{ PORT_EQ, 80, 0, "", "y", "" },
		{ PORT_NE, 80, 0, "y", "", "y" },
		{ PORT_LT, 80, 0, "y", "", "" },
		{ PORT_LE, 80, 0, "y", "y", "" },
		{ PORT_GT, 80, 0, "", "", "y" },
		{ PORT_GE, 80, 0, "", "y", "y" },
		{ PORT_RANGE, 80, 80, "", "y", "" },
		{ PORT_RANGE, 79, 80, "y", "y", "" },
		{ PORT_RANGE, 80, 81, "", "y", "y" },
		{ PORT_RANGE, 0, 65535, "y", "y", "y" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const expected[] = { cases[i].below, cases[i].at, cases[i].above };

		for (unsigned port = 79; port <= 81; port++) {
			struct rule rule = any_rule(1);
			struct rule_query q = connect_query();

			rule.to.port_op = cases[i].op;
			rule.to.port = cases[i].port;
			rule.to.port_last = cases[i].last;
			q.to.port = (uint16_t)port;
			assert_int_equal(found(&rule, 1, &q), expected[port - 79][0] == 'y');
			/* The client's port is looked at in the same way. */
			rule.from = rule.to;
			rule.to.port_op = PORT_ANY;
			q.from.port = (uint16_t)port;
			assert_int_equal(found(&rule, 1, &q), expected[port - 79][0] == 'y');
		}
	}
}

static void
ports_reach_both_ends(void **state UNUSED)
{
	struct rule rule = any_rule(1);
	struct rule_query q = connect_query();

	rule.to.port_op = PORT_GE;
	rule.to.port = 65535;
	q.to.port = 65535;
	assert_int_equal(found(&rule, 1, &q), 1);
	q.to.port = 65534;
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.to.port_op = PORT_LT;
	rule.to.port = 0;
	q.to.port = 0;
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.to.port_op = PORT_LE;
	assert_int_equal(found(&rule, 1, &q), 1);
}

static void
prefixes_end_where_they_say(void **state UNUSED)
{
	static const struct {
		const char	*net;
		unsigned	 bits;
		const char	*first, *last, *before, *after;
	} cases[] = {
		{ "10.0.0.0", 8, "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0" },
		{ "10.1.2.3", 8, "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0" },
		{ "192.0.2.128", 25, "192.0.2.128", "192.0.2.255", "192.0.2.127", "192.0.3.0" },
		{ "192.0.2.7", 32, "192.0.2.7", "192.0.2.7", "192.0.2.6", "192.0.2.8" },
		{ "128.0.0.0", 1, "128.0.0.0", "255.255.255.255", "127.255.255.255", "0.0.0.0" },
		{ "0.0.0.0", 0, "0.0.0.0", "255.255.255.255", "::", "ffff::" },
		{ "2001:db8::", 32, "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		    "2001:db7:ffff::", "2001:db9::" },
		{ "2001:db8::8000", 113, "2001:db8::8000", "2001:db8::ffff", "2001:db8::7fff",
		    "2001:db8::1:0" },
		{ "::1", 128, "::1", "::1", "::", "::2" },
		{ "::", 0, "::", "ffff::", "0.0.0.0", "255.255.255.255" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const texts[] = {
			cases[i].first, cases[i].last, cases[i].before, cases[i].after,
		};
		struct rule rule = any_rule(1);
		struct rule_query q = connect_query();

		rule.from = prefix(cases[i].net, cases[i].bits);
		for (unsigned n = 0; n < ARRAY_SIZE(texts); n++) {
			q.from = address(texts[n]);
			assert_int_equal(found(&rule, 1, &q), n < 2);
		}
	}
}

static void
any_is_both_families_and_names(void **state UNUSED)
{
	struct rule rule = any_rule(1);
	struct rule_query q = connect_query();

	assert_int_equal(found(&rule, 1, &q), 1);
	q.from = address("2001:db8::1");
	q.to = address("::1");
	assert_int_equal(found(&rule, 1, &q), 1);
	q = name_query("example.com");
	assert_int_equal(found(&rule, 1, &q), 1);
}

/* However it is spelled, an IPv4-mapped address falls under the rules on IPv4. */
static void
mapped_addresses_are_ipv4(void **state UNUSED)
{
	struct rule rule = any_rule(1);
	struct rule_query q = connect_query();

	rule.to = prefix("127.0.0.0", 8);
	q.to = address("::ffff:127.0.0.1");
	assert_int_equal(found(&rule, 1, &q), 1);
	rule.to = prefix("::", 0);
	assert_int_equal(found(&rule, 1, &q), 0);
}

static void
names_match_in_any_spelling(void **state UNUSED)
{
	static const struct {
		enum rule_addr_type	 type;
		const char		*rule, *name;
		bool			 matches;
	} cases[] = {
		{ RULE_ADDR_NAME, "www.example.com", "www.example.com", true },
		{ RULE_ADDR_NAME, "WWW.example.com", "www.EXAMPLE.com", true },
		{ RULE_ADDR_NAME, "www.example.com", "www.example.com.", true },
		{ RULE_ADDR_NAME, "www.example.com.", "www.example.com", true },
		{ RULE_ADDR_NAME, "www.example.com", "www.example.comx", false },
		{ RULE_ADDR_NAME, "www.example.com", "ww.example.com", false },
		{ RULE_ADDR_NAME, "example.com", "www.example.com", false },
		{ RULE_ADDR_NAME, "example.com", "example.com..", false },
		{ RULE_ADDR_SUFFIX, ".example.com", "www.example.com", true },
		{ RULE_ADDR_SUFFIX, ".example.com", "a.b.Example.Com.", true },
		{ RULE_ADDR_SUFFIX, ".example.com.", "www.example.com", true },
		{ RULE_ADDR_SUFFIX, ".example.com", "example.com", true },
		{ RULE_ADDR_SUFFIX, ".example.com", "EXAMPLE.COM.", true },
		{ RULE_ADDR_SUFFIX, ".example.com", "badexample.com", false },
		{ RULE_ADDR_SUFFIX, ".example.com", "example.com.evil.org", false },
		{ RULE_ADDR_SUFFIX, ".example.com", "com", false },
		{ RULE_ADDR_SUFFIX, ".example.com", ".", false },
		{ RULE_ADDR_SUFFIX, ".com", "example.com", true },
		{ RULE_ADDR_SUFFIX, ".", "anything", true },
		{ RULE_ADDR_SUFFIX, ".", "a.b.c.", true },
		{ RULE_ADDR_SUFFIX, ".", ".", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rule rule = any_rule(1);
		struct rule_query q = name_query(cases[i].name);

		rule.to = named(cases[i].type, cases[i].rule);
		if (found(&rule, 1, &q) != (unsigned)cases[i].matches)
			print_error("case %zu\n", i);
		assert_int_equal(found(&rule, 1, &q), cases[i].matches);
	}
}

static void
a_numeric_target_matches_no_name(void **state UNUSED)
{
	struct rule rule = any_rule(1);
	struct rule_query q = connect_query();

	rule.to = named(RULE_ADDR_SUFFIX, ".");
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.to = named(RULE_ADDR_NAME, "198.51.100.1");
	assert_int_equal(found(&rule, 1, &q), 0);
}

static void
interfaces_match_their_addresses_only(void **state UNUSED)
{
	struct endpoint addresses[] = { address("192.0.2.1"), address("2001:db8::1") };
	struct rule rule = any_rule(1);
	struct rule_query q = connect_query();

	rule.from = named(RULE_ADDR_INTERFACE, "eth0");
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.from.addresses = addresses;
	rule.from.address_count = 2;
	assert_int_equal(found(&rule, 1, &q), 1);
	q.from = address("2001:db8::1");
	assert_int_equal(found(&rule, 1, &q), 1);
	q.from = address("192.0.2.2");
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.to = rule.from;
	q = name_query("eth0");
	assert_true(needs_address(&rule, 1, &q));
}

/* An address is asked for by the first rule that all else matches, and by no other. */
static void
addresses_are_asked_for_only_where_they_decide(void **state UNUSED)
{
	struct rule rules[] = { any_rule(1), any_rule(2), any_rule(3), any_rule(4) };
	struct rule_query q = name_query("www.example.com");

	rules[0].to = prefix("10.0.0.0", 8);
	rules[1].to = named(RULE_ADDR_SUFFIX, ".example.com");
	assert_true(needs_address(rules, 4, &q));
	/* With each address the same name rules hold as before. */
	q.to = address("10.0.0.1");
	assert_int_equal(found(rules, 4, &q), 1);
	q.to = address("192.0.2.1");
	assert_int_equal(found(rules, 4, &q), 2);
	/* Whatever rules the first one out needs no address. */
	q = name_query("www.example.com");
	rules[0].to.port_op = PORT_EQ;
	rules[0].to.port = 443;
	assert_int_equal(found(rules, 4, &q), 2);
	rules[0].to.port = 80;
	assert_true(needs_address(rules, 4, &q));
	rules[0].commands = RULE_CMD_BIND;
	assert_int_equal(found(rules, 4, &q), 2);
	rules[0].commands = RULE_CMD_ANY;
	rules[0].from = prefix("172.16.0.0", 12);
	assert_int_equal(found(rules, 4, &q), 2);
	rules[0].from = prefix("192.0.2.0", 24);
	rules[0].socksmethods = 1u << AUTH_USERNAME;
	assert_int_equal(found(rules, 4, &q), 2);
	rules[0].socksmethods = 0;
	assert_true(needs_address(rules, 4, &q));
	/* A name rule in front decides without one. */
	assert_int_equal(found(rules + 1, 3, &q), 2);
	q = name_query("other.org");
	assert_int_equal(found(rules + 1, 3, &q), 3);
}

/* Without an address and without a way to ask for one nothing is let through. */
static void
an_undecided_query_is_blocked(void **state UNUSED)
{
	struct rule rules[] = { any_rule(1), any_rule(2) };
	struct rule_query q = name_query("example.com");

	rules[0].verdict = RULE_BLOCK;
	rules[0].to = prefix("10.0.0.0", 8);
	assert_int_equal(rule_find(rules, 2, &q, NULL)->verdict, RULE_BLOCK);
	assert_int_equal(rule_find(rules, 2, &q, NULL)->number, 0);
}

static void
request_conditions_are_sets(void **state UNUSED)
{
	struct rule rule = any_rule(1);
	struct rule_query q = connect_query();

	rule.commands = RULE_CMD_CONNECT | RULE_CMD_UDPASSOCIATE;
	assert_int_equal(found(&rule, 1, &q), 1);
	q.command = RULE_CMD_UDPASSOCIATE;
	q.protocol = RULE_UDP;
	assert_int_equal(found(&rule, 1, &q), 1);
	rule.protocols = RULE_TCP;
	assert_int_equal(found(&rule, 1, &q), 0);
	q = connect_query();
	rule.proxyprotocols = RULE_SOCKS_V4;
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.proxyprotocols = RULE_SOCKS_V4 | RULE_SOCKS_V5;
	rule.socksmethods = 1u << AUTH_USERNAME;
	assert_int_equal(found(&rule, 1, &q), 0);
	q.method = AUTH_USERNAME;
	assert_int_equal(found(&rule, 1, &q), 1);
	rule.socksmethods = 1u << AUTH_NONE;
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.socksmethods |= 1u << AUTH_USERNAME;
	assert_int_equal(found(&rule, 1, &q), 1);
	rule.socksmethods = 0;
	assert_int_equal(found(&rule, 1, &q), 1);
}

/* When a client has just connected, nothing is known but the two addresses. */
static void
client_rules_look_at_addresses_only(void **state UNUSED)
{
	struct rule rule = any_rule(1);
	struct rule_query q = { .client = true, .method = AUTH_NONE };

	q.from = address("192.0.2.1");
	q.to = address("192.0.2.2");
	q.to.port = 1080;
	rule.socksmethods = 1u << AUTH_USERNAME;
	assert_int_equal(found(&rule, 1, &q), 1);
	rule.to.port_op = PORT_EQ;
	rule.to.port = 1081;
	assert_int_equal(found(&rule, 1, &q), 0);
	rule.to.port = 1080;
	rule.from = prefix("192.0.2.2", 32);
	assert_int_equal(found(&rule, 1, &q), 0);
}

static void
names_for_logs_are_dantes(void **state UNUSED)
{
	assert_string_equal(auth_method_name(AUTH_NONE), "none");
	assert_string_equal(auth_method_name(AUTH_USERNAME), "username");
	assert_string_equal(auth_method_name(AUTH_GSSAPI), "gssapi");
	assert_string_equal(auth_method_name(AUTH_METHODS), "unknown");
	assert_string_equal(rule_command_name(RULE_CMD_CONNECT), "connect");
	assert_string_equal(rule_command_name(RULE_CMD_BIND), "bind");
	assert_string_equal(rule_command_name(RULE_CMD_BINDREPLY), "bindreply");
	assert_string_equal(rule_command_name(RULE_CMD_UDPASSOCIATE), "udpassociate");
	assert_string_equal(rule_command_name(RULE_CMD_UDPREPLY), "udpreply");
	assert_string_equal(rule_command_name(0), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rule_is_the_implicit_block),
		cmocka_unit_test(first_match_decides),
		cmocka_unit_test(port_operators_hold_at_their_borders),
		cmocka_unit_test(ports_reach_both_ends),
		cmocka_unit_test(prefixes_end_where_they_say),
		cmocka_unit_test(any_is_both_families_and_names),
		cmocka_unit_test(mapped_addresses_are_ipv4),
		cmocka_unit_test(names_match_in_any_spelling),
		cmocka_unit_test(a_numeric_target_matches_no_name),
		cmocka_unit_test(interfaces_match_their_addresses_only),
		cmocka_unit_test(addresses_are_asked_for_only_where_they_decide),
		cmocka_unit_test(an_undecided_query_is_blocked),
		cmocka_unit_test(request_conditions_are_sets),
		cmocka_unit_test(client_rules_look_at_addresses_only),
		cmocka_unit_test(names_for_logs_are_dantes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
