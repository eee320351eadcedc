/* SPDX-License-Identifier: ISC */
/* Direct routes to the networks that this host's interfaces are in. */
#ifndef LIBSOCKSIFY_LAN_ROUTES_H
#define LIBSOCKSIFY_LAN_ROUTES_H

#include "libsocksify/settings.h"

/*
 * One for each IPv4 address of an interface, but loopback, which has rules of its
 * own. Raw calls only. What cannot be found out has no route, and neither has what
 * there is no room for: it goes by a proxy.
 */
void	 lan_routes_add(struct settings *settings);

#endif
