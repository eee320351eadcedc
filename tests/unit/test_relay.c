/* SPDX-License-Identifier: ISC */
/* The relay's promises, each between real sockets. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/loop.h"
#include "server/pipe_pool.h"
#include "server/relay.h"
#include "tests/lib/relaytest.h"

/* An idle session costs 1 KB at most, with what its owner keeps. */
static_assert(sizeof(struct relay) <= 512, "a relay is small");

static void
small_messages_pass_both_ways(void **state UNUSED)
{
	struct relaytest s;

	relaytest_open(&s);
	for (unsigned i = 0; i < 100; i++) {
		flow_run(&s, RELAY_CLIENT, 64, false);
		flow_run(&s, RELAY_REMOTE, 64, false);
	}
	assert_int_equal(s.relay.bytes_read[RELAY_CLIENT], 6400);
	assert_int_equal(s.relay.bytes_written[RELAY_CLIENT], 6400);
	flow_run(&s, RELAY_CLIENT, 1, true);
	flow_run(&s, RELAY_REMOTE, 1, true);
	relaytest_expect(&s, RELAY_CLOSED);
	assert_int_equal(s.relay.end_side, RELAY_CLIENT);
	assert_int_equal(s.relay.bytes_read[RELAY_REMOTE], 6401);
}

static void
single_bytes_pass(void **state UNUSED)
{
	struct relaytest s;
	struct flow f;

	relaytest_open(&s);
	f = flow_from(&s, RELAY_REMOTE, 3000);
	f.at_once = 1;
	relaytest_run_until(flow_step, &f);
	relay_kill(&s.relay);
	relaytest_expect(&s, RELAY_KILLED);
}

static bool
two_flows_step(void *arg)
{
	struct flow *f = arg;
	bool first = flow_step(&f[0]), second = flow_step(&f[1]);

	return first && second;
}

static void
bulk_both_ways(void (*make_pair)(int fds[2]), size_t total)
{
	struct relay_totals before = *relay_totals();
	struct relaytest s;
	struct flow f[2];

	relaytest_open_with(&s, make_pair, NULL, NULL, 0);
	for (int side = 0; side < 2; side++) {
		f[side] = flow_from(&s, side, total);
		f[side].finish = true;
	}
	relaytest_run_until(two_flows_step, f);
	relaytest_expect(&s, RELAY_CLOSED);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(s.relay.bytes_read[side], total);
		assert_int_equal(s.relay.bytes_written[side], total);
		assert_int_equal(relay_totals()->bytes_read[side], before.bytes_read[side] + total);
	}
}

static void
bulk_passes_both_ways_at_once(void **state UNUSED)
{
	bulk_both_ways(relaytest_tcp_pair, 64 * MB);
	assert_true(pipe_pool_count() > 0);
}

static void
bulk_passes_without_pipes(void **state UNUSED)
{
	pipe_pool_set_limit(0);
	bulk_both_ways(relaytest_tcp_pair, 16 * MB);
	assert_int_equal(pipe_pool_count(), 0);
}

static void
bulk_passes_with_one_pipe_for_two(void **state UNUSED)
{
	pipe_pool_set_limit(1);
	bulk_both_ways(relaytest_tcp_pair, 16 * MB);
	assert_int_equal(pipe_pool_count(), 1);
}

static void
bulk_passes_unix_sockets(void **state UNUSED)
{
	bulk_both_ways(relaytest_unix_pair, 16 * MB);
}

static void
slow_reader_stops_the_sender(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct relaytest s;
		struct flow f;
		size_t sent;

		relaytest_open(&s);
		sent = relaytest_fill(&s, side);
		assert_true(s.relay.bytes_read[side] - s.relay.bytes_written[!side] <= PIPE_POOL_PIPE_SIZE);
		assert_true(s.relay.bytes_read[side] < sent);
		f = flow_from(&s, side, sent);
		f.sent = sent;
		relaytest_run_until(flow_step, &f);
		flow_run(&s, !side, 100, false);
		relay_kill(&s.relay);
		relaytest_expect(&s, RELAY_KILLED);
	}
}

static void
half_closed_direction_is_answered(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct relaytest s;

		relaytest_open(&s);
		flow_run(&s, side, 10, true);
		assert_int_equal(s.ended, 0);
		assert_int_equal(s.relay.end_side, side);
		flow_run(&s, !side, MB, false);
		flow_run(&s, !side, 10, true);
		relaytest_expect(&s, RELAY_CLOSED);
		assert_int_equal(s.relay.end_side, side);
	}
}

