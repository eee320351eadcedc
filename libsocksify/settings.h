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

/*
 * Called by the library's constructor, before there are threads, and by a hook
 * that runs before it; the first call loads, all return the same. NULL when
 * nothing is configured (the library is then inert) or when the process is
 * setuid. *failed tells whether something was asked for that cannot be had (a
 * state file that cannot be mapped, a malformed SOCKS5_SERVER): then connections
 * must be refused, never sent directly, and the settings are not NULL but empty.
 * Uses raw calls only, never a hooked one; keeps errno.
 */
const struct settings *settings_load(bool *failed);

/*
 * Takes proxy and credentials from SOCKS5_SERVER, SOCKS_USERNAME (SOCKS_USER,
 * SOCKS5_USER) and SOCKS_PASSWORD (SOCKS_PASSWD, SOCKS5_PASSWD). *server is the
 * proxy, still unresolved if it is a name. 0; -ENOENT when SOCKS5_SERVER is not
 * set; -EINVAL, and *why says in a few words what is wrong.
 */
int	 settings_from_environment(struct settings *settings, struct host *server,
	    const char **why);
/* The credentials alone, into a proxy that has none: 0, or -EINVAL and *why. */
int	 settings_credentials(struct proxy *proxy, const char **why);
/* Removes the passwords that the two functions above read. */
void	 settings_clear_environment(void);

#endif
