/* SPDX-License-Identifier: ISC */
/*
 * Where settings come from when no URL was given: the order of places, and what
 * each of them implies. The launcher and a library without it ask this.
 */
#ifndef LIBSOCKSIFY_SETTINGS_FIND_H
#define LIBSOCKSIFY_SETTINGS_FIND_H

#include <stdbool.h>

#include "libsocksify/settings.h"
#include "libsocksify/settings_credentials.h"
#include "libsocksify/settings_report.h"

/* Puts up to @max addresses of a name into @list: how many, or -EINVAL with an error. */
typedef int settings_resolve_fn(const char *name, struct endpoint *list, unsigned max,
	    const struct settings_report *report);

/*
 * Reads the first of these that there is: the file @config, Dante's variables, the
 * file of SOCKS_CONF, ALL_PROXY, the system's socks.conf. 0; -ENOENT when there is
 * none; -EINVAL with an error in the report. settings_finish() is still to come.
 */
int	 settings_find(struct settings *settings, const char *config, bool wait,
	    const struct settings_report *report);
/*
 * Makes settings whole that have all their proxies and routes: credentials,
 * addresses, logs, and the order of routes. 0, or -EINVAL likewise.
 */
int	 settings_finish(struct settings *settings, const struct settings_credentials *credentials,
	    settings_resolve_fn *resolve, const struct settings_report *report);

#endif
