/* SPDX-License-Identifier: ISC */
/*
 * The program's epoll registrations of sockets that are not connected yet.
 *
 * While a handshake runs on a socket, its registrations are masked: the kernel
 * knows them with no events but those that cannot be masked, and with the flags
 * that have a memory (EPOLLET, EPOLLONESHOT). At the end they are restored with
 * EPOLL_CTL_MOD, which looks at the socket anew and so wakes epoll_wait(2) in
 * every mode. EPOLLEXCLUSIVE registrations cannot be modified and are deleted
 * and added. Once a socket is connected, nothing of it is kept here.
 *
 * Under the state lock, all of it.
 */
#ifndef LIBSOCKSIFY_WATCH_H
#define LIBSOCKSIFY_WATCH_H

#include <stdbool.h>
#include <sys/epoll.h>

/* An epoll descriptor of the program, and how often its number had been closed when it was one. */
struct watcher {
	int		epoll;
	unsigned	drops;
};

/* The number of the program's descriptor @epoll in the thread that restores, or -1. */
typedef int watch_translate(int epoll);

/* That of the number @epoll, which a registration names. */
struct watcher watch_watcher(int epoll);
/* epoll_ctl(2) on a descriptor whose registrations are recorded: 0, or -errno. */
int	 watch_control(int epoll, int op, int fd, const struct epoll_event *event);
/*
 * Records what is registered of @fd if it is a socket that came from elsewhere, and
 * so may have been registered where no hook saw it. It is FRESH then.
 */
void	 watch_recover(int fd);
/*
 * Before the number @epoll is closed: what is masked in it, or withdrawn, is recorded
 * of the other numbers of the same epoll descriptor, too. These, at most @max: how many.
 */
int	 watch_share(int epoll, struct watcher *others, int max);
/*
 * Masks what is registered of @fd, in the program's own table. Of a connection
 * that is .withdrawn, it is taken away, now and when it is registered: EPOLLERR
 * and EPOLLHUP of one failure, after which another proxy is tried, would show.
 */
void	 watch_mask(int fd);
/*
 * Before the socket is made to show its failure: takes its masked registrations
 * away, in the table of the calling thread as below. EPOLLERR and EPOLLHUP, which
 * cannot be masked, would show before the rest.
 */
void	 watch_withdraw(int fd, watch_translate *translate);
/*
 * Restores it, in the table of the calling thread, where the socket must be
 * number @fd. What @translate has no number for stays as it is. @connected: the
 * restored are not recorded any longer.
 */
void	 watch_restore(int fd, watch_translate *translate, bool connected);
/* The numbers are those of the program: for threads of its own. */
watch_translate watch_same_number;
/* Forgets what is registered of @fd; @in_kernel: and unregisters it. */
void	 watch_forget(int fd, bool in_kernel);
/* Forgets every registration that names @epoll, which is being closed. */
void	 watch_forget_epoll(int epoll);
/*
 * Around the moment in which @fd becomes another open file, in the program's own
 * table: takes away what is registered, and registers it anew.
 */
void	 watch_unregister(int fd);
void	 watch_register(int fd, bool masked);
/* The epoll descriptors that hidden registrations of @fd name: how many, at most @max. */
int	 watch_masked(int fd, struct watcher *watchers, int max);

#endif
