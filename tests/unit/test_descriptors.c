/* SPDX-License-Identifier: ISC */
/* What is recorded of descriptor numbers, and the pools that records come from. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/descriptors.h"
#include "libsocksify/pool.h"

static void
test_nothing_is_found_at_first(void **state)
{
	(void)state;
	assert_null(descriptors_find(0));
	assert_null(descriptors_find(-1));
	assert_null(descriptors_find(DESCRIPTORS_MAX));
	assert_false(descriptors_marked(5, ~0u));
	assert_int_equal(descriptors_next(0, DESCRIPTORS_MAX, ~0u), -1);
}

static void
test_numbers_out_of_range_are_refused(void **state)
{
	(void)state;
	assert_null(descriptors_make(-1));
	assert_null(descriptors_make(DESCRIPTORS_MAX));
	assert_non_null(descriptors_make(DESCRIPTORS_MAX - 1));
}

static void
test_marks_are_of_one_number(void **state)
{
	struct slot *s = descriptors_make(1500);

	(void)state;
	slot_mark(s, SLOT_FRESH | SLOT_WATCHED);
	assert_true(descriptors_marked(1500, SLOT_FRESH));
	assert_false(descriptors_marked(1500, SLOT_CONNECTION));
	assert_false(descriptors_marked(1499, ~0u));
	assert_false(descriptors_marked(1501, ~0u));
	slot_unmark(s, SLOT_FRESH);
	assert_false(descriptors_marked(1500, SLOT_FRESH));
	assert_true(descriptors_marked(1500, SLOT_WATCHED));
	slot_unmark(s, ~0u);
}

static void
test_marked_numbers_are_walked_in_order(void **state)
{
	const int numbers[] = { 0, 1023, 1024, 70000, DESCRIPTORS_MAX - 1 };
	int fd = -1;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		slot_mark(descriptors_make(numbers[i]), SLOT_EPOLL);
	for (size_t i = 0; i < 5; i++) {
		fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_EPOLL);
		assert_int_equal(fd, numbers[i]);
	}
	assert_int_equal(descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_EPOLL), -1);
	assert_int_equal(descriptors_next(1, 1023, SLOT_EPOLL), -1);
	for (size_t i = 0; i < 5; i++)
		slot_unmark(descriptors_make(numbers[i]), SLOT_EPOLL);
}

static void *
make_all(void *arg)
{
	struct slot **first = arg;

	for (int fd = 100000; fd < 200000; fd += 500)
		descriptors_make(fd);
	*first = descriptors_make(100000);
	return NULL;
}

static void
test_threads_agree_on_the_slots(void **state)
{
	pthread_t threads[4];
	struct slot *first[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_all, &first[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(first[i], descriptors_find(100000));
}

static void
test_a_child_does_not_own_the_records(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	descriptors_own();
	assert_true(descriptors_owned());
	pid = fork();
	if (pid == 0)
		_exit(descriptors_owned());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
test_a_pool_gives_back_what_it_got(void **state)
{
	struct record { struct record *next; char bytes[100]; };
	struct pool pool = POOL_OF(struct record);
	struct record *all[2000];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		all[i] = pool_take(&pool);
		assert_non_null(all[i]);
		memset(all[i]->bytes, i & 0xff, sizeof(all[i]->bytes));
	}
	for (int i = 0; i < 2000; i++)
		assert_int_equal(all[i]->bytes[99] & 0xff, i & 0xff);
	pool_give(&pool, all[7]);
	pool_give(&pool, all[8]);
	assert_ptr_equal(pool_take(&pool), all[8]);
	assert_ptr_equal(pool_take(&pool), all[7]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_found_at_first),
		cmocka_unit_test(test_numbers_out_of_range_are_refused),
		cmocka_unit_test(test_marks_are_of_one_number),
		cmocka_unit_test(test_marked_numbers_are_walked_in_order),
		cmocka_unit_test(test_threads_agree_on_the_slots),
		cmocka_unit_test(test_a_child_does_not_own_the_records),
		cmocka_unit_test(test_a_pool_gives_back_what_it_got),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
