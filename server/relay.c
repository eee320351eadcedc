/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * A session is two directions, each read from one socket and written to the
 * other, each with a state of its own:
 *
 *   COPY     nothing is held; the next bytes are copied through one buffer that
 *            all sessions of the process share
 *   BACKLOG  what the destination did not take waits in memory; not read
 *   SPLICE   nothing is held; the next bytes are spliced through a pipe
 *   PIPED    what the destination did not take waits in the pipe; not read
 *   ENDED    the end of the stream was read and passed on
 *
 * The invariant: a direction is read only while it holds nothing. So a session
 * never holds more than one buffer or one pipe a direction, the source's window
 * closes by itself when the destination is slow, the end of the stream is only
 * ever seen with nothing left to flush, and EAGAIN from splice(2) into a pipe
 * means that the socket is empty, never that the pipe is full.
 *
 * Both sockets are registered once, edge-triggered, for everything; an event only
 * sets flags, and what is done follows from state and flags (relay_interest()).
 * Copying, a read that did not fill the buffer has emptied the socket: the next
 * byte or the end of the stream brings an event of its own. So a short message
 * costs one recv(2) and one send(2). Splicing, a short count says nothing (the
 * kernel stops at every odd socket buffer), and the socket is read until EAGAIN.
 *
 * Small messages are cheaper copied, bulk is cheaper spliced: a direction starts
 * by copying, splices once reads fill the buffer, and goes back when a turn moves
 * little. A pipe is taken for each read and returned as soon as it is empty, so
 * only directions whose destination is slow keep one.
 *
 * A direction moves TURN_BYTES a turn at most and then waits for the others to
 * have had theirs.
 */
#include <config.h>

#include "server/relay.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/pipe_pool.h"

#define BUFFER_SIZE	(64u * 1024)
#define FULL_READS	2		/* in a row, until a direction splices */
#define SMALL_TURN	(32u * 1024)	/* bytes; a turn that moves less goes back to copying */
#define TURN_BYTES	(512u * 1024)
/* The timers' clock lags loop_now() by up to a tick of the kernel. */
#define TIMER_SLACK_MS	10

enum relay_state {
	RELAY_COPY,
	RELAY_BACKLOG,
	RELAY_SPLICE,
	RELAY_PIPED,
	RELAY_ENDED,
};

#define TO(state)	(1u << (state))

static const struct {
	const char	*name;
	unsigned	 to;	/* the states that may follow */
} states[] = {
	[RELAY_COPY] = { "copy", TO(RELAY_BACKLOG) | TO(RELAY_SPLICE) | TO(RELAY_ENDED) },
	[RELAY_BACKLOG] = { "backlog", TO(RELAY_COPY) | TO(RELAY_ENDED) },
	[RELAY_SPLICE] = { "splice", TO(RELAY_PIPED) | TO(RELAY_COPY) | TO(RELAY_ENDED) },
	[RELAY_PIPED] = { "piped", TO(RELAY_SPLICE) | TO(RELAY_ENDED) },
	[RELAY_ENDED] = { "ended", 0 },
};

static const char *const end_names[] = {
	[RELAY_CLOSED] = "closed",
	[RELAY_ERROR] = "error",
	[RELAY_IO_TIMEOUT] = "io timeout",
	[RELAY_FIN_TIMEOUT] = "fin timeout",
	[RELAY_KILLED] = "killed",
};
static_assert(ARRAY_SIZE(end_names) == RELAY_KILLED + 1, "a name for every end");

/* Empty between calls: what cannot be sent at once moves to a direction's own. */
static unsigned char buffer[BUFFER_SIZE];
static struct relay_totals totals;

static void	 relay_pump_both(void *arg);
static void	 relay_timer_fired(void *arg);

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
relay_dir_enter(struct relay *r, int side, enum relay_state state)
{
	struct relay_dir *d = &r->dir[side];

	log_trace("relay %d-%d: from %s: %s -> %s", r->fd[RELAY_CLIENT], r->fd[RELAY_REMOTE],
	    side == RELAY_CLIENT ? "client" : "remote", states[d->state].name,
	    states[state].name);
	if ((states[d->state].to & TO(state)) == 0)
		abort();
	d->state = (uint8_t)state;
}

