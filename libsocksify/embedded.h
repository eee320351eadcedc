/* SPDX-License-Identifier: ISC */
/*
 * A private socksifyd for one command: on a free port of 127.0.0.1, with a random
 * user and password, its files in a directory that only this user can enter.
 */
#ifndef LIBSOCKSIFY_EMBEDDED_H
#define LIBSOCKSIFY_EMBEDDED_H

#include <sys/types.h>

#include "libsocksify/embedded_files.h"

struct embedded {
	pid_t	server;			/* 0: none runs */
	struct embedded_files files;
};

/*
 * Starts the server, waits until it accepts and fills in @proxy. It logs to @log,
 * or to a file that goes with it if that is NULL. Needs the signals held
 * (launch_command.h). 0, or -1 with a complaint, and nothing is left.
 */
int	 embedded_start(struct embedded *e, struct proxy *proxy, const char *log);
/* Ends the server, with the sessions that are left, and removes its files. */
void	 embedded_stop(struct embedded *e);

#endif
