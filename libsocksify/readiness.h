/* SPDX-License-Identifier: ISC */
/*
 * poll(2) over descriptors of which some are in a handshake: these show nothing
 * until it has ended, and then what the kernel says.
 */
#ifndef LIBSOCKSIFY_READINESS_H
#define LIBSOCKSIFY_READINESS_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * Whether @size bytes at @from can be read: NULL is right too. By one system
 * call, and not by every kernel: true where it cannot be told.
 */
bool	 readiness_readable(const void *from, size_t size);
/*
 * Whether any is in a handshake that this process knows of; false too for an array
 * that cannot be read, of which the kernel may tell. Not for when none runs
 * anywhere.
 */
bool	 readiness_masked(const struct pollfd *fds, nfds_t count);
/* As ppoll(2), with -errno. @left, unless NULL, is set to what is left of @timeout. */
int	 readiness_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
	    const sigset_t *mask, struct timespec *left);

#endif
