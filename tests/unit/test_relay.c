/* SPDX-License-Identifier: ISC */
/*
 * The relay between real sockets, in the real loop. The test holds the far ends:
 * what it sends at one it expects at the other. After each test every descriptor
 * and pipe is back.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/loop.h"
#include "server/pipe_pool.h"
#include "server/relay.h"

#define DEADLINE_S	30
#define MB		(1024u * 1024)
#define PATTERN_SIZE	65521	/* a prime: no shift by a buffer's size goes unseen */
#define HELD_MAX	(PIPE_POOL_PIPE_SIZE)

static unsigned char pattern[2 * PATTERN_SIZE];
static int descriptors_before;

/* A session under test: the relay, and the two far ends, which the test owns. */
struct session {
	struct relay	 relay;
	int		 end[2];	/* RELAY_CLIENT, RELAY_REMOTE; -1: closed */
	unsigned	 ended;		/* calls of the callback */
};

/* Bytes sent at one end and expected at the other. */
struct flow {
	int	 from, to;
	size_t	 total, sent, received;
	size_t	 at_once;	/* bytes a send; 0: as many as go */
	bool	 finish;	/* ends the stream behind the last byte, and expects the same */
	bool	 ended;		/* the end arrived */
};

static int
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static int
setup(void **state UNUSED)
{
	assert_int_equal(loop_init(), 0);
	descriptors_before = count_descriptors();
	return 0;
}

static int
teardown(void **state UNUSED)
{
	pipe_pool_fini();
	assert_int_equal(pipe_pool_count(), 0);
	pipe_pool_set_limit(PIPE_POOL_LIMIT);
	assert_int_equal(count_descriptors(), descriptors_before);
	loop_fini();
	return 0;
}

/* Running the loop until a condition holds. */

struct wait {
	bool			(*holds)(void *arg);
	void			*arg;
	struct loop_deferred	 deferred;
	time_t			 deadline;
};

static time_t
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void
wait_turn(void *arg)
{
	struct wait *w = arg;

	if (w->holds(w->arg) || seconds() > w->deadline)
		loop_stop();
	else
		loop_defer(&w->deferred, wait_turn, w);
}

/* @holds is asked once a turn. */
static void
run_until(bool (*holds)(void *arg), void *arg)
{
	struct wait w = { .holds = holds, .arg = arg, .deadline = seconds() + DEADLINE_S };

	loop_defer(&w.deferred, wait_turn, &w);
	loop_run();
	loop_defer_cancel(&w.deferred);
	assert_true(seconds() <= w.deadline);
}

static bool
has_ended(void *arg)
{
	const struct session *s = arg;

	return s->ended > 0;
}

static bool
countdown(void *arg)
{
	unsigned *turns = arg;

	return (*turns)-- == 0;
}

static void
run_turns(unsigned turns)
{
	run_until(countdown, &turns);
}

/* Sockets. */

static void
make_nonblocking(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

static void
tcp_pair(int fds[2])
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &len), 0);
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fds[0], (struct sockaddr *)&sin, sizeof(sin)), 0);
	fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fds[1] >= 0);
	close(listener);
}

static void
unix_pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
}

static void
session_ended(struct relay *r, void *arg)
{
	struct session *s = arg;

	assert_ptr_equal(r, &s->relay);
	assert_int_equal(r->dir[RELAY_CLIENT].from_fd, -1);
	assert_int_equal(r->dir[RELAY_REMOTE].from_fd, -1);
	s->ended++;
}

static void
session_open_with(struct session *s, void (*make_pair)(int fds[2]),
    const struct relay_limits *limits, const void *early, size_t early_len)
{
	static const struct relay_limits none;
	int inner[2];

	memset(s, 0, sizeof(*s));
	for (int side = 0; side < 2; side++) {
		int fds[2];

		make_pair(fds);
		s->end[side] = fds[0];
		inner[side] = fds[1];
		make_nonblocking(fds[0]);
		make_nonblocking(fds[1]);
	}
	assert_int_equal(relay_start(&s->relay, inner[RELAY_CLIENT], inner[RELAY_REMOTE], early,
	    early_len, limits != NULL ? limits : &none, session_ended, s), 0);
	assert_int_equal(s->ended, 0);
}

static void
session_open(struct session *s)
{
	session_open_with(s, tcp_pair, NULL, NULL, 0);
}

static void
session_close_end(struct session *s, int side)
{
	close(s->end[side]);
	s->end[side] = -1;
}

