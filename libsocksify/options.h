/* SPDX-License-Identifier: ISC */
/*
 * Socket options that would stall a handshake: they are set aside while it runs,
 * and what the program sets meanwhile takes their place.
 */
#ifndef LIBSOCKSIFY_OPTIONS_H
#define LIBSOCKSIFY_OPTIONS_H

#include <stdbool.h>
#include <sys/socket.h>

struct options {
	int	lowat;		/* SO_RCVLOWAT, bytes; 0 or 1: nothing set aside */
	int	cork;		/* TCP_CORK; 0: nothing set aside */
};

void	 options_set_aside(struct options *o, int fd);
void	 options_restore(const struct options *o, int fd);
/* setsockopt(2) during a handshake: true when the value is kept here, not for the kernel. */
bool	 options_hold(struct options *o, int level, int option, const void *value, socklen_t len);

#endif
