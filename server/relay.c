/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * A session is two directions (relay_dir.c), each read from one socket and written
 * to the other. Both sockets are registered once, edge-triggered, for everything;
 * an event sets the flags of the two directions and pumps them. A direction that
 * has had its share of a turn goes on in the next, behind everybody else, and
 * what an event says meanwhile is only noted.
 *
 * The end of one direction is passed on with shutdown(2), the other goes on; when
 * both have ended, closing the sockets tells the second destination. A socket's
 * failure ends both directions: the peer on the other side is told by a reset, so
 * that it does not take what it has for the whole. So it is when bytes are lost by
 * a time limit or relay_kill().
 *
 * Traffic does not touch the timer: it notes the time. When the timer fires, it is
 * set again for what is left since then: once a limit at most, however busy the
 * session.
 */
#include <config.h>

#include "server/relay.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"

/* The timers' clock lags loop_now() by up to a tick of the kernel. */
#define TIMER_SLACK_MS	10

static const char *const end_names[] = {
	[RELAY_CLOSED] = "closed",
	[RELAY_ERROR] = "error",
	[RELAY_IO_TIMEOUT] = "io timeout",
	[RELAY_FIN_TIMEOUT] = "fin timeout",
	[RELAY_KILLED] = "killed",
};
static_assert(ARRAY_SIZE(end_names) == RELAY_KILLED + 1, "a name for every end");

static struct relay_totals totals;

const struct relay_totals *
relay_totals(void)
{
	return &totals;
}

const char *
relay_end_name(enum relay_end end)
{
	return end_names[end];
}

static void
relay_close(struct relay *r, int side, bool reset)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	int fd = r->dir[side].from_fd;

	loop_io_del(&r->io[side]);
	if (reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	r->dir[side].from_fd = r->dir[!side].to_fd = -1;
}

static bool
relay_over(const struct relay *r)
{
	return r->dir[RELAY_CLIENT].from_fd < 0;
}

/* @dead: the side whose connection is gone already, or -1. */
static void
relay_release(struct relay *r, bool failed, int dead)
{
	bool lost[2];

	for (int side = 0; side < 2; side++)
		lost[side] = relay_dir_abandon(&r->dir[!side]);
	for (int side = 0; side < 2; side++)
		relay_close(r, side, side != dead && (failed || lost[side]));
	if (r->timer != NULL)
		loop_timer_cancel(r->timer);
}

/* The timer's memory goes here, and not where the timer itself may be calling. */
static void
relay_report(void *arg)
{
	struct relay *r = arg;

	free(r->timer);
	r->timer = NULL;
	r->cb(r, r->arg);
}

static void
relay_finish(struct relay *r, enum relay_end end)
{
	r->end = end;
	relay_release(r, end == RELAY_ERROR,
	    end == RELAY_ERROR && r->error == ECONNRESET ? r->end_side : -1);
	loop_defer(&r->deferred, relay_report, r);
}

/*
 * @error is a positive errno of the socket of @side. That nothing can be written to
 * it any more means here that its peer has reset it: the relay has not shut it down.
 */
static void
relay_fail(struct relay *r, int side, int error)
{
	r->error = error == EPIPE || error == ENOTCONN ? ECONNRESET : error;
	r->end_side = side;
	relay_finish(r, RELAY_ERROR);
}

/* The limit that holds now, in milliseconds (0: none), and what passing it means. */
static uint64_t
relay_limit_ms(const struct relay *r, enum relay_end *end)
{
	bool half_closed = r->end_side >= 0;
	unsigned io = r->limits.io_timeout_s, fin = half_closed ? r->limits.fin_timeout_s : 0;

	*end = fin != 0 && (io == 0 || fin < io) ? RELAY_FIN_TIMEOUT : RELAY_IO_TIMEOUT;
	return 1000ull * (*end == RELAY_FIN_TIMEOUT ? fin : io);
}

static void
relay_timer_fired(void *arg)
{
	struct relay *r = arg;
	enum relay_end end;
	uint64_t limit = relay_limit_ms(r, &end);
	uint64_t idle = loop_now() - r->active_ms;

	if (idle + TIMER_SLACK_MS < limit)
		loop_timer_set(r->timer, limit - idle, relay_timer_fired, r);
	else
		relay_finish(r, end);
}

static void
relay_arm_timer(struct relay *r)
{
	enum relay_end end;
	uint64_t limit = relay_limit_ms(r, &end);

	r->active_ms = loop_now();
	if (limit == 0)
		return;
	loop_timer_class(limit);
	loop_timer_set(r->timer, limit, relay_timer_fired, r);
}

