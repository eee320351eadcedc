/* SPDX-License-Identifier: ISC */
/* Sockets of both ends. All are CLOEXEC; errors are returned as -errno. */
#ifndef BENCH_SOCKET_H
#define BENCH_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>

#include "bench/load.h"

/*
 * A listener on a free port of 127.0.0.1, whose address it puts into @address:
 * the target. What it accepts resets when it is closed, as sockets of
 * socket_client() do, so that no port lingers in TIME_WAIT.
 */
int	socket_listen(struct sockaddr_in *address);
/* A socket that is not blocking and not connected. */
int	socket_client(void);
/* Makes @fd block or not, and then give up any wait after STALL_MS. */
int	socket_block(int fd, bool block);
int	socket_nodelay(int fd);
/* Waits for one more connection of the target; blocking. */
int	socket_accept(int listener);
/* Connects through the proxy to @target, waiting; a blocking socket. */
int	socket_through(const struct load_options *o, const struct sockaddr_in *target);

#endif
