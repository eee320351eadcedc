/* SPDX-License-Identifier: ISC */
/* The launcher's command line. */
#ifndef LIBSOCKSIFY_LAUNCH_OPTIONS_H
#define LIBSOCKSIFY_LAUNCH_OPTIONS_H

#include <stdbool.h>

#include "libsocksify/launch_proxy.h"

enum launch_mode {
	LAUNCH_RUN,
	LAUNCH_CHECK,		/* --check: say whether the command can be reached */
	LAUNCH_TEST,		/* --test: say whether the proxies work */
};

struct launch_options {
	enum launch_mode	 mode;
	struct launch_request	 request;
	bool			 force;		/* run even what cannot be reached */
	bool			 embedded;
	const char		*log;		/* of the embedded server, or NULL */
	/* What stands behind the options: command and arguments, or where to; NULL at the end. */
	char			**arguments;
};

/*
 * Takes @argv apart; prints and exits for --help and --version. 0, or -1 with a
 * complaint for what makes no sense.
 */
int	 launch_parse_options(struct launch_options *options, int argc, char **argv);
/* Whether the options say which proxy, or a password for it. */
bool	 launch_names_proxy(const struct launch_request *request);
/* Whether the options ask for anything of the proxies, or of what is told of them. */
bool	 launch_asks(const struct launch_request *request);

#endif
