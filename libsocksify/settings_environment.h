/* SPDX-License-Identifier: ISC */
/* What the environment says of the proxy, and how to make it say less. */
#ifndef LIBSOCKSIFY_SETTINGS_ENVIRONMENT_H
#define LIBSOCKSIFY_SETTINGS_ENVIRONMENT_H

#include <stdbool.h>

#include "libsocksify/settings.h"

/*
 * Set to anything but "": --proxy-loopback. The launcher sets it beside the shared
 * file, so that a program that cannot read the file still knows what not to send.
 */
#define SETTINGS_LOOPBACK_VARIABLE	"SOCKSIFY_PROXY_LOOPBACK"

bool	 settings_proxy_loopback(void);
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
