/* SPDX-License-Identifier: ISC */
/*
 * Many sessions through the proxy at a time, both ends of them, in one thread
 * and one epoll set: the generator shares the machine with the server that it
 * measures, and must cost little beside it.
 *
 * A session connects, does the handshake, may exchange one message with the
 * target, and is then either ended with a reset or held. The target's end lives
 * until the proxy closes it; then it too is reset, so that nobody keeps a port in
 * TIME_WAIT.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/histogram.h"
#include "bench/load.h"

struct session;

struct engine {
	const struct load_options	*options;
	bool			 hold;		/* keep sessions once they are up */
	int			 epoll;
	int			 listener;
	struct sockaddr_in	 target;
	struct session		*sessions;
	unsigned		 session_count;
	unsigned		*unused;	/* stack of indexes into .sessions */
	unsigned		 unused_count;
	unsigned		 in_flight;	/* being set up */
	unsigned		 held;
	unsigned		 lost;		/* ended by the proxy while held */
	unsigned		 at_target;	/* connections that the target has open */
	unsigned long		 accepted;	/* and has ever had */
	unsigned long		 started;
	unsigned long		 done;		/* came up */
	unsigned long		 errors;
	unsigned		 errors_in_row;
	int			 first_error;	/* -errno; 0: none */
	uint64_t		 progress_ns;	/* when something last came up, ended or failed */
	struct histogram	 setup;		/* from connect() to the proxy's reply */
};

/* Room for @sessions at a time. 0, or -errno. */
int	engine_init(struct engine *e, const struct load_options *o, unsigned sessions, bool hold);
/* Ends every session with a reset. */
void	engine_fini(struct engine *e);
/*
 * Starts up to @parallel sessions, while fewer than that are being set up, there
 * is room, and fewer than @count were started in all (0: without end). False when
 * so many have failed in a row that going on is pointless.
 */
bool	engine_start(struct engine *e, unsigned parallel, unsigned long count);
/* Waits at most @ms for something to happen and handles it. 0, or -errno. */
int	engine_turn(struct engine *e, int ms);
/* Whether nothing came up, ended or failed for STALL_MS. */
bool	engine_stalled(const struct engine *e);

#endif
