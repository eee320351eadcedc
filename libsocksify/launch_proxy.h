/* SPDX-License-Identifier: ISC */
/* Which proxy the launcher's command is to use. */
#ifndef LIBSOCKSIFY_LAUNCH_PROXY_H
#define LIBSOCKSIFY_LAUNCH_PROXY_H

#include "libsocksify/settings.h"

/*
 * The proxy and its credentials, from @url (-p; its user and password are
 * overwritten) or, if that is NULL, from the environment. Resolves its name.
 * 0, or -1 with a complaint.
 */
int	 launch_find_proxy(struct settings *settings, char *url);

#endif
