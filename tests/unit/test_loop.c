/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/loop.h"
#include "tests/lib/looptest.h"

/* A connected pair; the first is watched, the second is its peer. */
static int pair[2];
static struct loop_io io;
static unsigned calls, told;

static void
count(int fd UNUSED, unsigned events, void *arg UNUSED)
{
	calls++;
	told |= events;
}

static void
count_to_three(int fd, unsigned events, void *arg)
{
	count(fd, events, arg);
	if (calls == 3)
		loop_stop();
}

static void
watch(unsigned events)
{
	calls = told = 0;
	assert_int_equal(loop_io_add(&io, pair[0], events, count, NULL), 0);
}

static void
poke(void)
{
	assert_int_equal(write(pair[1], "x", 1), 1);
}

/* Ends the pair as a reset connection does. */
static void
reset_peer(void)
{
	struct linger now = { .l_onoff = 1 };

	assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(pair[1]);
	pair[1] = -1;
}

static void
a_level_watch_is_told_until_it_is_deleted(void **state UNUSED)
{
	watch(LOOP_READ);
	looptest_run_for(5);
	assert_int_equal(calls, 0);
	assert_int_equal(loop_io_add(&io, pair[0], LOOP_READ, count_to_three, NULL), 0);
	poke();
	looptest_run();
	assert_int_equal(calls, 3);
	assert_int_equal(told, LOOP_READ);
	loop_io_del(&io);
	calls = 0;
	looptest_run_for(5);
	assert_int_equal(calls, 0);
}

static void
an_edge_watch_is_told_once_a_change(void **state UNUSED)
{
	watch(LOOP_READ | LOOP_WRITE | LOOP_HANGUP | LOOP_EDGE);
	looptest_run_for(5);
	assert_int_equal(calls, 1);
	assert_int_equal(told, LOOP_WRITE);
	poke();
	looptest_run_for(5);
	assert_int_equal(calls, 2);
	assert_true(told & LOOP_READ);
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	looptest_run_for(5);
	assert_int_equal(calls, 3);
	assert_true(told & LOOP_HANGUP);
}

static void
a_watch_is_changed_by_adding_again(void **state UNUSED)
{
	watch(LOOP_READ);
	watch(LOOP_WRITE);
	poke();
	looptest_run_for(5);
	assert_int_equal(told, LOOP_WRITE);
	watch(LOOP_READ);
	looptest_run_for(5);
	assert_int_equal(told, LOOP_READ);
}

static void
what_cannot_be_watched_is_refused(void **state UNUSED)
{
	char name[] = "/tmp/test_loop.XXXXXX";
	struct loop_io other = { 0 };
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(loop_io_add(&other, fd, LOOP_READ, count, NULL), -EPERM);
	assert_false(other.on);
	close(fd);
}

static void
a_hang_up_alone_is_told_of_an_end(void **state UNUSED)
{
	watch(LOOP_HANGUP);
	poke();
	looptest_run_for(5);
	assert_int_equal(calls, 0);
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	looptest_run_for(5);
	assert_int_equal(calls, 1);
	assert_int_equal(told, LOOP_HANGUP);
}

static int64_t
cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* libevent keeps it from a watch for the hang-up alone; the loop must not spin on it. */
static void
a_hang_up_alone_is_told_of_a_reset(void **state UNUSED)
{
	int64_t before;

	watch(LOOP_HANGUP);
	reset_peer();
	before = cpu_ms();
	looptest_run_for(200);
	assert_int_equal(calls, 1);
	assert_int_equal(told, LOOP_HANGUP);
	assert_true(cpu_ms() - before < 100);
}

static void
a_reset_is_told_as_readiness(void **state UNUSED)
{
	watch(LOOP_READ | LOOP_HANGUP);
	reset_peer();
	looptest_run_for(5);
	assert_true(told & LOOP_READ);
	watch(LOOP_WRITE);
	looptest_run_for(5);
	assert_true(told & LOOP_WRITE);
}

