/* SPDX-License-Identifier: ISC */
/*
 * One attempt to connect through a proxy: a socket on its way to the proxy, and
 * the handshake on it. Whoever drives it, the calling thread or the helper,
 * calls attempt_step() whenever the socket is ready.
 */
#ifndef LIBSOCKSIFY_ATTEMPT_H
#define LIBSOCKSIFY_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/handshake.h"
#include "libsocksify/route.h"

/* From connect(2) to the proxy's answer, in ms: about what TCP gives an unanswered SYN. */
#define ATTEMPT_TIMEOUT_MS	120000

struct connection;

struct attempt {
	struct attempt		*next;		/* in the pool, and in the helper's list */
	struct attempt		*previous;	/* in the helper's list */
	struct connection	*connection;	/* NULL: nothing is recorded of it */
	int			 socket;	/* in the table of the thread that drives it */
	uint64_t		 cookie;	/* SO_COOKIE of the socket that it must be */
	int64_t			 deadline;	/* of the monotonic clock, in milliseconds */
	struct route		 route;
	struct handshake	 handshake;
};

/* From the pool, under the state lock; NULL: no memory. */
struct attempt *attempt_new(void);
/* Back to it, wiped; under the lock. */
void	 attempt_free(struct attempt *a);
/* Prepares, for the socket @fd on its way to the proxy. Copies @route; not to be moved. */
void	 attempt_init(struct attempt *a, int fd, uint64_t cookie, const struct route *route);
/* @a, initialised for the same connect(2), goes on where @from has stopped. */
void	 attempt_resume(struct attempt *a, const struct attempt *from);
/* The POLLIN or POLLOUT that it waits for; 0: it has ended, see attempt_error(). Never blocks. */
short	 attempt_step(struct attempt *a);
void	 attempt_fail(struct attempt *a, int error);
/* Ended: 0, or a positive errno. */
int	 attempt_error(const struct attempt *a);
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
