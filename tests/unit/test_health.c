/* SPDX-License-Identifier: ISC */
/* Which proxies are bad, and how long. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/health.h"
#include "libsocksify/state.h"

static struct settings settings;
static struct health_table *table;

static int
setup(void **state)
{
	(void)state;
	if (table == NULL)
		table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(table, 0, sizeof(*table));
	health_use(table);
	settings_init(&settings);
	return 0;
}

static void
test_one_failure_by_default(void **state)
{
	int64_t now = 1000;

	(void)state;
	assert_false(health_is_bad(&settings, 3, now));
	assert_int_equal(health_last_failure(3), 0);
	health_failed(&settings, 3, now);
	assert_true(health_is_bad(&settings, 3, now));
	assert_false(health_is_bad(&settings, 2, now));
	assert_int_equal(health_last_failure(3), now);
	/* Until the 300 seconds are over, and not longer. */
	assert_true(health_is_bad(&settings, 3, now + 299999));
	assert_false(health_is_bad(&settings, 3, now + 300000));
}

static void
test_success_clears(void **state)
{
	(void)state;
	health_failed(&settings, 0, 5);
	health_worked(0);
	assert_false(health_is_bad(&settings, 0, 6));
	assert_int_equal(health_last_failure(0), 0);
}

static void
test_maxfail(void **state)
{
	(void)state;
	settings.route_maxfail = 3;
	settings.route_badexpire = 10;
	health_failed(&settings, 0, 100);
	health_failed(&settings, 0, 200);
	assert_false(health_is_bad(&settings, 0, 200));
	health_failed(&settings, 0, 300);
	assert_true(health_is_bad(&settings, 0, 300));
	/* After that it has three chances again. */
	assert_false(health_is_bad(&settings, 0, 10300));
	health_failed(&settings, 0, 10300);
	assert_false(health_is_bad(&settings, 0, 10300));
	settings.route_maxfail = 0;
	for (unsigned i = 0; i < 70000; i++)
		health_failed(&settings, 0, 20000);
	assert_false(health_is_bad(&settings, 0, 20000));
	settings.route_maxfail = UINT32_MAX;
	assert_true(health_is_bad(&settings, 0, 20000));
}

/* Whatever a damaged file says, nothing is bad for longer than it should be. */
static void
test_damage(void **state)
{
	(void)state;
	memset(table, 0xff, sizeof(*table));
	assert_false(health_is_bad(&settings, 0, 1000));
	assert_false(health_is_bad(&settings, SETTINGS_PROXIES, 1000));
	health_failed(&settings, SETTINGS_PROXIES, 1000);
	health_worked(SETTINGS_PROXIES);
	health_failed(&settings, 0, 1000);
	assert_true(health_is_bad(&settings, 0, 1000));
}

static void
test_no_table(void **state)
{
	(void)state;
	health_use(NULL);
	health_failed(&settings, 0, 1);
	assert_false(health_is_bad(&settings, 0, 1));
	health_worked(0);
}

/* What one process finds out, the others know; no failure is lost. */
static void
test_shared(void **state)
{
	enum { PROCESSES = 4, TIMES = 1000 };
	pid_t children[PROCESSES];
	int status;

	(void)state;
	settings.route_maxfail = PROCESSES * TIMES;
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			for (int j = 0; j < TIMES - (i == 0); j++)
				health_failed(&settings, 1, 77);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_false(health_is_bad(&settings, 1, 77));
	health_failed(&settings, 1, 77);
	assert_true(health_is_bad(&settings, 1, 77));
}

static void
test_clock(void **state)
{
	int64_t a = health_now();

	(void)state;
	assert_true(a > 0);
	assert_true(health_now() >= a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_failure_by_default, setup),
		cmocka_unit_test_setup(test_success_clears, setup),
		cmocka_unit_test_setup(test_maxfail, setup),
		cmocka_unit_test_setup(test_damage, setup),
		cmocka_unit_test_setup(test_no_table, setup),
		cmocka_unit_test_setup(test_shared, setup),
		cmocka_unit_test_setup(test_clock, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