/* What a direction waits for: bytes at its source, room at its destination, or nothing. */
static unsigned
relay_interest(const struct relay_dir *d)
{
	switch ((enum relay_state)d->state) {
	case RELAY_COPY:
	case RELAY_SPLICE:
		return LOOP_READ;
	case RELAY_BACKLOG:
	case RELAY_PIPED:
		return LOOP_WRITE;
	case RELAY_ENDED:
		break;
	}
	return 0;
}

static bool
relay_ready(const struct relay_dir *d)
{
	unsigned interest = relay_interest(d);

	return ((interest & LOOP_READ) && d->readable) || ((interest & LOOP_WRITE) && d->writable);
}

static void
relay_report(void *arg)
{
	struct relay *r = arg;

	r->cb(r, r->arg);
}

static void
relay_release_held(struct relay_dir *d)
{
	if (d->state == RELAY_BACKLOG)
		free(d->held.data);
	else if (d->state == RELAY_PIPED)
		pipe_pool_discard(d->held.pipe);
}

/* Closing with a reset keeps the peer from taking what it has for the whole. */
static void
relay_close(struct relay *r, int side, bool reset)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	loop_io_del(&r->io[side]);
	if (reset)
		setsockopt(r->fd[side], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(r->fd[side]);
	r->fd[side] = -1;
}

static void
relay_finish(struct relay *r, enum relay_end end)
{
	bool lost[2];

	r->end = end;
	for (int side = 0; side < 2; side++) {
		struct relay_dir *d = &r->dir[side];

		lost[!side] = d->state == RELAY_BACKLOG || d->state == RELAY_PIPED;
		relay_release_held(d);
		if (d->state != RELAY_ENDED)
			relay_dir_enter(r, side, RELAY_ENDED);
	}
	for (int side = 0; side < 2; side++)
		relay_close(r, side, end == RELAY_ERROR || lost[side]);
	if (r->timer != NULL)
		loop_timer_cancel(r->timer);
	free(r->timer);
	r->timer = NULL;
	loop_defer(&r->deferred, relay_report, r);
}

/* @error is a positive errno of the socket of @side. */
static void
relay_fail(struct relay *r, int side, int error)
{
	r->error = error;
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
relay_arm_timer(struct relay *r)
{
	enum relay_end end;
	uint64_t limit = relay_limit_ms(r, &end);

	r->active_ms = loop_now();
	if (limit != 0)
		loop_timer_set(r->timer, limit, relay_timer_fired, r);
}

/*
 * Traffic does not touch the timer. So when it fires, it is set again for what is
 * left since the last byte: once a limit at most, however busy the session.
 */
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

/* Closing both sockets is what tells the second direction's destination. */
static void
relay_dir_end(struct relay *r, int side)
{
	relay_dir_enter(r, side, RELAY_ENDED);
	if (r->dir[!side].state == RELAY_ENDED) {
		relay_finish(r, RELAY_CLOSED);
		return;
	}
	r->end_side = side;
	if (shutdown(r->fd[!side], SHUT_WR) < 0)
		relay_fail(r, !side, errno);
	else
		relay_arm_timer(r);
}

/* A read from @side has returned @n, which is 0 or -1 with errno. */
static void
relay_read_nothing(struct relay *r, int side, ssize_t n)
{
	if (n == 0)
		relay_dir_end(r, side);
	else if (errno == EAGAIN)
		r->dir[side].readable = false;
	else if (errno != EINTR)
		relay_fail(r, side, errno);
}

/* A write to the destination of the direction from @side has returned @n. */
static void
relay_wrote(struct relay *r, int side, ssize_t n)
{
	if (n > 0) {
		r->bytes_written[!side] += (size_t)n;
		totals.bytes_written[!side] += (size_t)n;
	} else if (n == 0 || errno == EAGAIN) {
		r->dir[side].writable = false;
	} else if (errno != EINTR) {
		relay_fail(r, !side, errno);
	}
}

static void
relay_count_read(struct relay *r, int side, size_t n)
{
	r->bytes_read[side] += n;
	totals.bytes_read[side] += n;
}

/* Keeps a copy of what the destination did not take. 0, or -ENOMEM. */
static int
relay_hold(struct relay *r, int side, const unsigned char *data, size_t len)
{
	struct relay_dir *d = &r->dir[side];
	unsigned char *copy = malloc(len);

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, data, len);
	d->held.data = copy;
	d->held_from = 0;
	d->held_len = (uint32_t)len;
	d->full_reads = 0;
	relay_dir_enter(r, side, RELAY_BACKLOG);
	return 0;
}

