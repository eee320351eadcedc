/* SPDX-License-Identifier: ISC */
/* Epoll descriptors that the helper is to restore registrations in: it must have them. */
#ifndef LIBSOCKSIFY_WATCHING_H
#define LIBSOCKSIFY_WATCHING_H

struct watcher;

/*
 * In a critical section, without the lock: @fd, which was CONNECTING, has been
 * registered in @watcher, masked. If the handshake has ended before the helper
 * could get the descriptor, or it cannot be handed over, the registration is
 * restored here.
 */
void	 watching_provide(const struct watcher *watcher, int fd);
/*
 * Without the lock: the number @epoll is about to be closed. What is masked in
 * it is not forgotten if the program has another number for it.
 */
void	 watching_leave(int epoll);

#endif
