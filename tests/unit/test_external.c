/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/external.h"
#include "tests/lib/looptest.h"

static struct conf conf;
static struct connector_sources sources;
static char error[256];

/* Resolves the list of @entries, of which the last is NULL. */
static int
resolve(const char *const *entries)
{
	memset(&conf, 0, sizeof(conf));
	conf.external_protocols = CONF_IPV4 | CONF_IPV6;
	error[0] = '\0';
	for (unsigned i = 0; entries[i] != NULL; i++) {
		assert_int_equal(host_parse(&conf.external[i].host, entries[i]), 0);
		conf.external[i].line = i + 7;
		conf.external_count++;
	}
	return external_resolve(&conf, &sources, error, sizeof(error));
}

#define RESOLVE(...) resolve((const char *const []){ __VA_ARGS__, NULL })

static void
assert_source(const struct endpoint *source, const char *ip)
{
	char text[ENDPOINT_TEXT_SIZE];

	assert_string_equal(endpoint_format_ip(source, text), ip);
	assert_int_equal(source->port, 0);
}

static void
the_first_address_of_each_family_is_taken(void **state UNUSED)
{
	assert_int_equal(RESOLVE("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"), 0);
	assert_source(&sources.ip4, "192.0.2.1");
	assert_source(&sources.ip6, "2001:db8::1");
	assert_int_equal(RESOLVE("192.0.2.1"), 0);
	assert_source(&sources.ip6, "none");
	assert_int_equal(RESOLVE("::"), 0);
	assert_true(endpoint_is_any(&sources.ip6));
	assert_source(&sources.ip4, "none");
	assert_int_equal(RESOLVE("0.0.0.0", "::"), 0);
	assert_true(endpoint_is_any(&sources.ip4));
	assert_true(endpoint_is_any(&sources.ip6));
}

static void
names_and_interfaces_are_looked_up(void **state UNUSED)
{
	assert_int_equal(RESOLVE("lo"), 0);
	assert_source(&sources.ip4, "127.0.0.1");
	assert_source(&sources.ip6, "::1");
	assert_int_equal(RESOLVE("localhost"), 0);
	assert_source(&sources.ip4, "127.0.0.1");
	assert_int_equal(RESOLVE("192.0.2.1", "lo"), 0);
	assert_source(&sources.ip4, "192.0.2.1");
	assert_source(&sources.ip6, "::1");
}

static void
what_is_nothing_is_named(void **state UNUSED)
{
	/* A label that no packet can carry, so that no name server is asked. */
	char label[65];

	memset(label, 'a', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	assert_int_equal(RESOLVE("192.0.2.1", label), -EADDRNOTAVAIL);
	assert_non_null(strstr(error, "line 8"));
	assert_non_null(strstr(error, label));
	assert_int_equal(RESOLVE(NULL), -EINVAL);
	assert_string_not_equal(error, "");
}

static void
run(const char *command)
{
	assert_int_equal(system(command), 0);
}

/* In a network namespace of its own, in which lo has what is given to it. */
static void
an_interface_counts_with_its_best_address(void **state UNUSED)
{
	struct endpoint addresses[3];

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		skip();
	assert_int_equal(RESOLVE("lo"), -EADDRNOTAVAIL);
	assert_non_null(strstr(error, "lo has no address"));
	run("ip link set lo up");
	run("ip addr add 169.254.1.1/16 dev lo");
	run("ip addr add 192.168.7.7/24 dev lo");
	run("ip addr add 198.51.100.7/24 dev lo");
	run("ip -6 addr add fe80::7/64 dev lo nodad");
	run("ip -6 addr add fd00::7/64 dev lo nodad");
	run("ip -6 addr add 2001:db8::7/64 dev lo nodad");
	assert_int_equal(RESOLVE("lo"), 0);
	assert_source(&sources.ip4, "198.51.100.7");
	assert_source(&sources.ip6, "2001:db8::7");
	assert_int_equal(external_interface("lo", addresses, ARRAY_SIZE(addresses)), 3);
	assert_source(&addresses[2], "192.168.7.7");
	assert_int_equal(external_interface("nosuch0", addresses, 3), -ENODEV);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_address_of_each_family_is_taken),
		cmocka_unit_test(names_and_interfaces_are_looked_up),
		cmocka_unit_test(what_is_nothing_is_named),
		cmocka_unit_test(an_interface_counts_with_its_best_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