static void
session_reset_end(struct session *s, int side)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(s->end[side], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	session_close_end(s, side);
}

/* Closes what is open, and expects that the session has ended in this way, once. */
static void
session_expect(struct session *s, enum relay_end end)
{
	run_until(has_ended, s);
	run_turns(3);
	assert_int_equal(s->ended, 1);
	assert_string_equal(relay_end_name(s->relay.end), relay_end_name(end));
	for (int side = 0; side < 2; side++) {
		if (s->end[side] >= 0)
			session_close_end(s, side);
	}
}

/* Moving bytes. */

static void
flow_send(struct flow *f)
{
	while (f->sent < f->total) {
		size_t from = f->sent % PATTERN_SIZE, len = f->total - f->sent;
		ssize_t n;

		if (len > PATTERN_SIZE)
			len = PATTERN_SIZE;
		if (f->at_once != 0 && len > f->at_once)
			len = f->at_once;
		n = send(f->from, pattern + from, len, MSG_NOSIGNAL);
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			return;
		}
		f->sent += (size_t)n;
		if (f->sent == f->total && f->finish)
			assert_int_equal(shutdown(f->from, SHUT_WR), 0);
		if (f->at_once != 0)
			return;
	}
}

static void
flow_receive(struct flow *f)
{
	static unsigned char got[PATTERN_SIZE];
	ssize_t n;

	while (!f->ended && (n = recv(f->to, got, sizeof(got), 0)) >= 0) {
		f->ended = n == 0;
		assert_memory_equal(got, pattern + f->received % PATTERN_SIZE, (size_t)n);
		f->received += (size_t)n;
	}
	assert_true(f->ended || errno == EAGAIN);
	assert_true(f->received <= f->total);
	assert_true(!f->ended || (f->finish && f->received == f->total));
}

static bool
flow_step(void *arg)
{
	struct flow *f = arg;

	flow_send(f);
	flow_receive(f);
	return f->received == f->total && f->ended == f->finish;
}

static bool
two_flows_step(void *arg)
{
	struct flow *f = arg;
	bool first = flow_step(&f[0]), second = flow_step(&f[1]);

	return first && second;
}

static struct flow
flow_from(const struct session *s, int side, size_t total)
{
	return (struct flow){ .from = s->end[side], .to = s->end[!side], .total = total };
}

static void
run_flow(const struct session *s, int side, size_t total, bool finish)
{
	struct flow f = flow_from(s, side, total);

	f.finish = finish;
	run_until(flow_step, &f);
}

/* Sends until neither the relay nor the kernel takes more. */
static size_t
fill(struct session *s, int side)
{
	struct flow f = flow_from(s, side, SIZE_MAX);
	size_t before;
	unsigned still = 0;

	while (still < 20) {
		before = f.sent;
		flow_send(&f);
		run_turns(3);
		still = f.sent == before ? still + 1 : 0;
	}
	return f.sent;
}

static void
expect_reset(int fd)
{
	char byte;
	ssize_t n;

	while ((n = recv(fd, &byte, 1, 0)) > 0)
		continue;
	assert_int_equal(n, -1);
	assert_int_equal(errno, ECONNRESET);
}

/* Tests. */

static void
small_messages_pass_both_ways(void **state UNUSED)
{
	struct session s;

	session_open(&s);
	for (unsigned i = 0; i < 100; i++) {
		run_flow(&s, RELAY_CLIENT, 64, false);
		run_flow(&s, RELAY_REMOTE, 64, false);
	}
	assert_int_equal(s.relay.bytes_read[RELAY_CLIENT], 6400);
	assert_int_equal(s.relay.bytes_written[RELAY_CLIENT], 6400);
	run_flow(&s, RELAY_CLIENT, 1, true);
	run_flow(&s, RELAY_REMOTE, 1, true);
	session_expect(&s, RELAY_CLOSED);
	assert_int_equal(s.relay.end_side, RELAY_CLIENT);
	assert_int_equal(s.relay.bytes_read[RELAY_REMOTE], 6401);
}

static void
single_bytes_pass(void **state UNUSED)
{
	struct session s;
	struct flow f;

	session_open(&s);
	f = flow_from(&s, RELAY_REMOTE, 3000);
	f.at_once = 1;
	run_until(flow_step, &f);
	relay_kill(&s.relay);
	session_expect(&s, RELAY_KILLED);
}

