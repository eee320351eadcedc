/* SPDX-License-Identifier: ISC */
/* The addresses that clients connect to: the keyword internal. */
#ifndef SERVER_INTERNAL_H
#define SERVER_INTERNAL_H

#include <stdbool.h>

#include "common/addr.h"

/*
 * The addresses that @host (an address, an interface or a name, with its port)
 * stands for. Blocking. Their number, at least 1, or -errno: -ENODEV no interface
 * or name of that kind, -E2BIG more than @max.
 */
int	internal_resolve(const struct host *host, struct endpoint *found, unsigned max);
/*
 * A non-blocking listening socket on @address, or -errno. What is accepted from it
 * inherits TCP_NODELAY and, if asked for, SO_KEEPALIVE.
 */
int	internal_listen(const struct endpoint *address, bool keepalive);

#endif
