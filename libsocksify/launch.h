/* SPDX-License-Identifier: ISC */
/*
 * The parts of socksify, the launcher. It is an ordinary program: it may use the
 * resolver, allocate and print, and the preloaded library is not in it.
 */
#ifndef LIBSOCKSIFY_LAUNCH_H
#define LIBSOCKSIFY_LAUNCH_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/compiler.h"
#include "libsocksify/settings.h"

/* Exit statuses of our own, as env(1) and the shells have them. */
#define EXIT_NOT_EXECUTABLE	126
#define EXIT_NOT_STARTED	127

/* The file that settings and names are shared in; "" when there is none. */
struct launch_state {
	char	path[PATH_MAX];
	int	fd;		/* open until the command is: the file is in use */
};

/* One line on standard error, after "socksify: ". */
void	 launch_complain(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* What was wrong was said: -1, so that "return launch_fail(...)" reads well. */
int	 launch_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

/*
 * The proxy and its credentials, from @url (-p; its user and password are
 * overwritten) or, if that is NULL, from the environment. Resolves its name.
 * 0, or -1 with a complaint.
 */
int	 launch_find_proxy(struct settings *settings, char *url);

/* Copies the directory that this program was started from, with no last slash: 0, or -1. */
int	 launch_own_directory(char *directory, size_t size);
/*
 * Puts the library into LD_PRELOAD, behind what stands there, after making sure
 * that the dynamic linker will take it: one that it cannot load it skips, and the
 * program would go direct. 0, or -1 with a complaint.
 */
int	 launch_preload(void);
/* Whether this very process runs with the library in it, within another socksify. */
bool	 launch_is_preloaded(void);
/* Starts this program anew without the library and with the same arguments. Returns only on failure. */
int	 launch_again_without(char **argv);

/*
 * The file that execvp() would run, into @path of PATH_MAX. 0, or with a complaint
 * the exit status: EXIT_NOT_STARTED if there is none, EXIT_NOT_EXECUTABLE.
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
 * With the signals held: runs the command as a child and lives as long: stops and goes on with it, passes
 * on signals that were sent to us alone. Its wait status, or -1 with a complaint.
 */
int	 launch_run(const char *path, char **argv);
/* Ends as the child did: its exit status, or the signal that killed it. */
void	 launch_exit_like(int status) NORETURN;

/* Makes the shared file and puts its path into the environment: 0, or -1 with a complaint. */
int	 launch_create_state(struct launch_state *state, const struct settings *settings);
void	 launch_remove_state(struct launch_state *state);
/* Removes this user's files that start with @prefix, an absolute path, and serve nobody. */
void	 launch_sweep_states(const char *prefix);
/* Starts the process that removes the file when the last user of it is gone: 0, or -1. */
int	 launch_start_janitor(const struct launch_state *state);

#endif