static void
bulk_both_ways(void (*make_pair)(int fds[2]), size_t total)
{
	struct relay_totals before = *relay_totals();
	struct session s;
	struct flow f[2];

	session_open_with(&s, make_pair, NULL, NULL, 0);
	for (int side = 0; side < 2; side++) {
		f[side] = flow_from(&s, side, total);
		f[side].finish = true;
	}
	run_until(two_flows_step, f);
	session_expect(&s, RELAY_CLOSED);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(s.relay.bytes_read[side], total);
		assert_int_equal(s.relay.bytes_written[side], total);
		assert_int_equal(relay_totals()->bytes_read[side], before.bytes_read[side] + total);
	}
}

static void
bulk_passes_both_ways_at_once(void **state UNUSED)
{
	bulk_both_ways(tcp_pair, 64 * MB);
	assert_true(pipe_pool_count() > 0);
}

static void
bulk_passes_without_pipes(void **state UNUSED)
{
	pipe_pool_set_limit(0);
	bulk_both_ways(tcp_pair, 16 * MB);
	assert_int_equal(pipe_pool_count(), 0);
}

static void
bulk_passes_with_one_pipe_for_two(void **state UNUSED)
{
	pipe_pool_set_limit(1);
	bulk_both_ways(tcp_pair, 16 * MB);
	assert_int_equal(pipe_pool_count(), 1);
}

static void
bulk_passes_unix_sockets(void **state UNUSED)
{
	bulk_both_ways(unix_pair, 16 * MB);
}

static void
slow_reader_stops_the_sender(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct session s;
		struct flow f;
		size_t sent;

		session_open(&s);
		sent = fill(&s, side);
		assert_true(s.relay.bytes_read[side] - s.relay.bytes_written[!side] <= HELD_MAX);
		assert_true(s.relay.bytes_read[side] < sent);
		f = flow_from(&s, side, sent);
		f.sent = sent;
		run_until(flow_step, &f);
		run_flow(&s, !side, 100, false);
		relay_kill(&s.relay);
		session_expect(&s, RELAY_KILLED);
	}
}

static void
half_closed_direction_is_answered(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct session s;

		session_open(&s);
		run_flow(&s, side, 10, true);
		assert_int_equal(s.ended, 0);
		assert_int_equal(s.relay.end_side, side);
		run_flow(&s, !side, MB, false);
		run_flow(&s, !side, 10, true);
		session_expect(&s, RELAY_CLOSED);
		assert_int_equal(s.relay.end_side, side);
	}
}

static void
end_behind_bulk_is_not_lost(void **state UNUSED)
{
	struct session s;

	session_open(&s);
	run_flow(&s, RELAY_REMOTE, 5 * MB + 1, true);
	session_close_end(&s, RELAY_CLIENT);
	session_expect(&s, RELAY_CLOSED);
	assert_int_equal(s.relay.end_side, RELAY_REMOTE);
}

static void
reset_is_passed_on(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct session s;

		session_open(&s);
		run_flow(&s, side, 3 * MB, false);
		session_reset_end(&s, side);
		run_until(has_ended, &s);
		assert_int_equal(s.relay.error, ECONNRESET);
		assert_int_equal(s.relay.end_side, side);
		expect_reset(s.end[!side]);
		session_expect(&s, RELAY_ERROR);
	}
}

static void
reset_ends_a_stalled_session(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct session s;

		session_open(&s);
		fill(&s, RELAY_CLIENT);
		session_reset_end(&s, side);
		run_until(has_ended, &s);
		assert_int_equal(s.relay.end_side, side);
		expect_reset(s.end[!side]);
		session_expect(&s, RELAY_ERROR);
	}
}

static void
reset_ends_a_half_closed_session(void **state UNUSED)
{
	for (int side = 0; side < 2; side++) {
		struct session s;

		session_open(&s);
		run_flow(&s, side, 10, true);
		session_reset_end(&s, side);
		run_until(has_ended, &s);
		assert_int_equal(s.relay.end_side, side);
		session_expect(&s, RELAY_ERROR);
	}
}

static void
early_bytes_come_first(void **state UNUSED)
{
	struct session s;
	struct flow f;

	session_open_with(&s, tcp_pair, NULL, pattern, 5000);
	f = flow_from(&s, RELAY_CLIENT, 9000);
	f.sent = 5000;
	run_until(flow_step, &f);
	assert_int_equal(s.relay.bytes_read[RELAY_CLIENT], 9000);
	run_flow(&s, RELAY_REMOTE, 10, false);
	relay_kill(&s.relay);
	session_expect(&s, RELAY_KILLED);
}

