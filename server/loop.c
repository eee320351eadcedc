/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "common/compiler.h"
#include "server/log.h"

#define SIGNALS_MAX	16
#define CLASSES_MAX	16

TAILQ_HEAD(deferred_queue, loop_deferred);

static struct {
	struct event_base	*base;
	struct deferred_queue	 deferred;
	bool			 stopped;
	uint64_t		 now;	/* ms; 0: not read in this turn */
	uint32_t		 turn;
	struct event		*signals[SIGNALS_MAX];
	unsigned		 signal_count;
	struct {
		uint64_t		 ms;
		const struct timeval	*tv;
	} classes[CLASSES_MAX];
	unsigned		 class_count;
} loop;

/* What fails is returned to whoever asked for it; libevent's own words are for debugging. */
static void
library_says(int severity, const char *text)
{
	if (severity == EVENT_LOG_ERR)
		log_error("libevent: %s", text);
	else
		log_debug("libevent: %s", text);
}

/*
 * Without EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST: it would delay a deletion past
 * the moment at which the descriptor is passed on and closed (see loop.h). The
 * environment could turn it on, or epoll off.
 */
int
loop_init(void)
{
	struct event_config *config = event_config_new();

	if (config == NULL)
		return -ENOMEM;
	event_set_log_callback(library_says);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
	loop.base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop.base == NULL)
		return -ENOMEM;
	TAILQ_INIT(&loop.deferred);
	loop.stopped = false;
	return 0;
}

void
loop_fini(void)
{
	struct loop_deferred *d;

	while ((d = TAILQ_FIRST(&loop.deferred)) != NULL)
		loop_defer_cancel(d);
	for (unsigned i = 0; i < loop.signal_count; i++)
		event_free(loop.signals[i]);
	loop.signal_count = 0;
	loop.class_count = 0;
	if (loop.base != NULL)
		event_base_free(loop.base);
	loop.base = NULL;
}

/* Runs what was deferred before this call; what these defer stays queued. */
static void
run_deferred(void)
{
	uint32_t turn = loop.turn++;
	struct loop_deferred *d;

	while ((d = TAILQ_FIRST(&loop.deferred)) != NULL && d->turn == turn) {
		TAILQ_REMOVE(&loop.deferred, d, entry);
		d->queued = false;
		d->cb(d->arg);
	}
}

/*
 * EVLOOP_ONCE in every turn: with EVLOOP_NONBLOCK alone libevent stays in its loop
 * as long as a descriptor is ready, and what was deferred would wait for all of
 * them to be quiet.
 */
void
loop_run(void)
{
	loop.stopped = false;
	while (!loop.stopped) {
		int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;

		if (!TAILQ_EMPTY(&loop.deferred))
			flags |= EVLOOP_NONBLOCK;
		loop.now = 0;
		if (event_base_loop(loop.base, flags) < 0)
			abort();
		run_deferred();
	}
}

void
loop_stop(void)
{
	loop.stopped = true;
}

uint64_t
loop_now(void)
{
	struct timespec ts;

	if (loop.now == 0) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		loop.now = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	}
	return loop.now;
}

/*
 * libevent reports an error or a reset as readable and writable, never as closed:
 * a watch for the hang-up alone would not hear of it, and epoll would tell it for
 * ever. So such a watch has EV_READ beside it, edge-triggered, and what that says
 * is looked into here.
 */
static bool
has_hung_up(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 1;
}

static void
io_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_io *io = arg;
	unsigned events = 0;

	if (io->hangup_only) {
		if (what & EV_CLOSED || has_hung_up(fd))
			io->cb(fd, LOOP_HANGUP, io->arg);
		return;
	}
	if (what & EV_READ)
		events |= LOOP_READ;
	if (what & EV_WRITE)
		events |= LOOP_WRITE;
	if (what & EV_CLOSED)
		events |= LOOP_HANGUP;
	io->cb(fd, events, io->arg);
}

