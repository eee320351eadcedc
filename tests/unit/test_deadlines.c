/* SPDX-License-Identifier: ISC */
/* The order of deadlines, however they are set. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "libsocksify/deadlines.h"

/* That the list, both ways, is in order and has @count members. */
static void
check(const struct deadlines *list, unsigned count)
{
	const struct deadline *previous = NULL;

	for (const struct deadline *d = list->first; d != NULL; d = d->next) {
		assert_ptr_equal(d->previous, previous);
		assert_ptr_equal(d->list, list);
		assert_true(previous == NULL || previous->at <= d->at);
		previous = d;
		assert_true(count-- > 0);
	}
	assert_ptr_equal(list->last, previous);
	assert_int_equal(count, 0);
}

static void
test_equal_ones_keep_their_order(void **state)
{
	struct deadlines list = { 0 };
	struct deadline d[3] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		deadlines_set(&list, &d[i], 7);
	check(&list, 3);
	assert_ptr_equal(list.first, &d[0]);
	assert_ptr_equal(list.last, &d[2]);
	/* Set to the same again, one stays where it is. */
	deadlines_set(&list, &d[0], 7);
	assert_ptr_equal(list.first, &d[0]);
}

static void
test_clear(void **state)
{
	struct deadlines list = { 0 };
	struct deadline d = { 0 };

	(void)state;
	deadlines_clear(&d);
	deadlines_set(&list, &d, 1);
	deadlines_clear(&d);
	deadlines_clear(&d);
	check(&list, 0);
}

static void
test_moves_between_lists(void **state)
{
	struct deadlines a = { 0 }, b = { 0 };
	struct deadline d = { 0 };

	(void)state;
	deadlines_set(&a, &d, 5);
	deadlines_set(&b, &d, 5);
	check(&a, 0);
	check(&b, 1);
}

static void
test_any_order(void **state)
{
	struct deadlines list = { 0 };
	struct deadline d[64] = { 0 };
	unsigned in = 0;

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		struct deadline *one = &d[(unsigned)rand() % ARRAY_SIZE(d)];

		if (rand() % 3 == 0) {
			in -= one->list != NULL;
			deadlines_clear(one);
		} else {
			in += one->list == NULL;
			deadlines_set(&list, one, rand() % 50);
		}
		check(&list, in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_ones_keep_their_order),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_moves_between_lists),
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
