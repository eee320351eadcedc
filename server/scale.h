/* SPDX-License-Identifier: ISC */
/*
 * How many children a role needs, decided from what they report once a second.
 *
 * One more when the free places of all are down to a quarter of one child's, or
 * when all of them are busy and there are processors left for them; one less when
 * that would not have brought the rest near either mark for a minute.
 */
#ifndef SERVER_SCALE_H
#define SERVER_SCALE_H

#include <stdint.h>

#define SCALE_BUSY_PERCENT	80	/* of one processor: a child above it is busy */
#define SCALE_QUIET_TICKS	60	/* as many quiet ticks before a child too many retires */

/* What the children of one role report; start with { .wanted = … }. */
struct scale_load {
	unsigned	wanted;		/* at least so many children */
	unsigned	working;	/* children counted */
	unsigned	busy;		/* percent of one processor that they used, together */
	unsigned	idlest;		/* the percentage of the one that used least */
	uint64_t	used;		/* sessions they have */
	uint64_t	places;		/* sessions they could have */
	uint64_t	one;		/* places of one child */
};

enum scale_decision { SCALE_KEEP, SCALE_MORE, SCALE_LESS };

/* Counts a child that works: not one that starts or drains. */
void	 scale_count(struct scale_load *load, uint64_t sessions, uint64_t capacity,
	    unsigned busy);
/*
 * To be asked once a tick. *quiet is the caller's to keep, 0 at first: for how many
 * ticks there has been one child too many.
 */
enum scale_decision scale_decide(const struct scale_load *load, unsigned processors,
    unsigned *quiet);

#endif
