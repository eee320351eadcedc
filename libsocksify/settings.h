/* SPDX-License-Identifier: ISC */
/*
 * What the user asked for: the proxy, its credentials, what goes direct.
 *
 * The launcher writes it, with the table of names, into one file that every
 * process of the tree maps (its path is in SOCKSIFY_STATE); so it survives exec,
 * and no password stands in an environment. A library preloaded by hand, without
 * the launcher, takes SOCKS5_SERVER, SOCKS_USERNAME and SOCKS_PASSWORD instead.
 * Read-only after settings_load().
 */
#ifndef LIBSOCKSIFY_SETTINGS_H
#define LIBSOCKSIFY_SETTINGS_H

#include <stdbool.h>

#include "common/addr.h"

struct proxy {
	struct endpoint	 endpoint;		/* numeric: resolved by the launcher */
	char		 username[256];		/* "": no username/password method is offered */
	char		 password[256];
};

struct settings {
	struct proxy	 proxy;
	bool		 proxy_loopback;	/* --proxy-loopback */
};

#endif
