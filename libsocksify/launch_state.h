/* SPDX-License-Identifier: ISC */
/* The file that settings and names are shared in with the command. */
#ifndef LIBSOCKSIFY_LAUNCH_STATE_H
#define LIBSOCKSIFY_LAUNCH_STATE_H

#include <limits.h>

#include "libsocksify/settings.h"

struct launch_state {
	char	path[PATH_MAX];
	int	fd;		/* open until the command is: the file is in use */
};

/* Makes the shared file and puts its path into the environment: 0, or -1 with a complaint. */
int	 launch_create_state(struct launch_state *state, const struct settings *settings);
void	 launch_remove_state(struct launch_state *state);

#endif
