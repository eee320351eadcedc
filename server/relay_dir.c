/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * The invariant: a direction is read only while it holds nothing. So it never
 * holds more than one buffer or one pipe, the source's window closes by itself
 * when the destination is slow, the end of the stream is only ever seen with
 * nothing left to flush, and EAGAIN from splice(2) into a pipe means that the
 * socket is empty, never that the pipe is full.
 *
 * Descriptors are watched edge-triggered: an event only sets a flag, and what is
 * done follows from state and flags. Copying, a read that did not fill the buffer
 * has emptied the socket: the next byte or the end of the stream brings an event
 * of its own, unless the end was announced already (.hangup). So a short message
 * costs one recv(2) and one send(2). Splicing, a short count says nothing, since
 * the kernel may stop at any socket buffer: the source is read until EAGAIN.
 *
 * What matters is how much one pair of system calls moves. Through 64 KiB at a
 * time, copying and splicing cost about the same (470 and 430 ms of CPU per GB,
 * one stream over loopback); a pipe of 256 KiB takes 320, one of 1 MiB 260 (with 8
 * streams 620, 490, 370, 190). Hence a direction starts by copying, splices once
 * reads fill the buffer, and goes back when a turn moves less than that. A pipe is
 * taken for each read and returned as soon as it is empty, which costs nothing, so
 * only directions whose destination is slow keep one. Where there is no pipe to be
 * had, copying goes on.
 */
#include <config.h>

#include "server/relay_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/loop.h"
#include "server/pipe_pool.h"

#define BUFFER_SIZE	(64u * 1024)
#define FULL_READS	2	/* in a row, until a direction splices */
/*
 * Bytes that a direction moves in a turn before the others have theirs; the last
 * step of a turn may go beyond by a pipe. Beside 8 bulk streams on 2 cores, 1 of 100
 * round trips of 64 bytes takes 8 to 36 ms so; with 4 MiB 31 to 41 ms, with 256 KiB
 * (of the pipe too) 5 to 10 ms, but a GB then takes a third more CPU.
 */
#define TURN_BYTES	(512u * 1024)

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

/* Of the whole process. Empty between calls: what stays moves to a direction's own. */
static unsigned char buffer[BUFFER_SIZE];

static void
relay_dir_enter(struct relay_dir *d, enum relay_dir_state state)
{
	log_trace("relay %d to %d: %s -> %s", d->from_fd, d->to_fd, states[d->state].name,
	    states[state].name);
	if ((states[d->state].to & TO(state)) == 0)
		abort();
	d->state = (uint8_t)state;
}

