/* SPDX-License-Identifier: ISC */
#include "bench/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/socket.h"
#include "bench/socks.h"

#define EVENTS_MAX	256
#define ERRORS_IN_ROW	1000
#define MESSAGE_MAX	4096

/* What an event belongs to: a session by its index, or one of these. */
#define AT_LISTENER	(1ull << 32)
#define AT_TARGET	(1ull << 33)	/* and the descriptor in the lower half */

enum phase { PHASE_HANDSHAKE, PHASE_EXCHANGE, PHASE_HELD };

struct session {
	int		 fd;
	enum phase	 phase;
	unsigned	 echoed;	/* bytes of the message that came back */
	unsigned	 watched;	/* epoll events asked for; 0: not in the set */
	uint64_t	 began;
	struct socks	 socks;
};

static const uint8_t message[MESSAGE_MAX];

static int
watch(struct engine *e, int fd, int op, unsigned events, uint64_t what)
{
	struct epoll_event ev = { .events = events, .data.u64 = what };

	return epoll_ctl(e->epoll, op, fd, &ev) < 0 ? -errno : 0;
}

int
engine_init(struct engine *e, const struct load_options *o, unsigned sessions, bool hold)
{
	memset(e, 0, sizeof(*e));
	e->options = o;
	e->hold = hold;
	e->progress_ns = now_ns();
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (e->epoll < 0)
		return -errno;
	e->listener = socket_listen(&e->target);
	if (e->listener < 0)
		return e->listener;
	e->sessions = calloc(sessions, sizeof(*e->sessions));
	e->unused = calloc(sessions, sizeof(*e->unused));
	if (e->sessions == NULL || e->unused == NULL)
		return -ENOMEM;
	e->session_count = sessions;
	for (unsigned i = 0; i < sessions; i++) {
		e->sessions[i].fd = -1;
		e->unused[e->unused_count++] = sessions - 1 - i;
	}
	return watch(e, e->listener, EPOLL_CTL_ADD, EPOLLIN, AT_LISTENER);
}

void
engine_fini(struct engine *e)
{
	for (unsigned i = 0; i < e->session_count; i++) {
		if (e->sessions[i].fd >= 0)
			close(e->sessions[i].fd);
	}
	free(e->sessions);
	free(e->unused);
	close(e->listener);
	close(e->epoll);
}

static void
session_close(struct engine *e, struct session *s)
{
	close(s->fd);
	s->fd = -1;
	if (s->phase == PHASE_HELD)
		e->held--;
	else
		e->in_flight--;
	e->unused[e->unused_count++] = (unsigned)(s - e->sessions);
	e->progress_ns = now_ns();
}

static void
session_failed(struct engine *e, struct session *s, int error)
{
	if (e->first_error == 0)
		e->first_error = error;
	e->errors++;
	e->errors_in_row++;
	session_close(e, s);
}

static void
session_up(struct engine *e, struct session *s)
{
	e->done++;
	e->errors_in_row = 0;
	if (!e->hold) {
		session_close(e, s);
		return;
	}
	e->in_flight--;
	e->held++;
	s->phase = PHASE_HELD;
	e->progress_ns = now_ns();
}

/* 0, or -errno. Few calls: in the common case a session is added once and never changed. */
static int
session_watch(struct engine *e, struct session *s, unsigned events)
{
	int op = s->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (s->watched == events)
		return 0;
	s->watched = events;
	return watch(e, s->fd, op, events, (uint64_t)(s - e->sessions));
}

static int
exchange(struct engine *e, struct session *s)
{
	unsigned size = e->options->size;
	uint8_t back[MESSAGE_MAX];

	while (s->echoed < size) {
		ssize_t n = recv(s->fd, back, size - s->echoed, 0);

		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n == 0)
			return -EPROTO;
		s->echoed += (unsigned)n;
	}
	return 1;
}

