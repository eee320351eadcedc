/* SPDX-License-Identifier: ISC */
/*
 * What the kernel tells, in /proc, of epoll registrations: for those that no hook
 * has seen, of sockets that came from elsewhere. Without /proc there are none.
 * A look costs a system call for each descriptor of the process.
 */
#ifndef LIBSOCKSIFY_REGISTERED_H
#define LIBSOCKSIFY_REGISTERED_H

#include <stdbool.h>
#include <sys/epoll.h>

/* The epoll descriptors of the process: how many, at most @max. */
int	 registered_epolls(int *epolls, int max);
/* The other numbers of the epoll descriptor @epoll: how many, at most @max. */
int	 registered_others(int epoll, int *others, int max);
/* Whether the number @fd is registered in @epoll, and with which event. */
bool	 registered_event(int epoll, int fd, struct epoll_event *event);

#endif
