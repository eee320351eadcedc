/* SPDX-License-Identifier: ISC */
/*
 * Connecting to a target: an address at once, a name by Happy Eyeballs (RFC 8305).
 */
#ifndef SERVER_CONNECTOR_H
#define SERVER_CONNECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

struct connector;

struct connector_result {
	int		 fd;	/* connected and non-blocking, now the caller's; -1 on failure */
	/*
	 * 0, or a positive errno of the failure that tells most: of connect(2), or
	 * EACCES every address was refused by the permit, EHOSTUNREACH no such name,
	 * EAGAIN the name server failed, ENETUNREACH no source of that family,
	 * ETIMEDOUT, EMFILE, ENFILE, ENOBUFS, ENOMEM.
	 */
	int		 error;
	/* The address connected to, or the one that .error is about, or AF_UNSPEC. */
	struct endpoint	 remote;
	struct endpoint	 local;	/* of the socket, when connected */
};

/* Called once, never from inside connector_start(). The connector is gone after it. */
typedef void connector_cb(const struct connector_result *result, void *arg);

/*
 * Asked for each address of a name before it is tried: 0, or -errno (-EACCES:
 * the rules forbid it). An address refused here is not connected to. Must not
 * cancel the connector.
 */
typedef int connector_permit(const struct endpoint *remote, void *arg);

struct connector_sources {
	/* The address to connect from, per family; AF_UNSPEC: that family is not used. */
	struct endpoint	 ip4, ip6;
};

/*
 * Connects to @dst from @sources within @timeout_ms (0: the system's own limit).
 * @permit may be NULL.
 *
 * 0: the result is in @result already (a connection to the same machine is often
 * there at once) and @cb will not be called. -EINPROGRESS: *handle is set and @cb
 * will be called. Any other -errno: could not start (EMFILE, ENFILE, ENOBUFS,
 * ENOMEM: the caller may wait and try again).
 */
int	 connector_start(struct connector **handle, const struct host *dst,
	    const struct connector_sources *sources, uint64_t timeout_ms,
	    connector_permit *permit, connector_cb *cb, void *arg,
	    struct connector_result *result);
/* Gives up: @cb is not called any more. */
void	 connector_cancel(struct connector *c);

/* Whether connections made from now on have SO_KEEPALIVE; they do not at first. */
void	 connector_set_keepalive(bool on);

#endif
