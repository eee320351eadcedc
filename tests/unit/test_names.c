/* SPDX-License-Identifier: ISC */
/* The table of names: shared by processes that come, go and are killed; damaged; full. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/names.h"
#include "libsocksify/state.h"

#define PROCESSES	8
#define DIFFERENT	100000	/* names, each of which every process adds */

static struct state *state;

static int
setup(void **unused)
{
	(void)unused;
	assert_int_equal(state_make_private(&state), 0);
	names_use(&state->names);
	return 0;
}

static int
teardown(void **unused)
{
	const struct settings defaults = { .proxy_count = 0 };

	(void)unused;
	names_use(NULL);
	names_reserve(&defaults);
	return munmap(state, sizeof(*state));
}

static void
assert_stands_for(const struct endpoint *address, const char *name)
{
	char found[HOST_NAME_MAX_LEN + 1];

	assert_int_equal(names_lookup(address, found), 0);
	assert_string_equal(found, name);
}

static void
test_both_families(void **unused)
{
	struct endpoint a, b, c;
	char text[ENDPOINT_TEXT_SIZE];

	(void)unused;
	assert_int_equal(names_address("first.example", AF_INET, &a), 0);
	assert_string_equal(endpoint_format_ip(&a, text), "198.18.0.1");
	assert_int_equal(names_address("FIRST.Example", AF_INET, &b), 0);
	assert_true(endpoint_equal(&a, &b));
	assert_int_equal(names_address("first.example", AF_INET6, &c), 0);
	assert_string_equal(endpoint_format_ip(&c, text), "fd28:d2e5:18af:b11d::1");
	assert_true(names_is_reserved(&a));
	assert_true(names_is_reserved(&c));
	assert_stands_for(&a, "first.example");
	assert_stands_for(&c, "first.example");
	assert_int_equal(names_address("second.example", AF_INET, &b), 0);
	assert_false(endpoint_equal(&a, &b));
}

static void
test_bounds(void **unused)
{
	char name[HOST_NAME_MAX_LEN + 2];
	struct endpoint a;

	(void)unused;
	memset(name, 'x', sizeof(name));
	name[HOST_NAME_MAX_LEN + 1] = '\0';
	assert_int_equal(names_address(name, AF_INET, &a), -EINVAL);
	assert_int_equal(names_address("", AF_INET, &a), -EINVAL);
	assert_int_equal(names_address("a", AF_UNSPEC, &a), -EINVAL);
	name[HOST_NAME_MAX_LEN] = '\0';
	assert_int_equal(names_address(name, AF_INET, &a), 0);
	assert_stands_for(&a, name);
}

static void
test_unknown_addresses(void **unused)
{
	static const char *const unknown[] = {
		"198.18.0.0", "198.18.0.9", "198.19.255.255", "198.17.255.255", "198.20.0.1",
		"fd28:d2e5:18af:b11d::", "fd28:d2e5:18af:b11d::9", "fd28:d2e5:18af:b11d::2:0:1",
		"fd28:d2e5:18af:b11d::ffff:ffff", "fd28:d2e5:18af:b11c::1", "127.0.0.1",
	};
	char name[HOST_NAME_MAX_LEN + 1];
	struct endpoint a;

	(void)unused;
	assert_int_equal(names_address("known", AF_INET, &a), 0);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_int_equal(endpoint_parse_ip(&a, unknown[i]), 0);
		assert_int_equal(names_lookup(&a, name), -ENOENT);
	}
	assert_int_equal(endpoint_parse_ip(&a, "198.17.255.255"), 0);
	assert_false(names_is_reserved(&a));
	assert_int_equal(endpoint_parse_ip(&a, "198.20.0.0"), 0);
	assert_false(names_is_reserved(&a));
	assert_int_equal(endpoint_parse_ip(&a, "fd28:d2e5:18af:b11e::1"), 0);
	assert_false(names_is_reserved(&a));
}

