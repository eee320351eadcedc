/* SPDX-License-Identifier: ISC */
/*
 * Sockets that stand in for the program's own, where that cannot be connected to
 * the proxy because of its family. See the .c file for how.
 *
 * Without the state lock.
 */
#ifndef LIBSOCKSIFY_STANDIN_H
#define LIBSOCKSIFY_STANDIN_H

#include <stdint.h>
#include <sys/socket.h>

struct endpoint;

/*
 * Makes @fd, a TCP socket that is not connected, one that can be connected to a
 * proxy at @to, or at the UNIX socket @path ('@' first: an abstract name) where @to
 * is NULL. The length of the address for the real connect(2), which is in *ss; 0
 * where the socket is connected already; or -errno, and @fd is what it was: what
 * the connect(2) failed with, or -ENETUNREACH where nothing can stand in.
 * *cookie is set to the SO_COOKIE of the socket that it is then.
 */
int	 standin_reach(int fd, const struct endpoint *to, const char *path,
	    struct sockaddr_storage *ss, uint64_t *cookie);
/*
 * If another socket stands in for @fd's: puts one of the program's own kind in its
 * place, not connected, with the address that the program had bound. Nothing of
 * @fd may be CONNECTING. 0, or -errno where there can be none.
 */
int	 standin_undo(int fd);

#endif
