/* SPDX-License-Identifier: ISC */
/*
 * Threads that wait in poll(2) or select(2) for sockets in a handshake. Each
 * opens a datagram socket for the time of its call and waits for that; the
 * helper, which cannot see it, wakes it by its name.
 *
 * The records are in a pool and refer to nothing of the caller's stack: programs
 * leave poll(2) by longjmp out of a signal handler.
 */
#ifndef LIBSOCKSIFY_WAITER_H
#define LIBSOCKSIFY_WAITER_H

struct connection;
struct waiter;

/*
 * Without the lock. Waits for @only, or for any connection if it is NULL; *fd is
 * what to poll for POLLIN. NULL where there can be none.
 */
struct waiter *waiter_begin(struct connection *only, int *fd);
void	 waiter_end(struct waiter *w, int fd);
/* Under the state lock: wakes those who wait for @c, from the datagram socket @from. */
void	 waiter_wake_all(const struct connection *c, int from);
/* In the child of a fork, where nobody waits. */
void	 waiter_forget_all(void);

#endif
