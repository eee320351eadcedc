/* SPDX-License-Identifier: ISC */
/* From the bytes of a socks.conf to settings. No I/O, no allocation. */
#ifndef LIBSOCKSIFY_SOCKSCONF_H
#define LIBSOCKSIFY_SOCKSCONF_H

#include <stddef.h>

#include "libsocksify/settings.h"
#include "libsocksify/settings_report.h"

/*
 * Adds what @len bytes of @text say to settings that settings_init() has made;
 * @file is only named in messages. 0, or -EINVAL with a message: then the
 * settings are not to be used. Proxies are not resolved, routes not sorted.
 */
int	 socksconf_parse(struct settings *settings, const char *file, const char *text,
	    size_t len, const struct settings_report *report);
/* The same with the inside of a single route, which stands in a variable. */
int	 socksconf_parse_route(struct settings *settings, const char *variable, const char *text,
	    const struct settings_report *report);
/* The same with the value of one global keyword. */
int	 socksconf_parse_option(struct settings *settings, const char *variable,
	    const char *keyword, const char *text, const struct settings_report *report);

#endif
