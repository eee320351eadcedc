/* SPDX-License-Identifier: ISC */
/* The handshake that a proxy of the settings wants. */
#ifndef LIBSOCKSIFY_PROXY_HANDSHAKE_H
#define LIBSOCKSIFY_PROXY_HANDSHAKE_H

#include "common/handshake.h"
#include "libsocksify/settings.h"

/* Begins it, for a TCP connection to @dst. @proxy and @dst are borrowed until the end. */
void	 proxy_handshake_start(struct handshake *h, const struct host *dst,
	    const struct proxy *proxy);

#endif
