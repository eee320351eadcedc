/* SPDX-License-Identifier: ISC */
/*
 * What the environment says, and how to make it say less. Functions return 0, or
 * -EINVAL with an error in the report, if not said otherwise.
 */
#ifndef LIBSOCKSIFY_SETTINGS_ENVIRONMENT_H
#define LIBSOCKSIFY_SETTINGS_ENVIRONMENT_H

#include <stdbool.h>

#include "libsocksify/settings.h"
#include "libsocksify/settings_report.h"

/*
 * Set to anything but "": --proxy-loopback. The launcher sets it beside the shared
 * file, so that a program that cannot read the file still knows what not to send.
 */
#define SETTINGS_LOOPBACK_VARIABLE	"SOCKSIFY_PROXY_LOOPBACK"

bool	 settings_proxy_loopback(void);
/*
 * Dante's: SOCKS4_SERVER, SOCKS5_SERVER, SOCKS_SERVER, HTTP_CONNECT_PROXY and
 * SOCKS_ROUTE_1, SOCKS_ROUTE_2 …. -ENOENT when none of them is set.
 */
int	 settings_from_servers(struct settings *settings, const struct settings_report *report);
/* curl's: ALL_PROXY or all_proxy, with NO_PROXY or no_proxy. -ENOENT without the former. */
int	 settings_from_all_proxy(struct settings *settings, const struct settings_report *report);
/* Dante's besides: SOCKS_DEBUG, SOCKS_LOGOUTPUT, SOCKS_ERRLOGOUTPUT. */
int	 settings_from_logs(struct settings *settings, const struct settings_report *report);
/* SOCKS_AUTOADD_LANROUTES; @otherwise if it says neither yes nor no. */
bool	 settings_wants_lan_routes(bool otherwise);
/* SOCKS_DIRECTROUTE_FALLBACK, which is "no" if it is not set. */
bool	 settings_wants_fallback(void);
/* The file that SOCKS_CONF names, or NULL. */
const char *settings_file_variable(void);
/* Of SOCKS_USERNAME, SOCKS_USER and SOCKS5_USER the first that is not empty, or NULL. */
const char *settings_username_variable(void);
/* Of SOCKS_PASSWORD, SOCKS_PASSWD and SOCKS5_PASSWD likewise. */
const char *settings_password_variable(void);
/* Removes what may hold a password and was read by the functions above. */
void	 settings_clear_environment(void);

#endif
