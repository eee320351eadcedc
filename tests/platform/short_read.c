/* SPDX-License-Identifier: ISC */
/*
 * With EPOLLET, a read that gave less than was asked for has emptied the socket, and the
 * next bytes or the end bring a new event: no read has to be spent on EAGAIN. Not so when
 * EPOLLRDHUP came with the event: the end is then waiting behind the bytes, and no further
 * event will tell of it.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static int	epoll, s[2];

static unsigned
wait_event(int timeout_ms)
{
	struct epoll_event event = { 0 };
	int n = epoll_wait(epoll, &event, 1, timeout_ms);

	expect_call(n >= 0);
	return n == 0 ? 0 : event.events;
}

static void
make_pair(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };

	epoll = epoll_create1(EPOLL_CLOEXEC);
	expect_call(epoll >= 0);
	platform_tcp_pair(SOCK_NONBLOCK, s);
	expect_call(epoll_ctl(epoll, EPOLL_CTL_ADD, s[1], &event) == 0);
}

int
main(void)
{
	char buf[100];
	unsigned events;

	platform_start();
	make_pair();
	for (int i = 0; i < 3; i++) {
		expect_call(write(s[0], "0123456789", 10) == 10);
		events = wait_event(5000);
		expect(events == EPOLLIN, "events %x for bytes", events);
		expect_call(read(s[1], buf, sizeof(buf)) == 10);
		events = wait_event(0);
		expect(events == 0, "events %x after a short read", events);
	}
	shutdown(s[0], SHUT_WR);
	events = wait_event(5000);
	expect(events == (EPOLLIN | EPOLLRDHUP), "events %x for the end", events);
	expect_call(read(s[1], buf, sizeof(buf)) == 0);

	make_pair();
	expect_call(write(s[0], "0123456789", 10) == 10);
	shutdown(s[0], SHUT_WR);
	/* The end may come with the bytes or just behind them. */
	do
		events = wait_event(5000);
	while (events == EPOLLIN);
	expect(events == (EPOLLIN | EPOLLRDHUP), "events %x for bytes and end", events);
	expect_call(read(s[1], buf, sizeof(buf)) == 10);
	events = wait_event(0);
	expect(events == 0, "events %x with the end waiting", events);
	expect_call(read(s[1], buf, sizeof(buf)) == 0);
	return 0;
}
