/* SPDX-License-Identifier: ISC */
/*
 * connect(2) by way of a proxy. The program's own socket is connected to the
 * proxy and the handshake runs on it: in the calling thread for a blocking
 * socket, in the helper for a non-blocking one. A blocking one that a signal or
 * its SO_SNDTIMEO interrupts goes on in the helper, as the kernel's goes on.
 *
 * Only TCP and MPTCP are carried. Connections of other protocols (SCTP, DCCP, SMC)
 * whose route is a proxy are refused with EPROTONOSUPPORT, and so are sockets of
 * which a sandbox hides too much to know. Datagrams are none of its business.
 */
#ifndef LIBSOCKSIFY_CONNECT_H
#define LIBSOCKSIFY_CONNECT_H

#include <sys/socket.h>

/* The real call is the one to make. */
#define CONNECT_DIRECT	1

/* What connect(2) does with these arguments: 0, -errno, or CONNECT_DIRECT. */
int	 connect_routed(int fd, const struct sockaddr *to, socklen_t len);

#endif
