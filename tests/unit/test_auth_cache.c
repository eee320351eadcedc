/* SPDX-License-Identifier: ISC */
/* A right pair is remembered for its time, whole, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/compiler.h"
#include "server/auth_cache.h"

static void
a_stored_pair_is_a_hit(void **state UNUSED)
{
	assert_int_equal(auth_cache_init(10), 0);
	assert_false(auth_cache_hit(1000, "alice", "secret"));
	auth_cache_store(1000, "alice", "secret");
	assert_true(auth_cache_hit(1000, "alice", "secret"));
	assert_false(auth_cache_hit(1000, "alice", "Secret"));
	assert_false(auth_cache_hit(1000, "alicf", "secret"));
	assert_false(auth_cache_hit(1000, "", ""));
}

static void
another_split_of_the_bytes_is_no_hit(void **state UNUSED)
{
	char name[256], password[256];

	assert_int_equal(auth_cache_init(10), 0);
	auth_cache_store(1000, "ab", "c");
	assert_false(auth_cache_hit(1000, "a", "bc"));
	assert_false(auth_cache_hit(1000, "abc", ""));
	assert_false(auth_cache_hit(1000, "", "abc"));
	/* Nor do names and passwords of many blocks run into each other. */
	memset(name, 'x', 255);
	memset(password, 'x', 255);
	name[255] = password[255] = '\0';
	auth_cache_store(1000, name, password);
	assert_true(auth_cache_hit(1000, name, password));
	name[254] = '\0';
	assert_false(auth_cache_hit(1000, name, password));
}

static void
a_hit_ends_with_its_time(void **state UNUSED)
{
	assert_int_equal(auth_cache_init(10), 0);
	auth_cache_store(1000, "alice", "secret");
	assert_true(auth_cache_hit(10999, "alice", "secret"));
	/* That was a hit, and prolonged nothing. */
	assert_false(auth_cache_hit(11000, "alice", "secret"));
	auth_cache_store(11000, "alice", "secret");
	assert_true(auth_cache_hit(20999, "alice", "secret"));
}

static void
clearing_forgets(void **state UNUSED)
{
	assert_int_equal(auth_cache_init(10), 0);
	auth_cache_store(1000, "alice", "secret");
	auth_cache_clear();
	assert_false(auth_cache_hit(1000, "alice", "secret"));
	auth_cache_store(1000, "alice", "secret");
	assert_int_equal(auth_cache_init(10), 0);
	assert_false(auth_cache_hit(1000, "alice", "secret"));
}

static void
zero_seconds_remember_nothing(void **state UNUSED)
{
	assert_int_equal(auth_cache_init(10), 0);
	auth_cache_store(1000, "alice", "secret");
	assert_int_equal(auth_cache_init(0), 0);
	assert_false(auth_cache_hit(1000, "alice", "secret"));
	auth_cache_store(1000, "alice", "secret");
	assert_false(auth_cache_hit(1000, "alice", "secret"));
}

/* More pairs than there is room for: the newest are there, and storing twice takes one place. */
static void
the_oldest_give_way(void **state UNUSED)
{
	char name[32];
	unsigned hits = 0;

	assert_int_equal(auth_cache_init(1000), 0);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		auth_cache_store(i, name, "secret");
		auth_cache_store(i, name, "secret");
		assert_true(auth_cache_hit(i, name, "secret"));
	}
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		if (auth_cache_hit(20000, name, "secret"))
			hits++;
		else
			assert_true(i < 19500);
	}
	/* 512 sets of 8 */
	assert_in_range(hits, 3900, 4096);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stored_pair_is_a_hit),
		cmocka_unit_test(another_split_of_the_bytes_is_no_hit),
		cmocka_unit_test(a_hit_ends_with_its_time),
		cmocka_unit_test(clearing_forgets),
		cmocka_unit_test(zero_seconds_remember_nothing),
		cmocka_unit_test(the_oldest_give_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
