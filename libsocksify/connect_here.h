/* SPDX-License-Identifier: ISC */
/* Connections that the calling thread makes. */
#ifndef LIBSOCKSIFY_CONNECT_HERE_H
#define LIBSOCKSIFY_CONNECT_HERE_H

#include <stdbool.h>

struct call;

/*
 * A blocking socket, or one whose descriptor cannot be recorded, as @recordable
 * tells: 0, or -errno for connect(2).
 */
int	 connect_here(struct call *call, bool recordable);

#endif
