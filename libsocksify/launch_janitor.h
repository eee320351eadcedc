/* SPDX-License-Identifier: ISC */
/* Who removes the shared file when nobody needs it any more. */
#ifndef LIBSOCKSIFY_LAUNCH_JANITOR_H
#define LIBSOCKSIFY_LAUNCH_JANITOR_H

/* Removes this user's files that start with @prefix, an absolute path, and serve nobody. */
void	 launch_sweep_states(const char *prefix);
/*
 * Starts the process that removes the file @path when its last user is gone: 0, or
 * -1 with a complaint.
 */
int	 launch_start_janitor(const char *path);

#endif
