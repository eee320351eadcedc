/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses by c-ares, in the event loop. A name server that never
 * answers holds up the one query, nothing else.
 */
#ifndef SERVER_RESOLVER_H
#define SERVER_RESOLVER_H

#include "common/addr.h"

struct resolver_query;

/*
 * Called once, never from inside resolver_start(). @addresses (without ports, in
 * the order of RFC 6724) live for this call only. @error is 0 with at least one
 * address, or a positive errno: EHOSTUNREACH no such name or no address of this
 * family, ETIMEDOUT no answer, ENOMEM, EAGAIN the server failed.
 */
typedef void resolver_cb(int error, const struct endpoint *addresses, unsigned count, void *arg);

/* 0, or -errno. Reads /etc/resolv.conf; again after a reload. */
int	 resolver_init(void);
void	 resolver_fini(void);
/* Asks for the addresses of one family (AF_INET or AF_INET6). NULL: ENOMEM. */
struct resolver_query *resolver_start(const char *name, int family, resolver_cb *cb, void *arg);
void	 resolver_cancel(struct resolver_query *q);

#endif
