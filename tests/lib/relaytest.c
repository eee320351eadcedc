/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "tests/lib/relaytest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/pipe_pool.h"
#include "tests/lib/looptest.h"

#define DEADLINE_MS	30000
#define PATTERN_SIZE	65521	/* a prime: no shift by a buffer's size goes unseen */

static unsigned char pattern[2 * PATTERN_SIZE];
static unsigned descriptors_before;

int
relaytest_setup(void **state UNUSED)
{
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (unsigned char)(i % PATTERN_SIZE * 2654435761u >> 13);
	assert_int_equal(loop_init(), 0);
	descriptors_before = looptest_open_fds();
	return 0;
}

int
relaytest_teardown(void **state UNUSED)
{
	pipe_pool_fini();
	assert_int_equal(pipe_pool_count(), 0);
	pipe_pool_set_limit(PIPE_POOL_LIMIT);
	assert_int_equal(looptest_open_fds(), descriptors_before);
	loop_fini();
	return 0;
}

/* Running the loop until a condition holds. */

struct wait {
	bool			(*holds)(void *arg);
	void			*arg;
	struct loop_deferred	 deferred;
	uint64_t		 deadline_ms;
};

static void
wait_turn(void *arg)
{
	struct wait *w = arg;

	if (w->holds(w->arg) || looptest_ms() > w->deadline_ms)
		loop_stop();
	else
		loop_defer(&w->deferred, wait_turn, w);
}

void
relaytest_run_until(bool (*holds)(void *arg), void *arg)
{
	struct wait w = { .holds = holds, .arg = arg, .deadline_ms = looptest_ms() + DEADLINE_MS };

	loop_defer(&w.deferred, wait_turn, &w);
	loop_run();
	loop_defer_cancel(&w.deferred);
	assert_true(looptest_ms() <= w.deadline_ms);
}

bool
relaytest_has_ended(void *arg)
{
	const struct relaytest *s = arg;

	return s->ended > 0;
}

static bool
countdown(void *arg)
{
	unsigned *turns = arg;

	return (*turns)-- == 0;
}

void
relaytest_run_turns(unsigned turns)
{
	relaytest_run_until(countdown, &turns);
}

/* Sockets. */

static void
make_nonblocking(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

void
relaytest_tcp_pair(int fds[2])
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

void
relaytest_unix_pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
}

static void
relaytest_ended(struct relay *r, void *arg)
{
	struct relaytest *s = arg;

	assert_ptr_equal(r, &s->relay);
	assert_int_equal(r->dir[RELAY_CLIENT].from_fd, -1);
	assert_int_equal(r->dir[RELAY_REMOTE].from_fd, -1);
	s->ended++;
}

void
relaytest_open_with(struct relaytest *s, void (*make_pair)(int fds[2]),
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
	    early_len, limits != NULL ? limits : &none, relaytest_ended, s), 0);
	assert_int_equal(s->ended, 0);
}

void
relaytest_open(struct relaytest *s)
{
	relaytest_open_with(s, relaytest_tcp_pair, NULL, NULL, 0);
}

void
relaytest_close_end(struct relaytest *s, int side)
{
	close(s->end[side]);
	s->end[side] = -1;
}

void
relaytest_reset_end(struct relaytest *s, int side)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(s->end[side], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	relaytest_close_end(s, side);
}

/* Closes what is open, and expects that the session has ended in this way, once. */
void
relaytest_expect(struct relaytest *s, enum relay_end end)
{
	relaytest_run_until(relaytest_has_ended, s);
	relaytest_run_turns(3);
	assert_int_equal(s->ended, 1);
	assert_string_equal(relay_end_name(s->relay.end), relay_end_name(end));
	for (int side = 0; side < 2; side++) {
		if (s->end[side] >= 0)
			relaytest_close_end(s, side);
	}
}

/* Moving bytes. */

void
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

bool
flow_step(void *arg)
{
	struct flow *f = arg;

	flow_send(f);
	flow_receive(f);
	return f->received == f->total && f->ended == f->finish;
}

struct flow
flow_from(const struct relaytest *s, int side, size_t total)
{
	return (struct flow){ .from = s->end[side], .to = s->end[!side], .total = total };
}

void
flow_run(const struct relaytest *s, int side, size_t total, bool finish)
{
	struct flow f = flow_from(s, side, total);

	f.finish = finish;
	relaytest_run_until(flow_step, &f);
}

/* Sends until neither the relay nor the kernel takes more. */
size_t
relaytest_fill(struct relaytest *s, int side)
{
	struct flow f = flow_from(s, side, SIZE_MAX);
	size_t before;
	unsigned still = 0;

	while (still < 20) {
		before = f.sent;
		flow_send(&f);
		relaytest_run_turns(3);
		still = f.sent == before ? still + 1 : 0;
	}
	return f.sent;
}

void
relaytest_expect_reset(int fd)
{
	char byte;
	ssize_t n;

	while ((n = recv(fd, &byte, 1, 0)) > 0)
		continue;
	assert_int_equal(n, -1);
	assert_int_equal(errno, ECONNRESET);
}

const unsigned char *
flow_bytes(void)
{
	return pattern;
}
