/* SPDX-License-Identifier: ISC */
/*
 * Which way a connection goes. Decided from the settings, the names behind the
 * reserved addresses, and how the proxies have done lately; no I/O.
 *
 * The routes are looked at in their order. If the first that matches is direct,
 * so is the connection. Otherwise its proxy and those of the routes that match
 * behind it, up to a direct one, are the candidates: each is tried when all
 * before it have failed. Bad ones (health.h) are left out, unless all are.
 *
 * A name is matched by routes to names, and to everything; an address by routes
 * to addresses, and to everything; but one that the resolver gave for a name that
 * is direct is direct. What reaches this host (loopback and the
 * unspecified address) is direct, unless the user wants that proxied or a route
 * names loopback itself.
 */
#ifndef LIBSOCKSIFY_ROUTE_H
#define LIBSOCKSIFY_ROUTE_H

#include <stdbool.h>

#include "common/addr.h"
#include "libsocksify/settings.h"

enum route_way {
	ROUTE_DIRECT,	/* the real call, untouched */
	ROUTE_PROXY,	/* by one of .candidates, asking it for .dst */
	ROUTE_REFUSE,	/* fail with .error: it should be proxied and cannot be */
};

/* Why it is refused. */
enum route_reason {
	ROUTE_NO_REASON,
	ROUTE_UNCONFIGURED,	/* the settings cannot be had */
	ROUTE_UNKNOWN_NAME,	/* a reserved address that stands for no name: ENETUNREACH */
	ROUTE_NO_MATCH,		/* no route matches: ENETUNREACH */
	/*
	 * A name that goes by a proxy for other ports has only a reserved address, and
	 * this port is direct: EHOSTUNREACH.
	 */
	ROUTE_NO_ADDRESS,
	ROUTE_NO_TCP,		/* a protocol that no proxy carries: EPROTONOSUPPORT */
	ROUTE_REASONS,
};

struct route {
	enum route_way		 way;
	enum route_reason	 reason;	/* ROUTE_REFUSE */
	int			 error;		/* ROUTE_REFUSE: a positive errno for connect(2) */
	const struct settings	*settings;	/* NULL: none */
	struct host		 dst;		/* the name behind a reserved address, or the address */
	uint8_t			 candidate_count;
	uint8_t			 candidates[SETTINGS_PROXIES];	/* indices of proxies, to be tried in order */
};

/*
 * For a TCP connect(2) from the address @from (AF_UNSPEC: not bound) to @to. With
 * settings that failed everything is refused, but loopback unless that was to be
 * proxied as well.
 */
void	 route_connect(const struct endpoint *from, const struct endpoint *to, struct route *route);
/* The same by @settings, which have not failed. */
void	 route_decide(const struct settings *settings, const struct endpoint *from,
	    const struct endpoint *to, struct route *route);
/* The same for a host that may be a name, which no reserved address stands for. */
void	 route_decide_host(const struct settings *settings, const struct host *to,
	    struct route *route);
/* Makes a refusal of it. */
void	 route_refuse(struct route *route, enum route_reason reason);

/* What becomes of a name. */
enum route_name {
	ROUTE_NAME_LOOPBACK,	/* this host, where the hosts file does not say otherwise */
	ROUTE_NAME_LOCAL,	/* for the resolver: direct whatever the port, or all names are */
	ROUTE_NAME_REMOTE,	/* a reserved address stands for it; the proxy is told the name */
};

/* Of a @name that is not numeric and not in /etc/hosts. */
enum route_name route_name(const char *name);
/* The same by @settings, which have not failed. */
enum route_name route_decide_name(const struct settings *settings, const char *name);
/*
 * Whether a route makes the @name direct, whatever the port: so are then the
 * addresses that the resolver has for it (direct_addresses.h). That no route
 * matches it does not count, as one may match its address.
 */
bool	 route_name_is_direct(const char *name);
/* The same by @settings, which have not failed. */
bool	 route_decide_name_direct(const struct settings *settings, const char *name);

#endif
