/* SPDX-License-Identifier: ISC */
/*
 * One attempt to connect through a proxy: a socket on its way to the proxy, and
 * the handshake on it. Whoever drives it, the calling thread or the helper,
 * calls attempt_step() whenever the socket is ready.
 *
 * Places (place.h) are tried one after the other until one answers. When one
 * fails, the socket is dissolved and connected to the next; what it is bound to,
 * and its options, stay. An answer of a proxy about the target, whatever it is,
 * ends the attempt: another proxy would say the same.
 *
 * A place has settings.connect_timeout, or 30 seconds while there is another one
 * left, from connect(2) until the request has been sent; how long the target
 * then takes is not the proxy's fault, and only the attempt's own limit ends that.
 */
#ifndef LIBSOCKSIFY_ATTEMPT_H
#define LIBSOCKSIFY_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/handshake.h"
#include "libsocksify/deadlines.h"
#include "libsocksify/place.h"
#include "libsocksify/route.h"

/* From connect(2) to the proxy's answer, in ms: about what TCP gives an unanswered SYN. */
#define ATTEMPT_TIMEOUT_MS	120000

struct connection;

struct attempt {
	struct attempt		*next;		/* in the pool */
	struct deadline		 overdue;	/* in the helper's list of those to end */
	struct deadline		 slow;		/* in that of those to go on to another place */
	struct connection	*connection;	/* NULL: nothing is recorded of it */
	int			 socket;	/* in the table of the thread that drives it */
	int			 domain;	/* of the socket */
	bool			 waits;		/* the socket may be a blocking one */
	bool			 reached;	/* TCP has come to the place */
	bool			 over;		/* see attempt_error() */
	bool			 exhausted;	/* over: for want of another place */
	bool			 followed;	/* then other places are tried on another socket */
	int			 obstacle;	/* -errno: no socket could be had for its places */
	uint16_t		 local_port;	/* that the program has bound it to, or 0 */
	struct place		 place;		/* that is tried */
	uint64_t		 cookie;	/* SO_COOKIE of the socket that it must be */
	int64_t			 deadline;	/* of the monotonic clock, in milliseconds */
	int64_t			 begun;		/* the place was; likewise */
	struct route		 route;
	struct handshake	 handshake;
};

/* From the pool, under the state lock; NULL: no memory. */
struct attempt *attempt_new(void);
/* Back to it, wiped; under the lock. */
void	 attempt_free(struct attempt *a);
/*
 * Prepares, for the socket @fd of the family @domain, which is not connected yet; one
 * of AF_UNIX is.
 * Copies @route; not to be moved.
 */
void	 attempt_init(struct attempt *a, int fd, int domain, uint64_t cookie,
	    const struct route *route);
/* @a, initialised for the same connect(2), goes on where @from has stopped. */
void	 attempt_resume(struct attempt *a, const struct attempt *from);
/*
 * Sets out for the first place that can be set out for. Without the state lock;
 * does not wait, whatever kind of socket it is.
 */
void	 attempt_begin(struct attempt *a);
/*
 * Goes on as far as that is possible without waiting. Without the lock. The
 * POLLIN or POLLOUT that it waits for; 0: it is over, see attempt_error().
 */
short	 attempt_step(struct attempt *a);
/* When attempt_expire() is due, of the monotonic clock in milliseconds; INT64_MAX: never. */
int64_t	 attempt_place_deadline(const struct attempt *a);
/* Time is up, for the place or for all of it: the next attempt_step() goes on, or ends it. */
void	 attempt_expire(struct attempt *a);
/* It cannot go on, for the reason of a positive errno: the next attempt_step() ends it. */
void	 attempt_fail(struct attempt *a, int error);
/* Over: 0, or a positive errno. */
int	 attempt_error(const struct attempt *a);
/*
 * Over, with an error: whether the socket is another's: another file, or one that
 * was connected, or is being connected by another thread. It must be let alone.
 */
bool	 attempt_was_foreign(const struct attempt *a);
/* Whether there is another place after this one. */
bool	 attempt_has_choice(const struct attempt *a);
/*
 * Drives it in the calling thread until it ends (0), a signal asks for a return
 * (-EINTR, only when @interruptible), @limit of the monotonic clock in
 * milliseconds has passed (-EINPROGRESS; < 0: none), or the program has put
 * another file behind the number (-EBADF). Its deadline ends it with ETIMEDOUT.
 */
int	 attempt_run(struct attempt *a, bool interruptible, int64_t limit);
/* Wipes it. */
void	 attempt_fini(struct attempt *a);

/*
 * Dissolves whatever association @fd has, and eats the error which that leaves. A
 * UNIX socket is shut down.
 */
void	 attempt_disconnect(int fd);
/* The monotonic clock, in milliseconds. */
int64_t	 now_ms(void);

#endif
