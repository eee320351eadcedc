/* SPDX-License-Identifier: ISC */
/* Delays grow, end, are forgotten, and the table stays as small as it was made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/penalty.h"

#define START	1000000		/* ms; any time will do */

static void	*region;

static int
make_region(void **state UNUSED)
{
	region = mmap(NULL, PENALTY_REGION_SIZE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return region == MAP_FAILED ? -1 : penalty_init(region, PENALTY_REGION_SIZE);
}

static int
drop_region(void **state UNUSED)
{
	return munmap(region, PENALTY_REGION_SIZE);
}

static struct endpoint
address(const char *text)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse_ip(&e, text), 0);
	return e;
}

static void
bad_memory_is_refused(void **state UNUSED)
{
	static uint64_t small[8];

	assert_int_equal(penalty_init(small, sizeof(small)), -EINVAL);
	assert_int_equal(penalty_init((char *)region + 1, PENALTY_REGION_SIZE - 1), -EINVAL);
}

static void
the_delay_doubles_up_to_the_cap(void **state UNUSED)
{
	static const unsigned delays[] = { 250, 500, 1000, 2000, 4000, 8000, 8000, 8000 };
	struct endpoint a = address("192.0.2.1");
	uint64_t now = START;

	assert_int_equal(penalty_wait_ms(now, &a), 0);
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		penalty_failed(now, &a);
		assert_int_equal(penalty_wait_ms(now, &a), delays[i]);
		assert_int_equal(penalty_wait_ms(now + delays[i] - 1, &a), 1);
		now += delays[i];
		assert_int_equal(penalty_wait_ms(now, &a), 0);
	}
	for (unsigned i = 0; i < 1000; i++)
		penalty_failed(now, &a);
	assert_int_equal(penalty_wait_ms(now, &a), PENALTY_MAX_MS);
}

static void
quiet_is_forgiven(void **state UNUSED)
{
	struct endpoint a = address("192.0.2.1");

	for (unsigned i = 0; i < 5; i++)
		penalty_failed(START, &a);
	/* Remembered to the last moment ... */
	penalty_failed(START + PENALTY_FORGET_MS, &a);
	assert_int_equal(penalty_wait_ms(START + PENALTY_FORGET_MS, &a), PENALTY_MAX_MS);
	/* ... and then not. */
	penalty_failed(START + 2 * PENALTY_FORGET_MS + 1, &a);
	assert_int_equal(penalty_wait_ms(START + 2 * PENALTY_FORGET_MS + 1, &a), PENALTY_FIRST_MS);
}

static void
success_is_forgiveness(void **state UNUSED)
{
	struct endpoint a = address("192.0.2.1");

	penalty_succeeded(&a);
	penalty_failed(START, &a);
	penalty_succeeded(&a);
	assert_int_equal(penalty_wait_ms(START, &a), 0);
	for (int i = 0; i < 1000; i++)
		penalty_failed(START, &a);
	assert_int_equal(penalty_wait_ms(START, &a), PENALTY_MAX_MS);
	penalty_succeeded(&a);
	assert_int_equal(penalty_wait_ms(START, &a), 8 * PENALTY_FIRST_MS);
	penalty_succeeded(&a);
	assert_int_equal(penalty_wait_ms(START, &a), 2 * PENALTY_FIRST_MS);
	penalty_succeeded(&a);
	penalty_succeeded(&a);
	assert_int_equal(penalty_wait_ms(START, &a), 0);
}

static void
an_address_is_what_one_customer_has(void **state UNUSED)
{
	struct endpoint none = { .family = AF_UNSPEC };
	struct endpoint v4 = address("192.0.2.1"), v4_next = address("192.0.2.2");
	struct endpoint v6 = address("2001:db8:1:2::1"), v6_same = address("2001:db8:1:2:ffff::9");
	struct endpoint v6_next = address("2001:db8:1:3::1"), one = address("::1");

	v4.port = 1024;
	penalty_failed(START, &v4);
	v4.port = 1025;
	assert_int_equal(penalty_wait_ms(START, &v4), PENALTY_FIRST_MS);
	assert_int_equal(penalty_wait_ms(START, &v4_next), 0);
	penalty_failed(START, &v6);
	assert_int_equal(penalty_wait_ms(START, &v6_same), PENALTY_FIRST_MS);
	assert_int_equal(penalty_wait_ms(START, &v6_next), 0);
	assert_int_equal(penalty_wait_ms(START, &one), 0);
	penalty_failed(START, &one);
	assert_int_equal(penalty_wait_ms(START, &one), PENALTY_FIRST_MS);
	penalty_failed(START, &none);
	penalty_succeeded(&none);
	assert_int_equal(penalty_wait_ms(START, &none), 0);
}

