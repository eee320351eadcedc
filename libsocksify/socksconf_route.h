/* SPDX-License-Identifier: ISC */
/* Routes of socks.conf. */
#ifndef LIBSOCKSIFY_SOCKSCONF_ROUTE_H
#define LIBSOCKSIFY_SOCKSCONF_ROUTE_H

#include "libsocksify/socksconf_read.h"

/* In the order of the alphabet; ends with a row without a name. */
extern const struct socksconf_keyword socksconf_route_options[];

/*
 * The options of a route that starts on @line, up to its "}", or up to the end of
 * the text where that is only a route's inside. 0, or -EINVAL once the error has
 * been written.
 */
int	 socksconf_read_route(struct socksconf_parser *p, unsigned line, bool inside);

#endif