static void
relay_copy(struct relay *r, int side)
{
	struct relay_dir *d = &r->dir[side];
	ssize_t n = recv(r->fd[side], buffer, sizeof(buffer), 0);
	size_t len = (size_t)n, sent = 0;

	if (n <= 0) {
		relay_read_nothing(r, side, n);
		return;
	}
	relay_count_read(r, side, len);
	d->full_reads = len == sizeof(buffer) ? d->full_reads + 1 : 0;
	if (len < sizeof(buffer))
		d->readable = d->hangup;
	n = send(r->fd[!side], buffer, len, MSG_NOSIGNAL);
	relay_wrote(r, side, n);
	if (d->state == RELAY_ENDED)
		return;
	if (n > 0) {
		sent = (size_t)n;
		d->writable = sent == len;
	}
	if (sent < len && relay_hold(r, side, buffer + sent, len - sent) < 0)
		relay_fail(r, side, ENOMEM);
	else if (d->full_reads >= FULL_READS)
		relay_dir_enter(r, side, RELAY_SPLICE);
}

static void
relay_flush_backlog(struct relay *r, int side)
{
	struct relay_dir *d = &r->dir[side];
	ssize_t n = send(r->fd[!side], d->held.data + d->held_from, d->held_len, MSG_NOSIGNAL);

	relay_wrote(r, side, n);
	if (n <= 0)
		return;
	d->held_from += (uint32_t)n;
	d->held_len -= (uint32_t)n;
	if (d->held_len > 0) {
		d->writable = false;
		return;
	}
	free(d->held.data);
	relay_dir_enter(r, side, RELAY_COPY);
}

