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
 * Called once, never from inside resolver_start(); the query is gone after it.
 * @addresses (without ports, all of the family asked for, in the order of RFC
 * 6724) live for this call only. @error is 0 with at least one address, or a
 * positive errno: EHOSTUNREACH no such name or no address of this family,
 * ETIMEDOUT no answer within 10 seconds, ENOMEM, EAGAIN the server failed or
 * too many queries wait for it.
 */
typedef void resolver_cb(int error, const struct endpoint *addresses, unsigned count, void *arg);

/*
 * Reads /etc/resolv.conf; again after a reload, when the queries under way are
 * asked anew of the servers that it names now. 0, or -errno: the servers of
 * before, if there were any, stay.
 */
int	 resolver_init(void);
/* Queries under way are dropped, their callbacks are not called. */
void	 resolver_fini(void);
/*
 * As resolver_init(), with these servers, "127.0.0.1:53,[::1]:53", in the place of
 * those in /etc/resolv.conf, also for the next resolver_init(). NULL: no more.
 */
int	 resolver_set_servers(const char *csv);
/*
 * Asks for the addresses of one family (AF_INET or AF_INET6): of the name itself
 * if it is one in numbers or means this host (localhost and names below it), of
 * /etc/hosts, of the name servers. NULL: ENOMEM.
 */
struct resolver_query *resolver_start(const char *name, int family, resolver_cb *cb, void *arg);
/* Gives up: the callback is not called any more. */
void	 resolver_cancel(struct resolver_query *q);

#endif