static void
test_no_table(void **unused)
{
	char name[HOST_NAME_MAX_LEN + 1];
	struct endpoint a;

	(void)unused;
	names_use(NULL);
	assert_int_equal(names_address("a", AF_INET, &a), -ENOSPC);
	assert_int_equal(endpoint_parse_ip(&a, "198.18.0.1"), 0);
	assert_int_equal(names_lookup(&a, name), -ENOENT);
	assert_true(names_is_reserved(&a));
}

static void
test_full(void **unused)
{
	char name[64];
	struct endpoint a;
	unsigned n = 0;

	(void)unused;
	do
		snprintf(name, sizeof(name), "host-%u.example.com", n++);
	while (names_address(name, AF_INET, &a) == 0);
	assert_int_equal(n - 1, 131070);
	assert_int_equal(names_address("one-more", AF_INET, &a), -ENOSPC);
	assert_int_equal(names_address("host-131069.example.com", AF_INET, &a), 0);
	assert_stands_for(&a, "host-131069.example.com");
}

static void
reserve(const char *four, unsigned prefix4, const char *six, unsigned prefix6)
{
	struct settings settings = {
		.reserved4_prefix = (uint8_t)prefix4,
		.reserved6_prefix = (uint8_t)prefix6,
	};

	assert_int_equal(endpoint_parse_ip(&settings.reserved4, four), 0);
	assert_int_equal(endpoint_parse_ip(&settings.reserved6, six), 0);
	names_reserve(&settings);
}

static void
assert_is(const char *name, int family, const char *address)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct endpoint a;

	assert_int_equal(names_address(name, family, &a), 0);
	assert_string_equal(endpoint_format_ip(&a, text), address);
	assert_true(names_is_reserved(&a));
	assert_stands_for(&a, name);
}

static bool
is_reserved(const char *address)
{
	struct endpoint a;

	assert_int_equal(endpoint_parse_ip(&a, address), 0);
	return names_is_reserved(&a);
}

/* Ranges that end within a byte; what stands in them behind the prefix is no part of them. */
static void
test_other_ranges(void **unused)
{
	(void)unused;
	reserve("10.99.99.99", 13, "2001:db8:1:2fff::1", 52);
	assert_is("a", AF_INET, "10.96.0.1");
	assert_is("a", AF_INET6, "2001:db8:1:2000::1");
	assert_true(is_reserved("10.96.0.0"));
	assert_true(is_reserved("10.103.255.255"));
	assert_false(is_reserved("10.95.255.255"));
	assert_false(is_reserved("10.104.0.0"));
	assert_false(is_reserved("198.18.0.1"));
	assert_false(is_reserved("fd28:d2e5:18af:b11d::1"));
	assert_true(is_reserved("2001:db8:1:2fff::"));
	assert_false(is_reserved("2001:db8:1:3000::"));
	reserve("240.0.0.0", 4, "fd00::", 8);
	assert_is("a", AF_INET, "240.0.0.1");
	assert_is("a", AF_INET6, "fd00::1");
	reserve("0.0.0.0", 0, "2001:db8::", 64);
	assert_is("a", AF_INET, "198.18.0.1");
	assert_is("a", AF_INET6, "2001:db8::1");
}

/* The smaller range is the limit, and beyond it nothing is known. */
static void
fill(unsigned expected)
{
	char name[64], text[ENDPOINT_TEXT_SIZE];
	struct endpoint a;

	for (unsigned i = 1; i <= expected; i++) {
		snprintf(name, sizeof(name), "host-%u.example", i);
		assert_int_equal(names_address(name, i % 2 ? AF_INET : AF_INET6, &a), 0);
		assert_stands_for(&a, name);
		assert_true(strlen(endpoint_format_ip(&a, text)) > 0);
	}
	assert_int_equal(names_address("one-more", AF_INET, &a), -ENOSPC);
	assert_int_equal(names_address("one-more", AF_INET6, &a), -ENOSPC);
	assert_int_equal(names_address("host-1.example", AF_INET, &a), 0);
}

