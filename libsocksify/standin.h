/* SPDX-License-Identifier: ISC */
/*
 * Sockets that stand in for the program's own, where that cannot be connected to
 * the proxy because of its family. See the .c file for how.
 *
 * Without the state lock.
 */
#ifndef LIBSOCKSIFY_STANDIN_H
#define LIBSOCKSIFY_STANDIN_H

/* The bits of leg.h for the program's socket @fd, of @domain, in which nothing stands in. */
unsigned standin_own_reach(int fd, int domain);
/*
 * Puts a socket of @domain in the place of @fd, a TCP socket of the domain @own that
 * is not connected and in whose place none is: AF_INET6, for both versions of IP; or
 * AF_UNIX, which is connected to @path ('@' first: an abstract name) then. 0; or
 * -errno, and @fd is what it was: -EBADF or -EALREADY where another thread was
 * faster, what the connection failed with, or -ENETUNREACH where nothing can stand in.
 */
int	 standin_begin(int fd, int own, int domain, const char *path);
/*
 * If another socket stands in for @fd's: puts one of the program's own kind in its
 * place, not connected, with the address that the program had bound. Nothing of
 * @fd may be CONNECTING. 0, or -errno where there can be none.
 */
int	 standin_undo(int fd);

#endif
