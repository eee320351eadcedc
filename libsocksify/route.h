/* SPDX-License-Identifier: ISC */
/* Which way a connection goes. Decided from the settings alone; no I/O. */
#ifndef LIBSOCKSIFY_ROUTE_H
#define LIBSOCKSIFY_ROUTE_H

#include "common/addr.h"
#include "libsocksify/settings.h"

enum route_way {
	ROUTE_DIRECT,	/* the real call, untouched */
	ROUTE_PROXY,	/* by .proxy, asking it for .dst */
	ROUTE_REFUSE,	/* fail with .error: it should be proxied and cannot be */
};

struct route {
	enum route_way		 way;
	int			 error;		/* ROUTE_REFUSE: a positive errno for connect(2) */
	const struct proxy	*proxy;		/* ROUTE_PROXY */
	struct host		 dst;		/* ROUTE_PROXY: the name behind a reserved address, or the address */
};

/*
 * For a TCP connect to @to. A reserved address without a name is refused
 * (ENETUNREACH), and so is everything when the settings failed, but loopback unless
 * that was to be proxied as well.
 */
void	 route_connect(const struct endpoint *to, struct route *route);

/* What becomes of a name. */
enum route_name {
	ROUTE_NAME_LOOPBACK,	/* this host, where the hosts file does not say otherwise */
	ROUTE_NAME_LOCAL,	/* for the resolver: the rules keep it local, or nothing is configured */
	ROUTE_NAME_REMOTE,	/* a reserved address stands for it; the proxy is told the name */
};

/* Of a @name that is not numeric and not in /etc/hosts. */
enum route_name route_name(const char *name);

#endif