/* The direction from @side has ended. */
static void
relay_dir_ended(struct relay *r, int side)
{
	if (r->dir[!side].state == RELAY_ENDED) {
		relay_finish(r, RELAY_CLOSED);
		return;
	}
	r->end_side = side;
	if (shutdown(r->dir[side].to_fd, SHUT_WR) < 0)
		relay_fail(r, !side, errno);
	else
		relay_arm_timer(r);
}

static void
relay_count(struct relay *r, int side, const struct relay_moved *moved)
{
	r->bytes_read[side] += moved->read;
	r->bytes_written[!side] += moved->written;
	totals.bytes_read[side] += moved->read;
	totals.bytes_written[!side] += moved->written;
	if (moved->written > 0 && r->timer != NULL)
		r->active_ms = loop_now();
}

static void	 relay_pump_both(void *arg);

static void
relay_pump(struct relay *r, int side)
{
	struct relay_moved moved;
	enum relay_pumped result = relay_dir_pump(&r->dir[side], &moved);

	relay_count(r, side, &moved);
	switch (result) {
	case RELAY_PUMP_WAITS:
		break;
	case RELAY_PUMP_MORE:
		loop_defer(&r->deferred, relay_pump_both, r);
		break;
	case RELAY_PUMP_END:
		relay_dir_ended(r, side);
		break;
	case RELAY_PUMP_READ_FAILED:
		relay_fail(r, side, moved.error);
		break;
	case RELAY_PUMP_WRITE_FAILED:
		relay_fail(r, !side, moved.error);
		break;
	}
}

static void
relay_pump_both(void *arg)
{
	struct relay *r = arg;

	relay_pump(r, RELAY_CLIENT);
	if (!relay_over(r))
		relay_pump(r, RELAY_REMOTE);
}

/*
 * A side that is not being read has become readable: new bytes, or a failure,
 * which no read will tell of. Returns whether it was a failure.
 */
static bool
relay_failed(struct relay *r, int side)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(r->dir[side].from_fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error != 0)
		relay_fail(r, side, error);
	return error != 0;
}

static void
relay_io_ready(int fd, unsigned events, void *arg)
{
	struct relay *r = arg;
	int side = fd == r->dir[RELAY_CLIENT].from_fd ? RELAY_CLIENT : RELAY_REMOTE;
	struct relay_dir *from = &r->dir[side], *to = &r->dir[!side];

	if (events & (LOOP_READ | LOOP_HANGUP))
		from->readable = true;
	if (events & LOOP_WRITE)
		to->writable = true;
	if (events & LOOP_HANGUP)
		from->hangup = true;
	else if (events & LOOP_READ && relay_dir_interest(from) != LOOP_READ &&
	    relay_failed(r, side))
		return;
	if (!r->deferred.queued)
		relay_pump_both(r);
}

/* What of relay_start() can fail. */
static int
relay_open(struct relay *r, const void *early, size_t early_len)
{
	const struct relay_limits *limits = &r->limits;
	int error = 0;

	if (limits->io_timeout_s != 0 || limits->fin_timeout_s != 0) {
		r->timer = calloc(1, sizeof(*r->timer));
		if (r->timer == NULL)
			return -ENOMEM;
	}
	if (early_len > 0)
		error = relay_dir_hold(&r->dir[RELAY_CLIENT], early, early_len);
	for (int side = 0; side < 2 && error == 0; side++)
		error = loop_io_add(&r->io[side], r->dir[side].from_fd,
		    LOOP_READ | LOOP_WRITE | LOOP_HANGUP | LOOP_EDGE, relay_io_ready, r);
	return error;
}

int
relay_start(struct relay *r, int client_fd, int remote_fd, const void *early, size_t early_len,
    const struct relay_limits *limits, relay_end_cb *cb, void *arg)
{
	struct relay_moved moved = { .read = early_len };
	int error;

	memset(r, 0, sizeof(*r));
	r->dir[RELAY_CLIENT].from_fd = r->dir[RELAY_REMOTE].to_fd = client_fd;
	r->dir[RELAY_REMOTE].from_fd = r->dir[RELAY_CLIENT].to_fd = remote_fd;
	r->end_side = -1;
	r->limits = *limits;
	r->cb = cb;
	r->arg = arg;
	error = relay_open(r, early, early_len);
	if (error < 0) {
		relay_release(r, true, -1);
		free(r->timer);
		return error;
	}
	relay_count(r, RELAY_CLIENT, &moved);
	relay_arm_timer(r);
	return 0;
}

void
relay_kill(struct relay *r)
{
	if (!relay_over(r))
		relay_finish(r, RELAY_KILLED);
}
