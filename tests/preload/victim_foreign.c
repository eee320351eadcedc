/* SPDX-License-Identifier: ISC */
/* Every hooked call on descriptors that were never near a proxy. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/preload/victim.h"

static void
use_pair(int a, int b)
{
	char c = 'x';
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int value;
	socklen_t len = sizeof(value);

	CHECK(write(a, &c, 1) == 1 && read(b, &c, 1) == 1);
	CHECK(writev(a, &v, 1) == 1 && readv(b, &v, 1) == 1);
	CHECK(send(a, &c, 1, 0) == 1 && recv(b, &c, 1, 0) == 1);
	CHECK(sendto(a, &c, 1, 0, NULL, 0) == 1 && recvfrom(b, &c, 1, 0, NULL, NULL) == 1);
	CHECK(sendmsg(a, &m, 0) == 1 && recvmsg(b, &m, 0) == 1);
	CHECK(getsockopt(a, SOL_SOCKET, SO_ERROR, &value, &len) == 0);
	CHECK(setsockopt(a, SOL_SOCKET, SO_RCVLOWAT, &(int){ 1 }, sizeof(int)) == 0);
	CHECK(fcntl(a, F_GETFL) >= 0);
}

static void
wait_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct epoll_event event = { .events = EPOLLOUT };
	struct timeval zero = { 0 };
	int epoll = epoll_create1(0);
	fd_set out;

	FD_ZERO(&out);
	FD_SET(fd, &out);
	CHECK(poll(&p, 1, 0) == 1);
	CHECK(ppoll(&p, 1, NULL, NULL) == 1);
	CHECK(select(fd + 1, NULL, &out, NULL, &zero) == 1);
	CHECK(pselect(fd + 1, NULL, &out, NULL, NULL, NULL) == 1);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0);
	CHECK(epoll_wait(epoll, &event, 1, 0) == 1);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0);
	CHECK(close(epoll) == 0);
}

static void
foreign(void)
{
	int ends[2], fd, other, stream = victim_socket(ECHO, 0);
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	CHECK(write(-1, "mark", 4) < 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	use_pair(ends[0], ends[1]);
	wait_for(ends[0]);
	CHECK(getpeername(ends[0], (struct sockaddr *)&ss, &len) == 0);
	fd = dup(ends[0]);
	CHECK(fd >= 0 && dup2(fd, fd + 1) == fd + 1 && dup3(fd, fd + 2, 0) == fd + 2);
	other = fcntl(fd, F_DUPFD_CLOEXEC, 50);
	CHECK(other == 50);
	CHECK(close(fd) == 0 && close(fd + 1) == 0 && close(fd + 2) == 0 && close(other) == 0);
	CHECK(close_range(60, 70, 0) == 0);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK(victim_error(stream) == 0);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "foreign", foreign },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
