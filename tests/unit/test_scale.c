/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "server/scale.h"

#define CAPACITY	1000
#define PROCESSORS	4

/* @children alike of which @wanted must run; @sessions and @busy are those of each. */
static struct scale_load
load_of(unsigned children, unsigned wanted, uint64_t sessions, unsigned busy)
{
	struct scale_load load = { .wanted = wanted };

	for (unsigned i = 0; i < children; i++)
		scale_count(&load, sessions, CAPACITY, busy);
	return load;
}

static enum scale_decision
decide(unsigned children, unsigned wanted, uint64_t sessions, unsigned busy)
{
	struct scale_load load = load_of(children, wanted, sessions, busy);
	unsigned quiet = 0;

	return scale_decide(&load, PROCESSORS, &quiet);
}

static void
one_more_when_free_places_run_out(void **state UNUSED)
{
	assert_int_equal(decide(1, 1, 0, 0), SCALE_KEEP);
	assert_int_equal(decide(1, 1, CAPACITY * 3 / 4, 0), SCALE_KEEP);
	assert_int_equal(decide(1, 1, CAPACITY * 3 / 4 + 1, 0), SCALE_MORE);
	assert_int_equal(decide(2, 1, CAPACITY * 7 / 8, 0), SCALE_KEEP);
	assert_int_equal(decide(2, 1, CAPACITY * 7 / 8 + 1, 0), SCALE_MORE);
	assert_int_equal(decide(1, 1, CAPACITY + 1, 0), SCALE_MORE);
}

/* Many more than there are processors, when it is places that are short. */
static void
places_are_not_limited_by_processors(void **state UNUSED)
{
	assert_int_equal(decide(3 * PROCESSORS, 1, CAPACITY, 100), SCALE_MORE);
}

static void
one_more_when_all_are_busy(void **state UNUSED)
{
	struct scale_load load;
	unsigned quiet = 0;

	assert_int_equal(decide(1, 1, 1, SCALE_BUSY_PERCENT - 1), SCALE_KEEP);
	assert_int_equal(decide(1, 1, 1, SCALE_BUSY_PERCENT), SCALE_MORE);
	assert_int_equal(decide(PROCESSORS - 1, 1, 1, 100), SCALE_MORE);
	assert_int_equal(decide(PROCESSORS, 1, 1, 100), SCALE_KEEP);
	/* The idlest may be any of them. */
	load = load_of(1, 1, 1, SCALE_BUSY_PERCENT - 1);
	scale_count(&load, 1, CAPACITY, 100);
	assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_KEEP);
	load = load_of(1, 1, 1, 100);
	scale_count(&load, 1, CAPACITY, SCALE_BUSY_PERCENT - 1);
	assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_KEEP);
}

static void
nothing_is_decided_while_children_start(void **state UNUSED)
{
	unsigned quiet = 7;
	struct scale_load load = load_of(0, 1, 0, 0);

	assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_KEEP);
	load = load_of(1, 2, CAPACITY, 100);
	assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_KEEP);
	assert_int_equal(quiet, 7);
}

/* At the tick after so many quiet ones, and every tick until there is one less. */
static void
one_less_after_a_quiet_minute(void **state UNUSED)
{
	struct scale_load load = load_of(2, 1, 10, 5);
	unsigned quiet = 0;

	for (unsigned i = 1; i < SCALE_QUIET_TICKS; i++)
		assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_KEEP);
	assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_LESS);
	assert_int_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_LESS);
}

static void
what_is_not_quiet_starts_the_minute_anew(void **state UNUSED)
{
	static const struct {
		unsigned	children, wanted;
		uint64_t	sessions;
		unsigned	busy;
	} cases[] = {
		{ 2, 2, 10, 5 },			/* none too many */
		{ 2, 1, CAPACITY / 4, 5 },		/* half the places of the rest */
		{ 2, 1, 10, SCALE_BUSY_PERCENT / 4 },	/* half the work of the rest */
		{ 2, 1, CAPACITY, 5 },			/* one more is needed */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct scale_load load = load_of(cases[i].children, cases[i].wanted,
		    cases[i].sessions, cases[i].busy);
		unsigned quiet = SCALE_QUIET_TICKS - 1;

		assert_int_not_equal(scale_decide(&load, PROCESSORS, &quiet), SCALE_LESS);
		assert_int_equal(quiet, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_when_free_places_run_out),
		cmocka_unit_test(places_are_not_limited_by_processors),
		cmocka_unit_test(one_more_when_all_are_busy),
		cmocka_unit_test(nothing_is_decided_while_children_start),
		cmocka_unit_test(one_less_after_a_quiet_minute),
		cmocka_unit_test(what_is_not_quiet_starts_the_minute_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
