/* SPDX-License-Identifier: ISC */
/*
 * The load generator: what all of its modes share.
 *
 * A mode plays both ends, the client of the proxy and the target behind it, on
 * loopback, and prints one JSON object on one line. It ends by itself: every
 * mode is bounded in time, and in what it opens.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define STALL_MS	10000	/* without any progress for so long a run is given up */

struct load_options {
	struct sockaddr_in	 proxy;
	bool			 direct;	/* no proxy: the generator's own ceiling */
	const char		*user;		/* NULL: no authentication is offered */
	const char		*password;
	unsigned		 parallel;	/* connect, idle: sessions being set up at a time */
	unsigned long		 count;		/* sessions or round trips; 0: until the time is up */
	double			 seconds;
	unsigned		 streams;	/* bulk */
	bool			 download;	/* bulk: from the target to the client */
	unsigned		 size;		/* bytes of a message: pingpong, idle */
};

/* Processor time of this process so far, user and system, in microseconds. */
uint64_t cpu_us(void);
/* Monotonic nanoseconds. */
uint64_t now_ns(void);

/* The modes. 0, or the status to exit with, the cause said on stderr. */
int	 connect_run(const struct load_options *o);
int	 idle_run(const struct load_options *o);
int	 bulk_run(const struct load_options *o);
int	 pingpong_run(const struct load_options *o);

#endif
