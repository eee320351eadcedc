/* SPDX-License-Identifier: ISC */
/* What the launcher's command is to use: proxies, routes and the rest of the settings. */
#ifndef LIBSOCKSIFY_LAUNCH_PROXY_H
#define LIBSOCKSIFY_LAUNCH_PROXY_H

#include <stdbool.h>

#include "libsocksify/settings.h"

#define LAUNCH_URLS	8	/* of -p */
#define LAUNCH_RANGES	2	/* of --reserved: one for each family */

/* What the command line says of it. All texts are of the command line itself. */
struct launch_request {
	const char	*config;		/* -c FILE, or NULL */
	char		*urls[LAUNCH_URLS];	/* -p URL; user and password are overwritten */
	unsigned	 url_count;
	const char	*password_file;		/* --password-file FILE, or NULL */
	int		 password_fd;		/* --password-fd N, or -1 */
	const char	*ranges[LAUNCH_RANGES];	/* --reserved RANGE */
	unsigned	 range_count;
	unsigned	 verbose;		/* -v, how often */
	bool		 proxy_loopback;	/* --proxy-loopback */
};

/* Asks for nothing: no text, no descriptor. */
void	 launch_request_init(struct launch_request *request);
/*
 * Everything that the command is to know: from -p, else -c, else the environment,
 * else the system's file; with the proxies' names resolved and the password read
 * or asked for. Passwords are removed from the environment, and @password_fd is
 * closed. 0, or -1 with a complaint.
 */
int	 launch_find_settings(struct settings *settings, struct launch_request *request);
/*
 * Within another socksify: its settings, from the file at @path, and what the command
 * line says beside. 0, or -1 with a complaint.
 */
int	 launch_outer_settings(struct settings *settings, const struct launch_request *request,
	    const char *path);
/*
 * Into settings that have their proxy already: what else the command line says.
 * 0, or -1 with a complaint.
 */
int	 launch_apply_options(struct settings *settings, const struct launch_request *request);

#endif
