/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/proxy_handshake.h"

#include "common/compiler.h"

static uint8_t
allowed_methods(const struct proxy *proxy)
{
	uint8_t offers = 0;

	if ((proxy->methods & PROXY_METHOD_NONE) != 0)
		offers |= HANDSHAKE_OFFER_NONE;
	if ((proxy->methods & PROXY_METHOD_USERNAME) != 0)
		offers |= HANDSHAKE_OFFER_USERNAME;
	return offers;
}

void
proxy_handshake_start(struct handshake *h, const struct host *dst, const struct proxy *proxy)
{
	static const enum handshake_protocol protocols[] = {
		[PROXY_SOCKS5] = HANDSHAKE_SOCKS5,
		[PROXY_SOCKS4] = HANDSHAKE_SOCKS4,
		[PROXY_SOCKS4A] = HANDSHAKE_SOCKS4A,
		[PROXY_HTTP] = HANDSHAKE_HTTP,
	};
	struct handshake_server server = {
		.protocol = protocols[proxy->protocol],
		.offers = allowed_methods(proxy),
		.username = proxy->username,
		.password = proxy->password,
	};

	_Static_assert(ARRAY_SIZE(protocols) == PROXY_PROTOCOLS, "every protocol is spoken");
	handshake_start(h, SOCKS5_CONNECT, dst, &server);
	/* Only methods that are not known here are to be used. */
	if (proxy->protocol == PROXY_SOCKS5 && proxy->methods != 0 && server.offers == 0)
		handshake_fail(h, HANDSHAKE_NO_METHOD, 0);
}
