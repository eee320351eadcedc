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

/* The epoll descriptors of the process, but for @except: how many, at most @max. */
int	 registered_epolls(int except, int *epolls, int max);
/* Whether the number @fd is registered in @epoll, and with which event. */
bool	 registered_event(int epoll, int fd, struct epoll_event *event);

#endif
