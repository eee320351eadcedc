/* SPDX-License-Identifier: ISC */
/*
 * How a socket that is connected to a proxy becomes one whose connection was refused:
 * connect() to AF_UNSPEC, then to a port of loopback that is bound and does not
 * listen. The answer comes before connect() returns, so poll, epoll, SO_ERROR and
 * read() then say ECONNREFUSED of the kernel's own accord.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static int
socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	expect_call(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	return error;
}

/* A socket that was connected, with its registration at @epoll, refused at @refuser. */
static int
refused_socket(int epoll, const struct sockaddr_in *refuser)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int s[2], r;

	platform_tcp_pair(SOCK_NONBLOCK, s);
	expect_call(epoll_ctl(epoll, EPOLL_CTL_ADD, s[0], &event) == 0);
	expect_call(connect(s[0], &none, sizeof(none)) == 0);
	/* The disconnection may leave an error of its own; it has to be taken away. */
	socket_error(s[0]);
	r = connect(s[0], (const struct sockaddr *)refuser, sizeof(*refuser));
	expect(r < 0 && (errno == EINPROGRESS || errno == ECONNREFUSED),
	    "%d, errno %d (%m)", r, errno);
	close(s[1]);
	return s[0];
}

int
main(void)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	int epoll = epoll_create1(EPOLL_CLOEXEC), error, n;
	struct epoll_event event;
	struct sockaddr_in addr;
	char byte;

	platform_start();
	platform_refuser(&addr);
	p.fd = refused_socket(epoll, &addr);
	n = poll(&p, 1, 5000);
	expect(n == 1 && (p.revents & (POLLERR | POLLHUP)) == (POLLERR | POLLHUP),
	    "%d, revents %x", n, (unsigned)p.revents);
	n = epoll_wait(epoll, &event, 1, 0);
	expect(n == 1 && (event.events & (EPOLLERR | EPOLLHUP)) == (EPOLLERR | EPOLLHUP),
	    "%d events, %x", n, n == 1 ? event.events : 0);
	error = socket_error(p.fd);
	expect(error == ECONNREFUSED, "SO_ERROR %d", error);
	error = socket_error(p.fd);
	expect(error == 0, "SO_ERROR %d the second time", error);
	close(p.fd);

	/* read() gives the error as well, once. */
	p.fd = refused_socket(epoll, &addr);
	expect(poll(&p, 1, 5000) == 1, "no event");
	expect(read(p.fd, &byte, 1) < 0 && errno == ECONNREFUSED, "errno %d (%m)", errno);
	return 0;
}