unsigned
relay_dir_interest(const struct relay_dir *d)
{
	switch ((enum relay_dir_state)d->state) {
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
relay_dir_ready(const struct relay_dir *d)
{
	unsigned interest = relay_dir_interest(d);

	return (interest & LOOP_READ && d->readable) || (interest & LOOP_WRITE && d->writable);
}

int
relay_dir_hold(struct relay_dir *d, const void *data, size_t len)
{
	unsigned char *copy;

	if (len > UINT32_MAX)
		return -EMSGSIZE;
	copy = malloc(len);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, data, len);
	d->held.data = copy;
	d->held_from = 0;
	d->held_len = (uint32_t)len;
	d->full_reads = 0;
	relay_dir_enter(d, RELAY_BACKLOG);
	return 0;
}

bool
relay_dir_abandon(struct relay_dir *d)
{
	bool lost = d->state != RELAY_ENDED && (d->held_len > 0 || d->readable);

	if (d->state == RELAY_BACKLOG)
		free(d->held.data);
	else if (d->state == RELAY_PIPED)
		pipe_pool_discard(d->held.pipe);
	if (d->state != RELAY_ENDED)
		relay_dir_enter(d, RELAY_ENDED);
	return lost;
}

/*
 * The steps. Each makes one attempt from its state and returns RELAY_PUMP_WAITS
 * if all is well: whether there is more to do, the flags say.
 */

/* A read has returned @n, which is 0 or -1 with errno. */
static enum relay_pumped
relay_dir_read_nothing(struct relay_dir *d, ssize_t n, struct relay_moved *moved)
{
	if (n == 0) {
		relay_dir_enter(d, RELAY_ENDED);
		return RELAY_PUMP_END;
	}
	if (errno == EAGAIN) {
		d->readable = false;
	} else if (errno != EINTR) {
		moved->error = errno;
		return RELAY_PUMP_READ_FAILED;
	}
	return RELAY_PUMP_WAITS;
}

/* A write has returned @n. */
static enum relay_pumped
relay_dir_wrote(struct relay_dir *d, ssize_t n, struct relay_moved *moved)
{
	if (n > 0) {
		moved->written += (size_t)n;
	} else if (n == 0 || errno == EAGAIN) {
		d->writable = false;
	} else if (errno != EINTR) {
		moved->error = errno;
		return RELAY_PUMP_WRITE_FAILED;
	}
	return RELAY_PUMP_WAITS;
}

/* Writes @len bytes out of the buffer; what is not taken stays in a backlog. */
static enum relay_pumped
relay_dir_send(struct relay_dir *d, size_t len, struct relay_moved *moved)
{
	ssize_t n = send(d->to_fd, buffer, len, MSG_NOSIGNAL);
	size_t sent = n > 0 ? (size_t)n : 0;
	enum relay_pumped result = relay_dir_wrote(d, n, moved);

	if (result != RELAY_PUMP_WAITS || sent == len)
		return result;
	/* A short count comes from a full socket, which will tell when it has room. */
	if (sent > 0)
		d->writable = false;
	moved->error = -relay_dir_hold(d, buffer + sent, len - sent);
	return moved->error == 0 ? RELAY_PUMP_WAITS : RELAY_PUMP_WRITE_FAILED;
}

static enum relay_pumped
relay_dir_copy(struct relay_dir *d, struct relay_moved *moved)
{
	ssize_t n = recv(d->from_fd, buffer, sizeof(buffer), 0);
	enum relay_pumped result;
	size_t len = (size_t)n;

	if (n <= 0)
		return relay_dir_read_nothing(d, n, moved);
	moved->read += len;
	if (len < sizeof(buffer))
		d->readable = d->hangup;
	d->full_reads = len == sizeof(buffer) ? d->full_reads + 1 : 0;
	result = relay_dir_send(d, len, moved);
	if (result == RELAY_PUMP_WAITS && d->full_reads >= FULL_READS)
		relay_dir_enter(d, RELAY_SPLICE);
	return result;
}

static enum relay_pumped
relay_dir_flush_backlog(struct relay_dir *d, struct relay_moved *moved)
{
	ssize_t n = send(d->to_fd, d->held.data + d->held_from, d->held_len, MSG_NOSIGNAL);

	if (n <= 0)
		return relay_dir_wrote(d, n, moved);
	moved->written += (size_t)n;
	d->held_from += (uint32_t)n;
	d->held_len -= (uint32_t)n;
	if (d->held_len > 0) {
		d->writable = false;
		return RELAY_PUMP_WAITS;
	}
	free(d->held.data);
	relay_dir_enter(d, RELAY_COPY);
	return RELAY_PUMP_WAITS;
}

static enum relay_pumped
relay_dir_flush_pipe(struct relay_dir *d, struct relay_moved *moved)
{
	ssize_t n = splice(d->held.pipe->read_fd, NULL, d->to_fd, NULL, d->held_len,
	    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (n <= 0)
		return relay_dir_wrote(d, n, moved);
	moved->written += (size_t)n;
	d->held_len -= (uint32_t)n;
	if (d->held_len == 0) {
		pipe_pool_put(d->held.pipe);
		relay_dir_enter(d, RELAY_SPLICE);
	}
	return RELAY_PUMP_WAITS;
}

static enum relay_pumped
relay_dir_splice(struct relay_dir *d, struct relay_moved *moved)
{
	struct pool_pipe *p = pipe_pool_get();
	ssize_t n;

	d->full_reads = 0;
	if (p == NULL) {
		relay_dir_enter(d, RELAY_COPY);
		return RELAY_PUMP_WAITS;
	}
	n = splice(d->from_fd, NULL, p->write_fd, NULL, PIPE_POOL_PIPE_SIZE,
	    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n <= 0) {
		pipe_pool_put(p);
		return relay_dir_read_nothing(d, n, moved);
	}
	moved->read += (size_t)n;
	d->held.pipe = p;
	d->held_len = (uint32_t)n;
	relay_dir_enter(d, RELAY_PIPED);
	return relay_dir_flush_pipe(d, moved);
}

static enum relay_pumped (*const steps[])(struct relay_dir *d, struct relay_moved *moved) = {
	[RELAY_COPY] = relay_dir_copy,
	[RELAY_BACKLOG] = relay_dir_flush_backlog,
	[RELAY_SPLICE] = relay_dir_splice,
	[RELAY_PIPED] = relay_dir_flush_pipe,
};

enum relay_pumped
relay_dir_pump(struct relay_dir *d, struct relay_moved *moved)
{
	enum relay_pumped result = RELAY_PUMP_WAITS;

	*moved = (struct relay_moved){ 0 };
	while (result == RELAY_PUMP_WAITS && relay_dir_ready(d) && moved->written < TURN_BYTES)
		result = steps[d->state](d, moved);
	if (result != RELAY_PUMP_WAITS)
		return result;
	if (d->state == RELAY_SPLICE && moved->written < BUFFER_SIZE)
		relay_dir_enter(d, RELAY_COPY);
	return relay_dir_ready(d) ? RELAY_PUMP_MORE : RELAY_PUMP_WAITS;
}
