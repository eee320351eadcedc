/* SPDX-License-Identifier: ISC */
/* What one call of connect(2) is about, for the files that connect.c is made of. */
#ifndef LIBSOCKSIFY_CONNECT_CALL_H
#define LIBSOCKSIFY_CONNECT_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/addr.h"
#include "libsocksify/route.h"

struct attempt;

struct call {
	int			 fd;
	int			 domain;	/* of the socket */
	bool			 blocking;
	uint64_t		 cookie;
	struct endpoint		 from;		/* where it is bound to */
	const struct sockaddr	*to;
	socklen_t		 len;
	struct route		 route;
	int			 obstacle;	/* of struct attempt */
	bool			 exhausted;	/* likewise, when it is over */
	bool			 followed;	/* by another leg, if this thread finds it to fail */
};

/* Prepares the attempt that @call makes. */
void	 call_attempt(const struct call *call, struct attempt *a);

#endif