static void
end_behind_bulk_is_not_lost(void **state UNUSED)
{
	struct relaytest s;

	relaytest_open(&s);
	flow_run(&s, RELAY_REMOTE, 5 * MB + 1, true);
	relaytest_close_end(&s, RELAY_CLIENT);
	relaytest_expect(&s, RELAY_CLOSED);
	assert_int_equal(s.relay.end_side, RELAY_REMOTE);
}

static void
reset_is_passed_on(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct relaytest s;

		relaytest_open(&s);
		flow_run(&s, side, 3 * MB, false);
		relaytest_reset_end(&s, side);
		relaytest_run_until(relaytest_has_ended, &s);
		assert_int_equal(s.relay.error, ECONNRESET);
		assert_int_equal(s.relay.end_side, side);
		relaytest_expect_reset(s.end[!side]);
		relaytest_expect(&s, RELAY_ERROR);
	}
}

static void
reset_ends_a_stalled_session(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct relaytest s;

		relaytest_open(&s);
		relaytest_fill(&s, RELAY_CLIENT);
		relaytest_reset_end(&s, side);
		relaytest_run_until(relaytest_has_ended, &s);
		assert_int_equal(s.relay.end_side, side);
		relaytest_expect_reset(s.end[!side]);
		relaytest_expect(&s, RELAY_ERROR);
	}
}

static void
reset_ends_a_half_closed_session(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct relaytest s;

		relaytest_open(&s);
		flow_run(&s, side, 10, true);
		relaytest_reset_end(&s, side);
		relaytest_run_until(relaytest_has_ended, &s);
		assert_int_equal(s.relay.error, ECONNRESET);
		assert_int_equal(s.relay.end_side, side);
		relaytest_expect(&s, RELAY_ERROR);
	}
}

static void
early_bytes_come_first(void **state UNUSED)
{
	struct relaytest s;
	struct flow f;

	relaytest_open_with(&s, relaytest_tcp_pair, NULL, flow_bytes(), 5000);
	f = flow_from(&s, RELAY_CLIENT, 9000);
	f.sent = 5000;
	relaytest_run_until(flow_step, &f);
	assert_int_equal(s.relay.bytes_read[RELAY_CLIENT], 9000);
	flow_run(&s, RELAY_REMOTE, 10, false);
	relay_kill(&s.relay);
	relaytest_expect(&s, RELAY_KILLED);
}

static void
early_bytes_with_the_end_behind_them(void **state UNUSED)
{
	struct relaytest s;
	struct flow f;

	relaytest_open_with(&s, relaytest_tcp_pair, NULL, flow_bytes(), 5000);
	shutdown(s.end[RELAY_CLIENT], SHUT_WR);
	f = flow_from(&s, RELAY_CLIENT, 5000);
	f.sent = 5000;
	f.finish = true;
	relaytest_run_until(flow_step, &f);
	flow_run(&s, RELAY_REMOTE, MB, true);
	relaytest_expect(&s, RELAY_CLOSED);
}

static void
kill_ends_it_in_every_state(void **state UNUSED)
{
	struct relaytest s;

	relaytest_open(&s);
	relay_kill(&s.relay);
	relay_kill(&s.relay);
	assert_int_equal(s.ended, 0);
	relaytest_expect(&s, RELAY_KILLED);

	relaytest_open_with(&s, relaytest_tcp_pair, NULL, flow_bytes(), 1000);
	relay_kill(&s.relay);
	relaytest_run_until(relaytest_has_ended, &s);
	relaytest_expect_reset(s.end[RELAY_REMOTE]);
	relaytest_expect(&s, RELAY_KILLED);

	for (unsigned pipes = 0; pipes < 2; pipes++) {
		pipe_pool_set_limit(pipes);
		relaytest_open(&s);
		relaytest_fill(&s, RELAY_REMOTE);
		relay_kill(&s.relay);
		relaytest_run_until(relaytest_has_ended, &s);
		relaytest_expect_reset(s.end[RELAY_CLIENT]);
		relaytest_expect(&s, RELAY_KILLED);
	}
}

static void
idle_session_ends(void **state UNUSED)
{
	struct relay_limits limits = { .io_timeout_s = 1, .fin_timeout_s = 2 };
	struct relaytest s;
	uint64_t start;

	relaytest_open_with(&s, relaytest_tcp_pair, &limits, NULL, 0);
	flow_run(&s, RELAY_CLIENT, 10, true);
	start = loop_now();
	relaytest_run_until(relaytest_has_ended, &s);
	assert_true(loop_now() - start >= 900);
	relaytest_expect(&s, RELAY_IO_TIMEOUT);
}

