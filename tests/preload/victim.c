/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "tests/preload/victim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
victim_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s (errno %s)\n", file, line, what, strerrorname_np(errno));
	_exit(1);
}

int
victim_main(int argc, char **argv, const struct victim_case *cases)
{
	for (; cases->name != NULL; cases++) {
		if (argc < 2) {
			puts(cases->name);
		} else if (strcmp(cases->name, argv[1]) == 0) {
			alarm(LIMIT_MS / 1000 * 2);
			cases->run();
			return 0;
		}
	}
	return argc < 2 ? 0 : 2;
}

static bool
is_six(const char *host)
{
	return strchr(host, ':') != NULL;
}

int
victim_socket(const char *host, int flags)
{
	int fd = socket(is_six(host) ? AF_INET6 : AF_INET, SOCK_STREAM | flags, 0);

	CHECK(fd >= 0);
	return fd;
}

int
victim_connect(int fd, const char *host)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(7) };
	bool six = is_six(host);

	CHECK(inet_pton(six ? AF_INET6 : AF_INET, host,
	    six ? (void *)&in6.sin6_addr : (void *)&in.sin_addr) == 1);
	errno = 0;
	if (connect(fd, six ? (struct sockaddr *)&in6 : (struct sockaddr *)&in,
	    six ? sizeof(in6) : sizeof(in)) == 0)
		return 0;
	return -errno;
}

int
victim_begin(const char *host)
{
	int fd = victim_socket(host, SOCK_NONBLOCK);

	CHECK(victim_connect(fd, host) == -EINPROGRESS);
	return fd;
}

short
victim_poll(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, ms);

	CHECK(n >= 0);
	CHECK((n == 1) == (p.revents != 0));
	return p.revents;
}

int
victim_error(int fd)
{
	int error = -1;
	socklen_t len = sizeof(error);

	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	return error;
}

void
victim_echo(int fd)
{
	static const char text[] = "what comes back";
	char buf[sizeof(text)];
	size_t got = 0;

	CHECK(send(fd, text, sizeof(text), 0) == (ssize_t)sizeof(text));
	while (got < sizeof(text)) {
		ssize_t n;

		CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
		n = read(fd, buf + got, sizeof(buf) - got);
		CHECK(n > 0);
		got += (size_t)n;
	}
	CHECK(memcmp(buf, text, sizeof(text)) == 0);
}

void
victim_block(int fd)
{
	CHECK(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) == 0);
}
