/* SPDX-License-Identifier: ISC */
/*
 * The event loop of a process: descriptors, timers, signals and work to be done
 * after the turn. There is one loop a process, made after exec, on top of
 * libevent_core; no other file includes its headers.
 *
 * Callbacks never free what called them: they hand it to loop_defer(), which
 * runs it when no callback is on the stack.
 *
 * Before a descriptor is passed to another process it must leave the loop
 * (loop_io_del), then be sent, then be closed: an epoll registration lives as
 * long as the open file does, and would wake this process for ever.
 */
#ifndef SERVER_LOOP_H
#define SERVER_LOOP_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * What a descriptor is watched for, and what its callback is told. An error or a
 * reset is told as LOOP_READ or LOOP_WRITE; a watch for LOOP_HANGUP alone, which
 * is told once a change, hears of it as a hang-up.
 */
enum {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
	LOOP_HANGUP = 4,	/* the peer has ended its direction (EPOLLRDHUP) */
	LOOP_EDGE = 8,		/* edge-triggered: told once a change */
};

typedef void loop_io_cb(int fd, unsigned events, void *arg);
typedef void loop_cb(void *arg);

/* Embedded in its owner; zeroed is "not watched". Does not own the descriptor. */
struct loop_io {
	struct event	 ev;
	loop_io_cb	*cb;
	void		*arg;
	bool		 on;
	bool		 hangup_only;	/* watched for LOOP_HANGUP and nothing else */
};

struct loop_timer {
	struct event	 ev;
	loop_cb		*cb;
	void		*arg;
	bool		 made;
};

struct loop_deferred {
	TAILQ_ENTRY(loop_deferred) entry;
	loop_cb		*cb;
	void		*arg;
	uint32_t	 turn;	/* in which it was deferred */
	bool		 queued;
};

/* 0, or -errno. Once a process, after exec. */
int	 loop_init(void);
void	 loop_run(void);
/* Makes loop_run() return after the present turn. */
void	 loop_stop(void);
/* Frees everything; for tests and a clean leak check. */
void	 loop_fini(void);

/* Monotonic milliseconds, read once a turn. */
uint64_t loop_now(void);

/*
 * Watches @fd until loop_io_del(). A watch may be changed by adding again, with
 * another set of events. 0, or -errno (ENOMEM, ENOSPC: epoll's limit, EPERM: not
 * a descriptor that can be watched).
 */
int	 loop_io_add(struct loop_io *io, int fd, unsigned events, loop_io_cb *cb, void *arg);
void	 loop_io_del(struct loop_io *io);

/*
 * Calls @cb once, @ms from now. Setting again moves it. A duration that was
 * announced by loop_timer_class() costs O(1); any other O(log n). The clock goes
 * in steps of up to 10 ms, so that it may come that much early by loop_now().
 */
void	 loop_timer_set(struct loop_timer *t, uint64_t ms, loop_cb *cb, void *arg);
void	 loop_timer_cancel(struct loop_timer *t);
/* Announces that many timers will be set for this duration. */
void	 loop_timer_class(uint64_t ms);

/* Calls @cb in the loop, not in the signal handler. 0, or -errno. */
int	 loop_signal(int signo, loop_cb *cb, void *arg);

/*
 * Calls @cb after the callbacks of this turn, and before the loop waits again.
 * What is deferred meanwhile waits for the next turn, so that a session which
 * always has more to do starves nobody. Deferring twice calls once.
 */
void	 loop_defer(struct loop_deferred *d, loop_cb *cb, void *arg);
void	 loop_defer_cancel(struct loop_deferred *d);

#endif