static void
half_closed_session_ends(void **state UNUSED)
{
	struct relay_limits limits = { .fin_timeout_s = 1 };
	struct relaytest s;

	relaytest_open_with(&s, relaytest_tcp_pair, &limits, NULL, 0);
	flow_run(&s, RELAY_CLIENT, 10, false);
	flow_run(&s, RELAY_REMOTE, 10, true);
	relaytest_expect(&s, RELAY_FIN_TIMEOUT);
	assert_int_equal(s.relay.end_side, RELAY_REMOTE);
}

/* Keeps a session busy for longer than its limit. */
struct busy {
	struct relaytest	*session;
	uint64_t	 until;
};

static bool
stays_busy(void *arg)
{
	struct busy *b = arg;
	struct flow f = flow_from(b->session, RELAY_CLIENT, 1);
	char byte;

	flow_send(&f);
	while (recv(f.to, &byte, 1, 0) > 0)
		continue;
	return b->session->ended > 0 || loop_now() >= b->until;
}

static void
busy_session_does_not_end(void **state UNUSED)
{
	struct relay_limits limits = { .io_timeout_s = 1 };
	struct relaytest s;
	struct busy b = { &s, loop_now() + 1500 };

	relaytest_open_with(&s, relaytest_tcp_pair, &limits, NULL, 0);
	relaytest_run_until(stays_busy, &b);
	assert_int_equal(s.ended, 0);
	relaytest_expect(&s, RELAY_IO_TIMEOUT);
}

/* One session that always has more to move, and small ones beside it. */
#define SMALL_SESSIONS	20

struct crowd {
	struct relaytest	 bulk, small[SMALL_SESSIONS];
	struct flow	 bulk_flow, flows[SMALL_SESSIONS];
	unsigned	 turns;
};

static bool
crowd_step(void *arg)
{
	struct crowd *c = arg;
	unsigned done = 0;

	c->turns++;
	flow_step(&c->bulk_flow);
	for (unsigned i = 0; i < SMALL_SESSIONS; i++)
		done += flow_step(&c->flows[i]);
	return done == SMALL_SESSIONS;
}

static void
bulk_does_not_starve_small_ones(void **state UNUSED)
{
	static struct crowd c;

	relaytest_open(&c.bulk);
	c.bulk_flow = flow_from(&c.bulk, RELAY_REMOTE, SIZE_MAX);
	for (unsigned i = 0; i < SMALL_SESSIONS; i++)
		relaytest_open(&c.small[i]);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < SMALL_SESSIONS; i++)
			c.flows[i] = flow_from(&c.small[i], RELAY_CLIENT, 64);
		c.turns = 0;
		relaytest_run_until(crowd_step, &c);
		assert_in_range(c.turns, 1, 6);
	}
	assert_true(c.bulk_flow.received > 0);
	relay_kill(&c.bulk.relay);
	relaytest_expect(&c.bulk, RELAY_KILLED);
	for (unsigned i = 0; i < SMALL_SESSIONS; i++) {
		relay_kill(&c.small[i].relay);
		relaytest_expect(&c.small[i], RELAY_KILLED);
	}
}

static void
is_never_called(struct relay *r UNUSED, void *arg UNUSED)
{
	fail();
}

static void
failed_start_closes_both(void **state UNUSED)
{
	struct relay_limits limits = { .io_timeout_s = 1 };
	/* epoll does not watch regular files. */
	int fds[2], file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct relay r;

	relaytest_tcp_pair(fds);
	assert_int_equal(relay_start(&r, fds[1], file, "early", 5, &limits, is_never_called, NULL),
	    -EPERM);
	relaytest_run_turns(3);
	relaytest_expect_reset(fds[0]);
	close(fds[0]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, relaytest_setup, relaytest_teardown)
	const struct CMUnitTest tests[] = {
		TEST(small_messages_pass_both_ways),
		TEST(single_bytes_pass),
		TEST(bulk_passes_both_ways_at_once),
		TEST(bulk_passes_without_pipes),
		TEST(bulk_passes_with_one_pipe_for_two),
		TEST(bulk_passes_unix_sockets),
		TEST(slow_reader_stops_the_sender),
		TEST(half_closed_direction_is_answered),
		TEST(end_behind_bulk_is_not_lost),
		TEST(reset_is_passed_on),
		TEST(reset_ends_a_stalled_session),
		TEST(reset_ends_a_half_closed_session),
		TEST(early_bytes_come_first),
		TEST(early_bytes_with_the_end_behind_them),
		TEST(kill_ends_it_in_every_state),
		TEST(idle_session_ends),
		TEST(half_closed_session_ends),
		TEST(busy_session_does_not_end),
		TEST(bulk_does_not_starve_small_ones),
		TEST(failed_start_closes_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
