/* SPDX-License-Identifier: ISC */
/* The addresses that the machine's interfaces have. */
#ifndef SERVER_INTERFACE_H
#define SERVER_INTERFACE_H

#include "common/addr.h"
#include "server/conf.h"

/* An address that the interface @name has, without a port. */
typedef int interface_fn(const char *name, const struct endpoint *address, void *arg);

/*
 * Calls @call with each IPv4 and IPv6 address of the interface @name, or of all
 * interfaces if that is NULL, until it returns other than 0. Returns what @call
 * returned last, -ENODEV if there is no interface @name, another -errno of
 * getifaddrs(3), or 0: an interface may have no address.
 */
int	interface_each_address(const char *name, interface_fn *call, void *arg);

/*
 * Tells the rules of @conf which addresses the interfaces have now: at start and
 * at every reload. If the system does not say, rules that name an interface match
 * nothing, and the log says so.
 */
void	interface_bind_rules(struct conf *conf);

#endif
