/* SPDX-License-Identifier: ISC */
/* One non-blocking TCP connection to one address. Knows nothing of the loop. */
#ifndef SERVER_DIAL_H
#define SERVER_DIAL_H

#include <stdbool.h>

#include "common/addr.h"

/* Whether sockets made from now on have SO_KEEPALIVE; they do not at first. */
void	 dial_set_keepalive(bool on);
/* What every socket to a remote host has: for those that others make. 0, or -errno. */
int	 dial_set_options(int fd);

/*
 * Connects to @remote from @source: 0 connected, with the socket's own end in
 * @local, or -EINPROGRESS, with *fd the caller's; or another -errno, of connect(2)
 * or of what came before it, with *fd -1. -ENETUNREACH also when @source or the
 * system is not of the family, -EHOSTUNREACH for 0.0.0.0 and ::.
 */
int	 dial_begin(int *fd, const struct endpoint *remote, const struct endpoint *source,
	    struct endpoint *local);
/* What became of it, asked when @fd is writable: as dial_begin(), but @fd stays open. */
int	 dial_check(int fd, const struct endpoint *remote, struct endpoint *local);

#endif