/* What ran, as letters. */
static char trace[64];

static void
ran(void *arg)
{
	strcat(trace, arg);
}

static void
ran_last(void *arg)
{
	ran(arg);
	loop_stop();
}

#define LETTER(s)	((void *)(uintptr_t)(s))

static void
run_four_timers(void)
{
	struct loop_timer a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

	trace[0] = '\0';
	loop_timer_set(&a, 80, ran_last, LETTER("a"));
	loop_timer_set(&b, 20, ran, LETTER("b"));
	loop_timer_set(&c, 50, ran, LETTER("c"));
	loop_timer_set(&d, 20, ran, LETTER("d"));
	loop_timer_set(&d, 60, ran, LETTER("D"));
	looptest_run();
	/* On a busy machine some may not have run: they must not outlive this function. */
	loop_timer_cancel(&a);
	loop_timer_cancel(&b);
	loop_timer_cancel(&c);
	loop_timer_cancel(&d);
}

/* On a machine so busy that several are due at once their order is open: try again. */
static void
timers_run_in_order_of_their_time(void **state UNUSED)
{
	loop_timer_class(20);
	loop_timer_class(20);
	for (int i = 0; i < 20; i++) {
		run_four_timers();
		if (strcmp(trace, "bcDa") == 0)
			return;
	}
	assert_string_equal(trace, "bcDa");
}

static void
a_cancelled_timer_does_not_run(void **state UNUSED)
{
	struct loop_timer a = { 0 }, b = { 0 };

	loop_timer_class(10);
	loop_timer_cancel(&a);
	loop_timer_set(&a, 10, ran, LETTER("a"));
	loop_timer_set(&b, 5, ran, LETTER("b"));
	loop_timer_cancel(&a);
	loop_timer_cancel(&a);
	looptest_run_for(30);
	assert_string_equal(trace, "b");
}

static struct loop_timer again;

static void
once_more(void *arg)
{
	ran(arg);
	if (strlen(trace) < 3)
		loop_timer_set(&again, 1, once_more, arg);
	else
		loop_stop();
}

static void
a_timer_may_set_itself(void **state UNUSED)
{
	loop_timer_set(&again, 0, once_more, LETTER("x"));
	looptest_run();
	assert_string_equal(trace, "xxx");
}

static uint64_t noticed;

static void
notice_time(void *arg UNUSED)
{
	noticed = loop_now();
	loop_stop();
}

/* The value read before the loop waits is not the one after. */
static void
the_time_is_fresh_in_each_turn(void **state UNUSED)
{
	struct loop_timer t = { 0 };
	uint64_t before = loop_now();

	loop_timer_set(&t, 60, notice_time, NULL);
	looptest_run();
	assert_in_range(noticed - before, 45, 10000);
	assert_true(looptest_ms() - noticed < 5000);
}

static struct loop_deferred first, second;

static void
defer_twice(int fd UNUSED, unsigned events UNUSED, void *arg UNUSED)
{
	loop_io_del(&io);
	loop_defer(&first, ran, LETTER("1"));
	loop_defer(&second, ran_last, LETTER("2"));
	loop_defer(&first, ran, LETTER("1"));
	strcat(trace, "i");
}

static void
the_deferred_runs_after_the_callbacks_once(void **state UNUSED)
{
	assert_int_equal(loop_io_add(&io, pair[0], LOOP_WRITE, defer_twice, NULL), 0);
	looptest_run();
	assert_string_equal(trace, "i12");
}

static void
a_cancelled_deferral_does_not_run(void **state UNUSED)
{
	loop_defer(&first, ran, LETTER("1"));
	loop_defer(&second, ran_last, LETTER("2"));
	loop_defer_cancel(&first);
	loop_defer_cancel(&first);
	looptest_run();
	assert_string_equal(trace, "2");
	loop_defer(&first, ran_last, LETTER("1"));
	looptest_run();
	assert_string_equal(trace, "21");
}

