/* SPDX-License-Identifier: ISC */
/*
 * SO_RCVLOWAT that a program has set hides fewer bytes than it says from poll and epoll,
 * which would hold up a handshake on that socket. Setting it to 1 shows the bytes that are
 * there already; the end of file is shown in any case.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static void
set_low_water(int fd, int bytes)
{
	expect_call(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes)) == 0);
}

static bool
readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout_ms) == 1;
}

static void
wait_queued(int fd, int bytes)
{
	time_t end = time(NULL) + 5;
	int queued = 0;

	while (queued < bytes && time(NULL) <= end)
		expect_call(ioctl(fd, FIONREAD, &queued) == 0);
	expect(queued == bytes, "%d bytes queued", queued);
}

int
main(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int s[2], epoll = epoll_create1(EPOLL_CLOEXEC);

	platform_start();
	platform_tcp_pair(SOCK_NONBLOCK, s);
	expect_call(epoll_ctl(epoll, EPOLL_CTL_ADD, s[1], &event) == 0);
	set_low_water(s[1], 100);
	expect_call(write(s[0], "0123456789", 10) == 10);
	wait_queued(s[1], 10);
	expect(!readable(s[1], 0), "10 bytes shown with SO_RCVLOWAT 100");
	expect(epoll_wait(epoll, &event, 1, 0) == 0, "epoll: %x", event.events);
	set_low_water(s[1], 1);
	expect(readable(s[1], 0), "10 bytes not shown with SO_RCVLOWAT 1");
	expect(epoll_wait(epoll, &event, 1, 0) == 1, "no edge from the change");
	set_low_water(s[1], 100);
	expect(!readable(s[1], 0), "10 bytes shown again with SO_RCVLOWAT 100");
	shutdown(s[0], SHUT_WR);
	expect(readable(s[1], 5000), "the end not shown");
	return 0;
}
