/* SPDX-License-Identifier: ISC */
/* Becoming the command, or living beside it. */
#ifndef LIBSOCKSIFY_LAUNCH_COMMAND_H
#define LIBSOCKSIFY_LAUNCH_COMMAND_H

#include <limits.h>
#include <stdbool.h>

#include "common/compiler.h"

/* Exit statuses of our own, as env(1) and the shells have them. */
#define EXIT_NOT_EXECUTABLE	126
#define EXIT_NOT_STARTED	127

/* The file that execvp() would run, into @path of PATH_MAX: 0, or its errno. */
int	 launch_search_command(const char *command, char *path);
/*
 * The same: 0, or with a complaint the exit status, EXIT_NOT_STARTED if there is
 * none or EXIT_NOT_EXECUTABLE.
 */
int	 launch_find_command(const char *command, char *path);
/* Becomes the command; the exit status, with a complaint, if that fails. */
int	 launch_exec(const char *path, char **argv);
/* Blocks the signals that launch_run() waits for; a child must release them before it execs. */
void	 launch_hold_signals(void);
void	 launch_release_signals(void);
/* Whether a signal that ends programs came meanwhile. */
bool	 launch_is_interrupted(void);
/*
 * With the signals held: runs the command as a child and lives as long: stops and
 * goes on with it, passes on signals that were sent to us alone. Its wait status,
 * or -1 with a complaint.
 */
int	 launch_run(const char *path, char **argv);
/* Ends as the child did: its exit status, or the signal that killed it. */
void	 launch_exit_like(int status) NORETURN;

#endif