static void
early_bytes_with_the_end_behind_them(void **state UNUSED)
{
	struct session s;
	struct flow f;

	session_open_with(&s, tcp_pair, NULL, pattern, 5000);
	shutdown(s.end[RELAY_CLIENT], SHUT_WR);
	f = flow_from(&s, RELAY_CLIENT, 5000);
	f.sent = 5000;
	f.finish = true;
	run_until(flow_step, &f);
	run_flow(&s, RELAY_REMOTE, MB, true);
	session_expect(&s, RELAY_CLOSED);
}

static void
kill_ends_it_in_every_state(void **state UNUSED)
{
	struct session s;

	session_open(&s);
	relay_kill(&s.relay);
	relay_kill(&s.relay);
	assert_int_equal(s.ended, 0);
	session_expect(&s, RELAY_KILLED);

	session_open_with(&s, tcp_pair, NULL, pattern, 1000);
	relay_kill(&s.relay);
	run_until(has_ended, &s);
	expect_reset(s.end[RELAY_REMOTE]);
	session_expect(&s, RELAY_KILLED);

	for (unsigned pipes = 0; pipes < 2; pipes++) {
		pipe_pool_set_limit(pipes);
		session_open(&s);
		fill(&s, RELAY_REMOTE);
		relay_kill(&s.relay);
		run_until(has_ended, &s);
		expect_reset(s.end[RELAY_CLIENT]);
		session_expect(&s, RELAY_KILLED);
	}
}

static void
idle_session_ends(void **state UNUSED)
{
	struct relay_limits limits = { .io_timeout_s = 1, .fin_timeout_s = 2 };
	struct session s;
	uint64_t start;

	session_open_with(&s, tcp_pair, &limits, NULL, 0);
	run_flow(&s, RELAY_CLIENT, 10, true);
	start = loop_now();
	run_until(has_ended, &s);
	assert_true(loop_now() - start >= 900);
	session_expect(&s, RELAY_IO_TIMEOUT);
}

static void
half_closed_session_ends(void **state UNUSED)
{
	struct relay_limits limits = { .fin_timeout_s = 1 };
	struct session s;

	session_open_with(&s, tcp_pair, &limits, NULL, 0);
	run_flow(&s, RELAY_CLIENT, 10, false);
	run_flow(&s, RELAY_REMOTE, 10, true);
	session_expect(&s, RELAY_FIN_TIMEOUT);
	assert_int_equal(s.relay.end_side, RELAY_REMOTE);
}

/* Keeps a session busy for longer than its limit. */
struct busy {
	struct session	*session;
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
	struct session s;
	struct busy b = { &s, loop_now() + 1500 };

	session_open_with(&s, tcp_pair, &limits, NULL, 0);
	run_until(stays_busy, &b);
	assert_int_equal(s.ended, 0);
	session_expect(&s, RELAY_IO_TIMEOUT);
}

/* One session that always has more to move, and small ones beside it. */
#define SMALL_SESSIONS	20

struct crowd {
	struct session	 bulk, small[SMALL_SESSIONS];
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

	session_open(&c.bulk);
	c.bulk_flow = flow_from(&c.bulk, RELAY_REMOTE, SIZE_MAX);
	for (unsigned i = 0; i < SMALL_SESSIONS; i++)
		session_open(&c.small[i]);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < SMALL_SESSIONS; i++)
			c.flows[i] = flow_from(&c.small[i], RELAY_CLIENT, 64);
		c.turns = 0;
		run_until(crowd_step, &c);
		assert_in_range(c.turns, 1, 6);
	}
	assert_true(c.bulk_flow.received > 0);
	relay_kill(&c.bulk.relay);
	session_expect(&c.bulk, RELAY_KILLED);
	for (unsigned i = 0; i < SMALL_SESSIONS; i++) {
		relay_kill(&c.small[i].relay);
		session_expect(&c.small[i], RELAY_KILLED);
	}
}

static void
failed_start_closes_both(void **state UNUSED)
{
	struct relay_limits limits = { .io_timeout_s = 1 };
	struct session s;
	int fds[2];

	memset(&s, 0, sizeof(s));
	tcp_pair(fds);
	s.end[RELAY_CLIENT] = fds[0];
	/* epoll does not watch regular files. */
	assert_int_equal(relay_start(&s.relay, fds[1], open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
	    "early", 5, &limits, session_ended, &s), -EPERM);
	run_turns(3);
	assert_int_equal(s.ended, 0);
	close(fds[0]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
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

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (unsigned char)(i % PATTERN_SIZE * 2654435761u >> 13);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
