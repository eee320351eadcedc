/* SPDX-License-Identifier: ISC */
/*
 * SOCK_SEQPACKET keeps message boundaries where SOCK_STREAM joins messages; what does
 * not fit is cut off and said with MSG_TRUNC; descriptors that do not fit are dropped
 * and said with MSG_CTRUNC, but the padding of the control buffer can let one more in
 * than was asked for. A full channel says EAGAIN soon; every message goes to one of
 * several readers; the end is a message of no bytes.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static void
boundaries(void)
{
	char buf[512] = { 0 };
	int s[2];

	platform_socketpair(SOCK_STREAM, s);
	expect_call(send(s[0], buf, 100, 0) == 100 && send(s[0], buf, 200, 0) == 200);
	expect(recv(s[1], buf, sizeof(buf), 0) == 300, "a stream that keeps boundaries");
	close(s[0]);
	close(s[1]);
	platform_socketpair(SOCK_SEQPACKET, s);
	expect_call(send(s[0], buf, 100, 0) == 100 && send(s[0], buf, 200, 0) == 200);
	expect(recv(s[1], buf, sizeof(buf), 0) == 100, "not the first message");
	expect(recv(s[1], buf, sizeof(buf), 0) == 200, "not the second message");
	close(s[0]);
	expect(recv(s[1], buf, sizeof(buf), 0) == 0, "no end of file");
	close(s[1]);
}

static void
truncation(void)
{
	int s[2], fds[32], flags;
	char buf[64] = { 0 };
	unsigned count;
	ssize_t n;

	platform_socketpair(SOCK_SEQPACKET, s);
	expect_call(send(s[0], buf, 60, 0) == 60 && send(s[0], "next", 4, 0) == 4);
	n = platform_recv_fds(s[1], buf, 50, 0, fds, &count, &flags);
	expect(n == 50 && (flags & MSG_TRUNC), "%zd bytes, flags %x", n, flags);
	n = platform_recv_fds(s[1], buf, 50, 0, fds, &count, &flags);
	expect(n == 4 && memcmp(buf, "next", 4) == 0 && !(flags & MSG_TRUNC),
	    "the rest of a message: %zd bytes, flags %x", n, flags);
	close(s[0]);
	close(s[1]);
}

/* @sent descriptors arrive in room for one: @expected of them, with MSG_CTRUNC or not. */
static void
control_truncation(unsigned sent, unsigned expected, bool truncated)
{
	int s[2], fds[32] = { 0, 0, 0 }, flags;
	unsigned count;
	char byte;

	platform_socketpair(SOCK_SEQPACKET, s);
	expect_call(platform_send_fds(s[0], "f", 1, fds, sent) == 1);
	expect_call(platform_recv_fds(s[1], &byte, 1, CMSG_SPACE(sizeof(int)),
	    fds, &count, &flags) == 1);
	expect(count == expected && !!(flags & MSG_CTRUNC) == truncated,
	    "%u of %u descriptors, flags %x", count, sent, flags);
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
	close(s[0]);
	close(s[1]);
}

static void
a_full_channel(void)
{
	int s[2], taken = 0, null = STDIN_FILENO;
	struct pollfd p = { .events = POLLOUT };
	char buf[256] = { 0 };

	platform_socketpair(SOCK_SEQPACKET | SOCK_NONBLOCK, s);
	while (platform_send_fds(s[0], buf, sizeof(buf), &null, 1) == sizeof(buf) &&
	    taken < 100000)
		taken++;
	expect(errno == EAGAIN && taken >= 8, "%d messages, then errno %d (%m)", taken, errno);
	p.fd = s[0];
	expect(poll(&p, 1, 0) == 0, "a full channel that is writable");
	close(s[0]);
	close(s[1]);
}

static void
one_reader_a_message(void)
{
	int s[2], second, got = 0;
	char buf[8];

	platform_socketpair(SOCK_SEQPACKET | SOCK_NONBLOCK, s);
	second = dup(s[1]);
	for (int i = 0; i < 4; i++)
		expect_call(send(s[0], "m", 1, 0) == 1);
	for (int i = 0; i < 4; i++)
		got += recv(i % 2 ? second : s[1], buf, sizeof(buf), 0) == 1;
	expect(got == 4, "%d of 4 messages", got);
	expect(recv(second, buf, sizeof(buf), 0) < 0 && errno == EAGAIN, "a message twice");
	close(second);
	close(s[0]);
	close(s[1]);
}

int
main(void)
{
	/* The control buffer for one descriptor is padded to the size of two. */
	unsigned fits = CMSG_SPACE(sizeof(int)) == CMSG_LEN(2 * sizeof(int)) ? 2 : 1;

	platform_start();
	boundaries();
	truncation();
	control_truncation(fits, fits, false);
	control_truncation(fits + 1, fits, true);
	a_full_channel();
	one_reader_a_message();
	return 0;
}