static void
cancel_second(void *arg)
{
	ran(arg);
	loop_defer_cancel(&second);
	loop_stop();
}

static void
the_deferred_may_cancel_one_another(void **state UNUSED)
{
	loop_defer(&first, cancel_second, LETTER("1"));
	loop_defer(&second, ran, LETTER("2"));
	looptest_run();
	assert_string_equal(trace, "1");
}

static unsigned rounds;

static void
endless(void *arg UNUSED)
{
	rounds++;
	loop_defer(&first, endless, NULL);
}

static void
readable_stops(int fd UNUSED, unsigned events UNUSED, void *arg UNUSED)
{
	loop_stop();
}

/* Work that always defers more of itself lets descriptors and timers have their turn. */
static void
the_deferred_starves_nobody(void **state UNUSED)
{
	rounds = 0;
	assert_int_equal(loop_io_add(&io, pair[0], LOOP_READ, readable_stops, NULL), 0);
	loop_defer(&first, endless, NULL);
	poke();
	looptest_run();
	assert_in_range(rounds, 1, 3);
	loop_io_del(&io);
	looptest_run_for(10);
	assert_true(rounds > 3);
	loop_defer_cancel(&first);
}

static void
stop_from_io(int fd UNUSED, unsigned events UNUSED, void *arg)
{
	loop_io_del(arg);
	calls++;
	loop_stop();
}

static void
a_stop_lets_the_turn_end(void **state UNUSED)
{
	struct loop_io peer = { 0 };

	calls = 0;
	assert_int_equal(loop_io_add(&io, pair[0], LOOP_WRITE, stop_from_io, &io), 0);
	assert_int_equal(loop_io_add(&peer, pair[1], LOOP_WRITE, stop_from_io, &peer), 0);
	loop_run();
	assert_int_equal(calls, 2);
}

static void
a_signal_is_told_in_the_loop(void **state UNUSED)
{
	assert_int_equal(loop_signal(SIGUSR1, ran, LETTER("1")), 0);
	assert_int_equal(loop_signal(SIGUSR2, ran_last, LETTER("2")), 0);
	raise(SIGUSR1);
	assert_string_equal(trace, "");
	looptest_run_for(20);
	assert_string_equal(trace, "1");
	raise(SIGUSR2);
	looptest_run();
	assert_string_equal(trace, "12");
}

static int
set_up(void **state UNUSED)
{
	uint16_t port = 0;
	int listener = looptest_listen("127.0.0.1", &port);
	struct endpoint e = looptest_endpoint("127.0.0.1", port);
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&e, &ss);

	memset(trace, 0, sizeof(trace));
	pair[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (pair[1] < 0 || connect(pair[1], (struct sockaddr *)&ss, len) < 0)
		return -1;
	pair[0] = accept(listener, NULL, NULL);
	close(listener);
	return pair[0] < 0 ? -1 : loop_init();
}

static int
tear_down(void **state UNUSED)
{
	loop_io_del(&io);
	loop_timer_cancel(&again);
	loop_fini();
	close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
	return 0;
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_level_watch_is_told_until_it_is_deleted),
		TEST(an_edge_watch_is_told_once_a_change),
		TEST(a_watch_is_changed_by_adding_again),
		TEST(what_cannot_be_watched_is_refused),
		TEST(a_hang_up_alone_is_told_of_an_end),
		TEST(a_hang_up_alone_is_told_of_a_reset),
		TEST(a_reset_is_told_as_readiness),
		TEST(timers_run_in_order_of_their_time),
		TEST(a_cancelled_timer_does_not_run),
		TEST(a_timer_may_set_itself),
		TEST(the_time_is_fresh_in_each_turn),
		TEST(the_deferred_runs_after_the_callbacks_once),
		TEST(a_cancelled_deferral_does_not_run),
		TEST(the_deferred_may_cancel_one_another),
		TEST(the_deferred_starves_nobody),
		TEST(a_stop_lets_the_turn_end),
		TEST(a_signal_is_told_in_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
