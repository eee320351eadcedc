/* SPDX-License-Identifier: ISC */
/*
 * Relaying bytes between a client and a remote host, both connected stream
 * sockets, until both have ended their direction, one of them fails, or a time
 * limit is reached. A session costs sizeof(struct relay) and nothing else while
 * no bytes wait in it; no work is done for a session in which nothing moves.
 *
 * The process ignores SIGPIPE: splice(2) knows no MSG_NOSIGNAL.
 */
#ifndef SERVER_RELAY_H
#define SERVER_RELAY_H

#include <stddef.h>
#include <stdint.h>

#include "server/loop.h"
#include "server/relay_dir.h"

enum { RELAY_CLIENT = 0, RELAY_REMOTE = 1 };	/* the other side is !side */

enum relay_end {
	RELAY_CLOSED,		/* both directions have ended */
	RELAY_ERROR,		/* .error is the errno, .end_side whose socket gave it */
	RELAY_IO_TIMEOUT,	/* nothing moved for the idle time */
	RELAY_FIN_TIMEOUT,	/* one direction had ended, in the other nothing moved in time */
	RELAY_KILLED,		/* relay_kill() */
};

struct relay_limits {
	/* Seconds; 0: no limit. */
	unsigned	 io_timeout_s;	/* in which nothing moves in either direction */
	unsigned	 fin_timeout_s;	/* the same, once one direction has ended */
};

struct relay;

/*
 * Called once, in the loop and never from inside relay_start() or relay_kill(),
 * when both descriptors are closed and everything is given back: @r may be freed.
 */
typedef void relay_end_cb(struct relay *r, void *arg);

struct relay {
	/* To be read at any time, and in the callback. By side. */
	uint64_t		 bytes_read[2];		/* from that side; early bytes too */
	uint64_t		 bytes_written[2];	/* to that side */
	/* Set at the end. */
	enum relay_end		 end;
	int			 error;		/* RELAY_ERROR: a positive errno, ECONNRESET mostly */
	/* Whose socket failed, or which side ended its direction first; -1: none. */
	int			 end_side;
	/* The rest is relay.c's. */
	struct relay_dir	 dir[2];	/* by the side it is read from, whose descriptor it has */
	struct loop_io		 io[2];
	struct loop_deferred	 deferred;	/* more to do, or the callback */
	struct loop_timer	*timer;		/* NULL: no limits */
	uint64_t		 active_ms;	/* when something moved last */
	struct relay_limits	 limits;
	relay_end_cb		*cb;
	void			*arg;
};

/*
 * Starts relaying. The descriptors are connected and non-blocking, with TCP_NODELAY
 * set, for the senders have gathered their bytes already; they belong to
 * the relay from here on, even when this fails. @early (copied) is what the client
 * has sent behind its request: it goes to the remote before anything else. What
 * @r held before is overwritten.
 *
 * 0, or -errno (ENOMEM, or as loop_io_add()): the descriptors are closed and @cb
 * is not called.
 */
int	 relay_start(struct relay *r, int client_fd, int remote_fd,
	    const void *early, size_t early_len, const struct relay_limits *limits,
	    relay_end_cb *cb, void *arg);
/* Ends it as RELAY_KILLED, unless it has ended already; the callback follows. */
void	 relay_kill(struct relay *r);

/* What all relays of this process have moved so far, by side. */
struct relay_totals {
	uint64_t	 bytes_read[2];
	uint64_t	 bytes_written[2];
};
const struct relay_totals *relay_totals(void);

/* "closed", "error" …: for traces and reports. */
const char *relay_end_name(enum relay_end end);

#endif
