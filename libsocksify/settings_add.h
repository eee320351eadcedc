/* SPDX-License-Identifier: ISC */
/*
 * Putting what was read of a file, a variable or an option into settings. No I/O;
 * proxies given by name are resolved later, by settings_resolve.h. Functions
 * return 0, or -ENOSPC when a table is full.
 */
#ifndef LIBSOCKSIFY_SETTINGS_ADD_H
#define LIBSOCKSIFY_SETTINGS_ADD_H

#include "common/url.h"
#include "libsocksify/settings.h"

/*
 * Fills in a proxy out of a URL: how it is spoken to, credentials, and its path
 * if it is a UNIX socket. A host is only named in settings_add_proxy().
 */
void	 proxy_from_url(struct proxy *proxy, const struct url *url);
/* The path of "unix:/PATH" or "unix:@NAME": 0, or -EINVAL for what is neither or too long. */
int	 proxy_take_path(struct proxy *proxy, const char *text);
/*
 * Adds @proxy, which is at @host unless it has a path; one that is there already
 * with the same protocol and credentials is used again. *index: where it is.
 */
int	 settings_add_proxy(struct settings *settings, struct proxy *proxy,
	    const struct host *host, unsigned *index);
int	 settings_add_route(struct settings *settings, const struct settings_route *route);
/* A direct route made by us to everything that @to matches, by TCP and UDP. */
int	 settings_add_direct(struct settings *settings, const struct settings_address *to);
/* "": standard error. @errors: failures alone go there. */
int	 settings_add_log(struct settings *settings, const char *path, bool errors);
/*
 * A range of reserved addresses, "198.18.0.0/15": one of each family. -EINVAL, and
 * *why says what was expected.
 */
int	 settings_add_range(struct settings *settings, const char *text, const char **why);
/* In the order of their choice: direct, SOCKS4, SOCKS5, HTTP, each as they were added. */
void	 settings_sort_routes(struct settings *settings);

#endif
