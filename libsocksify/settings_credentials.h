/* SPDX-License-Identifier: ISC */
/* User and password of the proxies that were given without. */
#ifndef LIBSOCKSIFY_SETTINGS_CREDENTIALS_H
#define LIBSOCKSIFY_SETTINGS_CREDENTIALS_H

#include "libsocksify/settings.h"
#include "libsocksify/settings_report.h"

struct settings_credentials {
	const char	*password;	/* of --password-file, before any variable; or NULL */
	const char	*login;		/* the name of who runs this, or NULL */
	/*
	 * Asks for the password of proxy->username: 0, or -errno. NULL: nobody can be
	 * asked.
	 */
	int		(*ask)(const struct settings *settings, struct proxy *proxy);
};

/*
 * Fills in what is missing: the user out of the environment (for SOCKS proxies
 * alone), and the login name where there is a password and no user, or where a
 * route wants a user and nothing else; then the password. 0, or -EINVAL with an
 * error in the report: one is too long, or there is a user without password.
 */
int	 settings_complete_credentials(struct settings *settings,
	    const struct settings_credentials *credentials, const struct settings_report *report);

#endif
