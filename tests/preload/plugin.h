/* SPDX-License-Identifier: ISC */
/* What a program may do before any constructor has run. */
#ifndef TESTS_PRELOAD_PLUGIN_H
#define TESTS_PRELOAD_PLUGIN_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the plug-in has: connect(2), called from there. */
int	 plugin_connect(int fd, const struct sockaddr *to, socklen_t len);

#define EARLY(condition)	((condition) ? (void)0 : abort())

/* Hooked calls, one of each kind, that need no other library and allocate nothing. */
static inline void
plugin_early(void)
{
	int ends[2], fd;
	char c = 'x';
	struct pollfd p = { .events = POLLOUT };
	struct timespec none = { 0 };
	struct epoll_event event = { .events = EPOLLOUT };

	EARLY(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	EARLY(write(ends[0], &c, 1) == 1 && read(ends[1], &c, 1) == 1);
	EARLY(send(ends[0], &c, 1, 0) == 1 && recv(ends[1], &c, 1, 0) == 1);
	EARLY(syscall(SYS_write, ends[0], &c, 1) == 1 && syscall(SYS_read, ends[1], &c, 1) == 1);
	p.fd = ends[0];
	EARLY(poll(&p, 1, 0) == 1 && ppoll(&p, 1, &none, NULL) == 1);
	EARLY(select(0, NULL, NULL, NULL, &(struct timeval){ 0 }) == 0);
	fd = epoll_create1(EPOLL_CLOEXEC);
	EARLY(fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event) == 0 && close(fd) == 0);
	fd = dup(ends[0]);
	EARLY(fd >= 0 && dup2(fd, fd) == fd && close(fd) == 0 && dup2(ends[0], fd) == fd);
	EARLY(dup3(ends[1], fd, O_CLOEXEC) == fd && syscall(SYS_close, fd) == 0);
	EARLY(dup2(-1, -1) == -1 && errno == EBADF);
	fd = fcntl(ends[0], F_DUPFD_CLOEXEC, 60);
	EARLY(fd == 60 && fcntl(fd, F_GETFD) == FD_CLOEXEC && close_range(60, 60, 0) == 0);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	EARLY(fd >= 0 && close(fd) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
	EARLY(close(-1) == -1 && errno == EBADF);
}

#endif
