/* SPDX-License-Identifier: ISC */
/*
 * A descriptor that is passed on must leave epoll first. Its registration belongs to
 * the open file, which the receiver keeps open: without EPOLL_CTL_DEL it wakes the
 * sender for ever, and cannot be removed any more once the number is closed.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

#define WAITS	100

/* Watches a readable pipe, passes it on and closes it: the receiver's descriptor. */
static int
hand_over(int epoll, bool remove_first, int *number)
{
	struct epoll_event event = { .events = EPOLLIN };
	int channel[2], fds[32], flags, data[2];
	unsigned count;
	char byte;

	platform_socketpair(SOCK_SEQPACKET, channel);
	platform_pipe(0, data);
	expect_call(write(data[1], "x", 1) == 1);
	expect_call(epoll_ctl(epoll, EPOLL_CTL_ADD, data[0], &event) == 0);
	if (remove_first)
		expect_call(epoll_ctl(epoll, EPOLL_CTL_DEL, data[0], NULL) == 0);
	expect_call(platform_send_fds(channel[0], "f", 1, data, 1) == 1);
	close(data[0]);
	*number = data[0];
	/* The receiver of this program is itself; it gets another number for the file. */
	expect_call(dup2(data[1], data[0]) == data[0]);
	expect_call(platform_recv_fds(channel[1], &byte, 1, CMSG_SPACE(sizeof(int)),
	    fds, &count, &flags) == 1);
	expect(count == 1 && flags == MSG_CMSG_CLOEXEC, "%u descriptors, flags %x", count, flags);
	close(data[0]);
	close(data[1]);
	close(channel[0]);
	close(channel[1]);
	return fds[0];
}

int
main(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), received, number, woken = 0;
	struct epoll_event event;

	platform_start();
	received = hand_over(epoll, true, &number);
	expect(epoll_wait(epoll, &event, 1, 0) == 0, "an event after EPOLL_CTL_DEL");
	close(received);

	received = hand_over(epoll, false, &number);
	for (int i = 0; i < WAITS; i++)
		woken += epoll_wait(epoll, &event, 1, 0);
	expect(woken == WAITS, "%d of %d waits woken", woken, WAITS);
	expect(epoll_ctl(epoll, EPOLL_CTL_DEL, number, NULL) < 0 && errno == EBADF,
	    "the late removal: errno %d (%m)", errno);
	/* It ends when the last copy of the descriptor does. */
	close(received);
	expect(epoll_wait(epoll, &event, 1, 0) == 0, "an event after the last close");
	return 0;
}