static int
exchange_start(struct engine *e, struct session *s)
{
	ssize_t n;

	s->phase = PHASE_EXCHANGE;
	s->echoed = 0;
	if (!e->hold || e->options->size == 0)
		return 1;
	n = send(s->fd, message, e->options->size, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return n == (ssize_t)e->options->size ? 0 : -EMSGSIZE;
}

static int
handshake(struct engine *e, struct session *s)
{
	int rc = e->options->direct ? 1 : socks_step(&s->socks, s->fd);

	if (rc <= 0)
		return rc;
	histogram_add(&e->setup, now_ns() - s->began);
	return exchange_start(e, s);
}

static void
session_step(struct engine *e, struct session *s)
{
	unsigned events = EPOLLIN;
	int rc;

	if (s->phase == PHASE_HANDSHAKE)
		rc = handshake(e, s);
	else
		rc = exchange(e, s);
	if (rc == 0) {
		if (s->phase == PHASE_HANDSHAKE && socks_wants_write(&s->socks))
			events = EPOLLOUT;
		rc = session_watch(e, s, events);
	} else if (rc == 1) {
		session_up(e, s);
	}
	if (rc < 0)
		session_failed(e, s, rc);
}

/*
 * On loopback the connection usually stands when connect() says that it is in
 * progress; where it does not, the first send waits for it.
 */
static void
session_start(struct engine *e)
{
	struct session *s = &e->sessions[e->unused[--e->unused_count]];
	const struct sockaddr_in *to = e->options->direct ? &e->target : &e->options->proxy;

	e->started++;
	e->in_flight++;
	s->phase = PHASE_HANDSHAKE;
	s->watched = 0;
	s->began = now_ns();
	s->fd = socket_client();
	if (s->fd < 0) {
		session_failed(e, s, s->fd);
		return;
	}
	if (connect(s->fd, (const struct sockaddr *)to, sizeof(*to)) < 0 && errno != EINPROGRESS) {
		session_failed(e, s, -errno);
		return;
	}
	socks_init(&s->socks, e->options, &e->target);
	session_step(e, s);
}

bool
engine_start(struct engine *e, unsigned parallel, unsigned long count)
{
	for (unsigned i = 0; i < parallel && e->in_flight < parallel && e->unused_count > 0; i++) {
		if (count > 0 && e->started >= count)
			break;
		session_start(e);
	}
	return e->errors_in_row < ERRORS_IN_ROW;
}

/* A held session has nothing to say: whatever comes is its end. */
static void
session_event(struct engine *e, struct session *s)
{
	if (s->phase == PHASE_HELD) {
		e->lost++;
		session_close(e, s);
	} else {
		session_step(e, s);
	}
}

static int
target_accept(struct engine *e)
{
	for (;;) {
		int fd = accept4(e->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), rc;

		if (fd < 0)
			return errno == EAGAIN || errno == ECONNABORTED ? 0 : -errno;
		rc = watch(e, fd, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP, AT_TARGET | (unsigned)fd);
		if (rc < 0) {
			close(fd);
			return rc;
		}
		e->at_target++;
		e->accepted++;
	}
}

/* Echoes one message; ends, with a reset, when the proxy ends it. */
static void
target_event(struct engine *e, int fd, unsigned events)
{
	uint8_t data[MESSAGE_MAX];

	if ((events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) == 0) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n > 0 && send(fd, data, (size_t)n, MSG_NOSIGNAL) == n)
			return;
	}
	close(fd);
	e->at_target--;
	e->progress_ns = now_ns();
}

int
engine_turn(struct engine *e, int ms)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(e->epoll, events, EVENTS_MAX, ms), rc = 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n && rc == 0; i++) {
		uint64_t what = events[i].data.u64;

		if (what == AT_LISTENER)
			rc = target_accept(e);
		else if (what & AT_TARGET)
			target_event(e, (int)(uint32_t)what, events[i].events);
		else
			session_event(e, &e->sessions[what]);
	}
	return rc;
}

bool
engine_stalled(const struct engine *e)
{
	return now_ns() - e->progress_ns > STALL_MS * 1000000ull;
}
