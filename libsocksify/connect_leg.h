/* SPDX-License-Identifier: ISC */
/* connect(2) by the legs of a route, one after the other. */
#ifndef LIBSOCKSIFY_CONNECT_LEG_H
#define LIBSOCKSIFY_CONNECT_LEG_H

struct call;

/* By call.route, whose way is a proxy: 0, or -errno for connect(2). */
int	 connect_by_proxy(struct call *call);

#endif
