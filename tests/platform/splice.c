/* SPDX-License-Identifier: ISC */
/*
 * splice() from a TCP socket through a pipe to another keeps every byte in order, says
 * EAGAIN while there is none, and 0 at the end of file; the other direction stays open
 * after that. EAGAIN also means a full pipe, so the caller must count what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

#define TOTAL	(1 << 20)
#define CHUNK	7777	/* no divisor or multiple of anything */

static ssize_t
move(int from, int to, size_t n)
{
	return splice(from, NULL, to, NULL, n, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}

static unsigned char
byte_at(size_t i)
{
	return (unsigned char)(i ^ i >> 8 ^ i >> 16);
}

/* Moves one chunk of TOTAL bytes through the relay and compares what comes out. */
static size_t
relay_chunk(int client, int in, const int pipefd[2], int out, int target, size_t done)
{
	static unsigned char sent[CHUNK], received[CHUNK];
	size_t n = TOTAL - done < CHUNK ? TOTAL - done : CHUNK;
	struct pollfd p = { .fd = in, .events = POLLIN };
	size_t passed = 0;

	for (size_t i = 0; i < n; i++)
		sent[i] = byte_at(done + i);
	expect_call(write(client, sent, n) == (ssize_t)n);
	while (passed < n) {
		ssize_t got = move(in, pipefd[1], n);

		if (got < 0 && errno == EAGAIN) {
			expect(poll(&p, 1, 5000) == 1, "no bytes after %zu", done + passed);
			continue;
		}
		expect_call(got > 0);
		for (ssize_t left = got; left > 0; ) {
			ssize_t put = move(pipefd[0], out, (size_t)left);

			expect_call(put > 0);
			left -= put;
		}
		passed += (size_t)got;
	}
	expect_call(recv(target, received, n, MSG_WAITALL) == (ssize_t)n);
	expect(memcmp(sent, received, n) == 0, "other bytes in the %zu after %zu", n, done);
	return n;
}

static void
bytes_and_end(void)
{
	int client[2], target[2], pipefd[2];
	struct pollfd p = { .events = POLLIN };
	ssize_t n;

	platform_tcp_pair(0, client);
	platform_tcp_pair(0, target);
	platform_pipe(O_NONBLOCK, pipefd);
	expect_call(fcntl(client[1], F_SETFL, O_RDWR | O_NONBLOCK) == 0);
	n = move(client[1], pipefd[1], CHUNK);
	expect(n < 0 && errno == EAGAIN, "%zd, errno %d with nothing to read", n, errno);
	for (size_t done = 0; done < TOTAL; )
		done += relay_chunk(client[0], client[1], pipefd, target[0], target[1], done);
	shutdown(client[0], SHUT_WR);
	p.fd = client[1];
	expect(poll(&p, 1, 5000) == 1, "no end of file");
	n = move(client[1], pipefd[1], CHUNK);
	expect(n == 0, "%zd, errno %d at the end", n, errno);
	/* Half-closed only: the way back is open. */
	expect_call(write(target[1], "back", 4) == 4);
	p.fd = target[0];
	expect(poll(&p, 1, 5000) == 1, "nothing on the way back");
	expect_call(move(target[0], pipefd[1], CHUNK) == 4);
	expect_call(move(pipefd[0], client[1], CHUNK) == 4);
}

static void
a_full_pipe_says_eagain(void)
{
	int s[2], pipefd[2];
	struct pollfd p = { .events = POLLIN };
	char buf[4096] = { 0 };
	ssize_t n;

	platform_tcp_pair(SOCK_NONBLOCK, s);
	platform_pipe(O_NONBLOCK, pipefd);
	while (write(pipefd[1], buf, sizeof(buf)) > 0)
		continue;
	expect_call(write(s[0], buf, sizeof(buf)) == sizeof(buf));
	p.fd = s[1];
	expect(poll(&p, 1, 5000) == 1, "no bytes");
	n = move(s[1], pipefd[1], sizeof(buf));
	expect(n < 0 && errno == EAGAIN, "%zd, errno %d with a full pipe", n, errno);
}

int
main(void)
{
	platform_start();
	bytes_and_end();
	a_full_pipe_says_eagain();
	return 0;
}