static void
a_flood_evicts_the_oldest(void **state UNUSED)
{
	struct endpoint a = address("10.0.0.0");
	unsigned kept = 0;

	for (uint32_t i = 0; i < 65536; i++) {
		a.ip[2] = (uint8_t)(i >> 8);
		a.ip[3] = (uint8_t)i;
		penalty_failed(START + i, &a);
		assert_in_range(penalty_wait_ms(START + i, &a), 1, PENALTY_FIRST_MS);
	}
	for (uint32_t i = 0; i < 65536; i++) {
		a.ip[2] = (uint8_t)(i >> 8);
		a.ip[3] = (uint8_t)i;
		if (penalty_wait_ms(START + i, &a) > 0)
			kept++;
		else
			assert_true(i < 65536 - 512);
	}
	assert_in_range(kept, 7800, 8192);
}

/* A region with one set only, and guard bytes behind it. */
static void
one_set_keeps_the_eight_newest(void **state UNUSED)
{
	_Alignas(8) static uint8_t small[64 + 8 * 16 + 64];
	struct endpoint a = address("10.0.0.0");

	memset(small, 0, sizeof(small));
	memset(small + 192, 0xa5, 64);
	assert_int_equal(penalty_init(small, 192), 0);
	for (unsigned i = 0; i < 20; i++) {
		a.ip[3] = (uint8_t)i;
		penalty_failed(START + i, &a);
	}
	for (unsigned i = 0; i < 20; i++) {
		a.ip[3] = (uint8_t)i;
		assert_int_equal(penalty_wait_ms(START + i, &a), i < 12 ? 0 : PENALTY_FIRST_MS);
	}
	for (unsigned i = 192; i < sizeof(small); i++)
		assert_int_equal(small[i], 0xa5);
}

/* Another process that maps the memory, later, sees and adds to the same failures. */
static void
processes_share_it(void **state UNUSED)
{
	struct endpoint a = address("192.0.2.1");
	int status;
	pid_t pid;

	penalty_failed(START, &a);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (penalty_init(region, PENALTY_REGION_SIZE) < 0 ||
		    penalty_wait_ms(START, &a) < PENALTY_FIRST_MS)
			_exit(1);
		for (unsigned i = 0; i < 100; i++)
			penalty_failed(START + 1, &a);
		_exit(0);
	}
	for (unsigned i = 0; i < 100; i++)
		penalty_failed(START + 1, &a);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(penalty_wait_ms(START + 1, &a), PENALTY_MAX_MS);
}

/* The clocks of two processes may be read in one order and used in the other. */
static void
a_failure_of_the_near_future_counts(void **state UNUSED)
{
	struct endpoint a = address("192.0.2.1");

	penalty_failed(START + 3, &a);
	assert_int_equal(penalty_wait_ms(START, &a), PENALTY_FIRST_MS);
	penalty_failed(START, &a);
	assert_int_equal(penalty_wait_ms(START, &a), 2 * PENALTY_FIRST_MS);
}

#define penalty_test(f)	cmocka_unit_test_setup_teardown(f, make_region, drop_region)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		penalty_test(bad_memory_is_refused),
		penalty_test(the_delay_doubles_up_to_the_cap),
		penalty_test(quiet_is_forgiven),
		penalty_test(success_is_forgiveness),
		penalty_test(an_address_is_what_one_customer_has),
		penalty_test(a_flood_evicts_the_oldest),
		penalty_test(one_set_keeps_the_eight_newest),
		penalty_test(processes_share_it),
		penalty_test(a_failure_of_the_near_future_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
