/* SPDX-License-Identifier: ISC */
/*
 * BIND (RFC 1928 section 4): listens on an external address and waits for one
 * connection of the host that was asked for. Knows no rules and says nothing to
 * the client; its owner does both in the callbacks.
 */
#ifndef SERVER_BIND_WAIT_H
#define SERVER_BIND_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "server/connector.h"

struct bind_wait;

/* None is called from inside bind_wait_start(), and none may cancel the wait but .done. */
struct bind_wait_ops {
	/* Asked for each address of a name before it counts as the host asked for: 0, or -errno. */
	int	(*permit)(const struct endpoint *host, void *arg);
	/*
	 * Once: we listen for @host, the first of its addresses, at @bound, which the client
	 * is to be told. 0, or -errno: to give up.
	 */
	int	(*listening)(const struct endpoint *bound, const struct endpoint *host, void *arg);
	/*
	 * Somebody has connected; @expected: from the host that was asked for. True: it is
	 * the one, and the wait is over. Else it is closed and the wait goes on; one that
	 * is not expected always is.
	 */
	bool	(*peer)(const struct endpoint *peer, bool expected, void *arg);
	/* Descriptors or memory are short; it is tried again by itself. */
	void	(*shortage)(int error, void *arg);
	/*
	 * The end, once; the wait is gone after it. .local is our end of the connection.
	 * .error as of a connector, or of bind(2), or ETIMEDOUT when nobody came.
	 */
	void	(*done)(const struct connector_result *result, void *arg);
};

struct bind_wait_request {
	/*
	 * Whose connection is waited for: 0.0.0.0 and :: are anybody's. The port is the one
	 * that we are to listen at if it can be had, 0: any.
	 */
	const struct host		*dst;
	/* Where to listen, per family. One of 0.0.0.0 or :: is made an address of this host. */
	const struct connector_sources	*sources;
	const struct endpoint		*internal;	/* where the client has found us */
	uint64_t			 timeout_ms;	/* 0: none */
};

/* 0, and *handle is set; or -ENOMEM. */
int	 bind_wait_start(struct bind_wait **handle, const struct bind_wait_request *request,
	    const struct bind_wait_ops *ops, void *arg);
/* Gives up: nothing is called any more. */
void	 bind_wait_cancel(struct bind_wait *w);

#endif