static void
test_small_range4(void **unused)
{
	(void)unused;
	reserve("192.168.7.0", 24, "2001:db8::", 32);
	fill(254);
}

static void
test_small_range6(void **unused)
{
	(void)unused;
	reserve("10.0.0.0", 8, "2001:db8::ab00", 119);
	assert_is("host-1.example", AF_INET6, "2001:db8::aa01");
	fill(510);
}

/* One of the processes: adds the names that the others add too, and reads each back. */
static void
insert_many(unsigned start)
{
	char name[64], found[HOST_NAME_MAX_LEN + 1];
	struct endpoint a;

	/* A step without a common divisor leads through all of them, in an order of its own. */
	for (unsigned i = 0; i < DIFFERENT; i++) {
		snprintf(name, sizeof(name), "host-%u.example.com",
		    (start * 12345 + i * (start * 20 + 7)) % DIFFERENT);
		if (names_address(name, AF_INET, &a) < 0 || names_lookup(&a, found) < 0 ||
		    strcmp(name, found) != 0)
			_exit(1);
	}
	_exit(0);
}

static unsigned
count_bound(unsigned *duplicates)
{
	static uint8_t seen[DIFFERENT];
	char name[HOST_NAME_MAX_LEN + 1];
	unsigned bound = 0;

	memset(seen, 0, sizeof(seen));
	*duplicates = 0;
	for (unsigned i = 0; i < NAME_BUCKETS; i++) {
		struct endpoint a = { .family = AF_INET, .ip = { 198, 18 } };
		uint32_t number = state->names.buckets[i];

		if (number == 0)
			continue;
		bound++;
		a.ip[1] |= (uint8_t)(number >> 16);
		a.ip[2] = (uint8_t)(number >> 8);
		a.ip[3] = (uint8_t)number;
		assert_int_equal(names_lookup(&a, name), 0);
		*duplicates += seen[atoi(name + 5)]++;
	}
	return bound;
}

static void
test_processes(void **unused)
{
	pid_t pids[PROCESSES];
	unsigned duplicates, bound;
	int status;

	(void)unused;
	for (unsigned i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			insert_many(i);
	}
	while (atomic_load(&state->names.slots_used) < DIFFERENT / 10)
		;
	kill(pids[3], SIGKILL);
	for (unsigned i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		if (i != 3)
			assert_int_equal(status, 0);
	}
	bound = count_bound(&duplicates);
	assert_int_equal(duplicates, 0);
	assert_int_equal(bound, DIFFERENT);
	/* What races and the killed one lost is little. */
	assert_true(state->names.slots_used - bound < DIFFERENT / 20);
}

/* Whatever stands in the table, nothing outside it is touched. */
static void
test_damage(void **unused)
{
	char name[64], found[HOST_NAME_MAX_LEN + 1];
	struct endpoint a;
	uint32_t *words = (uint32_t *)(void *)&state->names;
	size_t count = offsetof(struct name_table, arena) / sizeof(*words);

	(void)unused;
	srand(1);
	for (size_t i = 0; i < count; i++)
		words[i] = (uint32_t)rand() * 3u;
	for (unsigned i = 0; i < NAME_SLOTS; i += 2)
		state->names.slots[i].name = (uint32_t)rand() % (NAME_ARENA + 16);
	memset(state->names.arena, 0xff, sizeof(state->names.arena));
	for (unsigned i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "host-%u", i);
		assert_int_equal(names_address(name, AF_INET, &a), -ENOSPC);
	}
	for (unsigned i = 0; i < NAME_SLOTS; i++) {
		a = (struct endpoint){ .family = AF_INET, .ip = { 198, 18 | i >> 16 } };
		a.ip[2] = (uint8_t)(i >> 8);
		a.ip[3] = (uint8_t)i;
		names_lookup(&a, found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_families, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_ranges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_range4, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_range6, setup, teardown),
		cmocka_unit_test_setup_teardown(test_processes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
