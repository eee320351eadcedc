/* SPDX-License-Identifier: ISC */
/* NO_PROXY, as curl reads it. */
#ifndef LIBSOCKSIFY_NO_PROXY_H
#define LIBSOCKSIFY_NO_PROXY_H

#include "libsocksify/settings.h"
#include "libsocksify/settings_report.h"

/*
 * Adds a direct route for each entry of @list, which commas or blanks separate:
 * "*", a domain with all below it, an address, a network with its mask in bits;
 * each may have a ":PORT", an IPv6 address then in brackets. What is none of these
 * is warned of and goes by the proxy. 0, or -EINVAL when there is no room.
 */
int	 no_proxy_add(struct settings *settings, const char *list,
	    const struct settings_report *report);

#endif