int
loop_io_add(struct loop_io *io, int fd, unsigned events, loop_io_cb *cb, void *arg)
{
	short what = EV_PERSIST;

	if (events & LOOP_READ)
		what |= EV_READ;
	if (events & LOOP_WRITE)
		what |= EV_WRITE;
	if (events & LOOP_HANGUP)
		what |= EV_CLOSED;
	if (events & LOOP_EDGE)
		what |= EV_ET;
	io->hangup_only = (events & (LOOP_READ | LOOP_WRITE | LOOP_HANGUP)) == LOOP_HANGUP;
	if (io->hangup_only)
		what |= EV_READ | EV_ET;
	if (io->on)
		loop_io_del(io);
	io->cb = cb;
	io->arg = arg;
	event_assign(&io->ev, loop.base, fd, what, io_ready, io);
	errno = 0;
	if (event_add(&io->ev, NULL) < 0)
		return errno > 0 ? -errno : -ENOMEM;
	io->on = true;
	return 0;
}

void
loop_io_del(struct loop_io *io)
{
	if (io->on)
		event_del(&io->ev);
	io->on = false;
}

static struct timeval
from_milliseconds(uint64_t ms)
{
	return (struct timeval){ (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
}

static void
timer_ready(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop_timer *t = arg;

	t->cb(t->arg);
}

void
loop_timer_set(struct loop_timer *t, uint64_t ms, loop_cb *cb, void *arg)
{
	struct timeval own = from_milliseconds(ms);
	const struct timeval *tv = &own;

	for (unsigned i = 0; i < loop.class_count; i++) {
		if (loop.classes[i].ms == ms)
			tv = loop.classes[i].tv;
	}
	if (t->made)
		event_del(&t->ev);
	t->cb = cb;
	t->arg = arg;
	event_assign(&t->ev, loop.base, -1, 0, timer_ready, t);
	t->made = true;
	event_add(&t->ev, tv);
}

void
loop_timer_cancel(struct loop_timer *t)
{
	if (t->made)
		event_del(&t->ev);
	t->made = false;
}

void
loop_timer_class(uint64_t ms)
{
	struct timeval tv = from_milliseconds(ms);

	for (unsigned i = 0; i < loop.class_count; i++) {
		if (loop.classes[i].ms == ms)
			return;
	}
	if (loop.class_count == CLASSES_MAX)
		return;
	loop.classes[loop.class_count].ms = ms;
	loop.classes[loop.class_count].tv = event_base_init_common_timeout(loop.base, &tv);
	if (loop.classes[loop.class_count].tv != NULL)
		loop.class_count++;
}

struct signal_watch {
	loop_cb	*cb;
	void	*arg;
};

static struct signal_watch watches[SIGNALS_MAX];

static void
signal_ready(evutil_socket_t signo UNUSED, short what UNUSED, void *arg)
{
	struct signal_watch *watch = arg;

	watch->cb(watch->arg);
}

int
loop_signal(int signo, loop_cb *cb, void *arg)
{
	struct signal_watch *watch = &watches[loop.signal_count];
	struct event *ev;

	if (loop.signal_count == SIGNALS_MAX)
		return -ENOSPC;
	*watch = (struct signal_watch){ cb, arg };
	ev = event_new(loop.base, signo, EV_SIGNAL | EV_PERSIST, signal_ready, watch);
	if (ev == NULL || event_add(ev, NULL) < 0) {
		if (ev != NULL)
			event_free(ev);
		return -ENOMEM;
	}
	loop.signals[loop.signal_count++] = ev;
	return 0;
}

void
loop_defer(struct loop_deferred *d, loop_cb *cb, void *arg)
{
	d->cb = cb;
	d->arg = arg;
	if (d->queued)
		return;
	d->queued = true;
	d->turn = loop.turn;
	TAILQ_INSERT_TAIL(&loop.deferred, d, entry);
}

void
loop_defer_cancel(struct loop_deferred *d)
{
	if (d->queued)
		TAILQ_REMOVE(&loop.deferred, d, entry);
	d->queued = false;
}
