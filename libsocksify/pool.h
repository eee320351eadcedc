/* SPDX-License-Identifier: ISC */
/*
 * Records of one size, out of pages of their own: hooks may run inside malloc.
 * A record given back is used again as the same kind and its page is never
 * unmapped, so that whoever looks at one without the lock may read something
 * old, but never something foreign. Under the state lock.
 */
#ifndef LIBSOCKSIFY_POOL_H
#define LIBSOCKSIFY_POOL_H

#include <stddef.h>

struct pool {
	size_t	 size;		/* of a record, in bytes; at least a pointer's */
	void	*free;		/* the first of those given back, each pointing to the next */
	char	*page;		/* fresh records */
	size_t	 left;		/* bytes of it */
};

#define POOL_OF(type)	{ .size = sizeof(type) }

/* Its bytes are what they were when it was given back, zero the first time. NULL: no memory. */
void	*pool_take(struct pool *p);
void	 pool_give(struct pool *p, void *record);

#endif
