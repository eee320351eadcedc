/* SPDX-License-Identifier: ISC */
/*
 * Lists of things by the time when they are overdue. Putting one in looks from
 * the end of the list, where nearly all belong: each list is for deadlines that
 * are equally far away when they are set.
 */
#ifndef LIBSOCKSIFY_DEADLINES_H
#define LIBSOCKSIFY_DEADLINES_H

#include <stdint.h>

/* Embedded in the thing; all zero: in no list. */
struct deadline {
	struct deadline	 *next, *previous;
	struct deadlines *list;
	int64_t		  at;		/* of the monotonic clock, in milliseconds */
};

struct deadlines {
	struct deadline	*first, *last;
};

/* Puts @d, which may be in it already, into the list. */
void	 deadlines_set(struct deadlines *list, struct deadline *d, int64_t at);
/* Takes it out, if it is in one. */
void	 deadlines_clear(struct deadline *d);

#endif
