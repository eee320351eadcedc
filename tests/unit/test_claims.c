/* SPDX-License-Identifier: ISC */
/* One thread at a time in a blocking connect(2) on one socket. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "common/compiler.h"
#include "libsocksify/claims.h"

#define ROUNDS	20000

static _Atomic int inside, collisions, turns;

static void
test_one_at_a_time(void **state)
{
	(void)state;
	assert_true(claims_take(5));
	assert_false(claims_take(5));
	assert_true(claims_take(6));
	claims_give(5);
	assert_true(claims_take(5));
	assert_false(claims_take(6));
	claims_give(5);
	claims_give(6);
	/* What is not known is not claimed. */
	assert_true(claims_take(0));
	assert_true(claims_take(0));
	claims_give(0);
}

static void
test_who_has_no_place_is_let_through(void **state)
{
	(void)state;
	assert_true(claims_take(7));
	assert_true(claims_take(7 + 1024));
	assert_false(claims_take(7));
	/* What was not claimed takes nothing away. */
	claims_give(7 + 1024);
	assert_false(claims_take(7));
	claims_give(7);
	assert_true(claims_take(7 + 1024));
	claims_give(7 + 1024);
}

static void *
contend(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (!claims_take(77))
			continue;
		if (atomic_fetch_add(&inside, 1) != 0)
			atomic_fetch_add(&collisions, 1);
		atomic_fetch_add(&turns, 1);
		atomic_fetch_sub(&inside, 1);
		claims_give(77);
	}
	return arg;
}

static void
test_threads(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, contend, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(collisions, 0);
	assert_true(turns > 0);
	assert_true(claims_take(77));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_who_has_no_place_is_let_through),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