static void
relay_flush_pipe(struct relay *r, int side)
{
	struct relay_dir *d = &r->dir[side];
	ssize_t n = splice(d->held.pipe->read_fd, NULL, r->fd[!side], NULL, d->held_len,
	    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	relay_wrote(r, side, n);
	if (n <= 0)
		return;
	d->held_len -= (uint32_t)n;
	if (d->held_len == 0) {
		pipe_pool_put(d->held.pipe);
		relay_dir_enter(r, side, RELAY_SPLICE);
	}
}

static void
relay_splice(struct relay *r, int side)
{
	struct relay_dir *d = &r->dir[side];
	struct pool_pipe *p = pipe_pool_get();
	ssize_t n;

	d->full_reads = 0;
	if (p == NULL) {
		relay_dir_enter(r, side, RELAY_COPY);
		return;
	}
	n = splice(r->fd[side], NULL, p->write_fd, NULL, PIPE_POOL_PIPE_SIZE,
	    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n <= 0) {
		pipe_pool_put(p);
		relay_read_nothing(r, side, n);
		return;
	}
	relay_count_read(r, side, (size_t)n);
	d->held.pipe = p;
	d->held_len = (uint32_t)n;
	relay_dir_enter(r, side, RELAY_PIPED);
	relay_flush_pipe(r, side);
}

static void (*const relay_step[])(struct relay *r, int side) = {
	[RELAY_COPY] = relay_copy,
	[RELAY_BACKLOG] = relay_flush_backlog,
	[RELAY_SPLICE] = relay_splice,
	[RELAY_PIPED] = relay_flush_pipe,
};

/* Moves what can be moved in the direction from @side, and not more than its share. */
static void
relay_pump(struct relay *r, int side)
{
	struct relay_dir *d = &r->dir[side];
	uint64_t before = r->bytes_written[!side];
	uint64_t moved = 0;

	while (relay_ready(d) && moved < TURN_BYTES) {
		relay_step[d->state](r, side);
		moved = r->bytes_written[!side] - before;
	}
	if (moved > 0)
		r->active_ms = loop_now();
	if (d->state == RELAY_SPLICE && moved < SMALL_TURN)
		relay_dir_enter(r, side, RELAY_COPY);
	if (relay_ready(d))
		loop_defer(&r->deferred, relay_pump_both, r);
}

static void
relay_pump_both(void *arg)
{
	struct relay *r = arg;

	relay_pump(r, RELAY_CLIENT);
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

	if (getsockopt(r->fd[side], SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error != 0)
		relay_fail(r, side, error);
	return error != 0;
}

static void
relay_io_ready(int fd, unsigned events, void *arg)
{
	struct relay *r = arg;
	int side = fd == r->fd[RELAY_CLIENT] ? RELAY_CLIENT : RELAY_REMOTE;
	struct relay_dir *from = &r->dir[side], *to = &r->dir[!side];

	if (events & (LOOP_READ | LOOP_HANGUP))
		from->readable = true;
	if (events & LOOP_HANGUP)
		from->hangup = true;
	else if (events & LOOP_READ && !(relay_interest(from) & LOOP_READ) && relay_failed(r, side))
		return;
	if (events & LOOP_WRITE)
		to->writable = true;
	/* Else its turn comes yet: not two in one. */
	if (!r->deferred.queued)
		relay_pump_both(r);
}

/* What of relay_start() can fail. */
static int
relay_open(struct relay *r, const void *early, size_t early_len)
{
	const struct relay_limits *limits = &r->limits;
	int error = 0;

	if (early_len > UINT32_MAX)
		return -EMSGSIZE;
	if (limits->io_timeout_s != 0 || limits->fin_timeout_s != 0) {
		r->timer = calloc(1, sizeof(*r->timer));
		if (r->timer == NULL)
			return -ENOMEM;
	}
	if (early_len > 0)
		error = relay_hold(r, RELAY_CLIENT, early, early_len);
	for (int side = 0; side < 2 && error == 0; side++)
		error = loop_io_add(&r->io[side], r->fd[side],
		    LOOP_READ | LOOP_WRITE | LOOP_HANGUP | LOOP_EDGE, relay_io_ready, r);
	return error;
}

int
relay_start(struct relay *r, int client_fd, int remote_fd, const void *early, size_t early_len,
    const struct relay_limits *limits, relay_end_cb *cb, void *arg)
{
	static const int on = 1;
	int error;

	memset(r, 0, sizeof(*r));
	r->fd[RELAY_CLIENT] = client_fd;
	r->fd[RELAY_REMOTE] = remote_fd;
	r->end_side = -1;
	r->limits = *limits;
	r->cb = cb;
	r->arg = arg;
	error = relay_open(r, early, early_len);
	if (error < 0) {
		relay_finish(r, RELAY_KILLED);
		loop_defer_cancel(&r->deferred);
		return error;
	}
	/* The senders have gathered their bytes already. Not TCP: nothing is lost. */
	for (int side = 0; side < 2; side++)
		setsockopt(r->fd[side], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	relay_count_read(r, RELAY_CLIENT, early_len);
	if (limits->io_timeout_s != 0)
		loop_timer_class(1000ull * limits->io_timeout_s);
	if (limits->fin_timeout_s != 0)
		loop_timer_class(1000ull * limits->fin_timeout_s);
	relay_arm_timer(r);
	return 0;
}

void
relay_kill(struct relay *r)
{
	if (r->fd[RELAY_CLIENT] >= 0)
		relay_finish(r, RELAY_KILLED);
}
