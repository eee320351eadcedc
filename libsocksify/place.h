/* SPDX-License-Identifier: ISC */
/*
 * The places that a route can be gone by, one after the other: the addresses of
 * its first candidate that a socket can reach, those of the socket's own family
 * first, then those of the next candidate. A candidate that the socket cannot
 * reach is one place without an address.
 */
#ifndef LIBSOCKSIFY_PLACE_H
#define LIBSOCKSIFY_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "libsocksify/route.h"

/* All zero: the first. */
struct place {
	uint8_t	candidate;	/* of the route */
	uint8_t	address;	/* of those that the socket can reach */
};

const struct proxy *place_proxy(const struct route *route, struct place place);
/* What a socket of @domain is to be connected to; NULL: there is nothing that it could be. */
const struct endpoint *place_endpoint(const struct route *route, struct place place, int domain);
/* Moves on to the next: whether there is one. */
bool	 place_next(const struct route *route, struct place *place, int domain);
/*
 * Starts to connect @fd, of the family @domain, and does not wait, though it may
 * be a blocking one where @waits says so. 0: it is connected or on its way; else -errno.
 */
int	 place_connect(int fd, int domain, const struct endpoint *to, bool waits);

#endif
