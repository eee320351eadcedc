/* SPDX-License-Identifier: ISC */
/*
 * Threads that connect by name, blocking and not, while others duplicate, close,
 * poll and watch the same numbers: what a race detector is run with.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "tests/preload/victim.h"

#define NAMES		100	/* different ones */
#define MEDDLERS	4

static int rounds;
static _Atomic bool over;
static _Atomic int recent = -1;		/* a number that is in use, or was */

/* A socket on its way to echo.N.test: connected, or not yet if it is non-blocking. */
static int
begin(int n, int flags)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "echo.%d.test", n % NAMES);
	CHECK(getaddrinfo(name, "7", &hints, &found) == 0);
	fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC | flags, 0);
	CHECK(fd >= 0);
	if (flags == 0)
		CHECK(connect(fd, found->ai_addr, found->ai_addrlen) == 0);
	else
		CHECK(connect(fd, found->ai_addr, found->ai_addrlen) < 0 && errno == EINPROGRESS);
	freeaddrinfo(found);
	return fd;
}

static void
await_epoll(int fd)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLOUT | (uint32_t)EPOLLET };

	CHECK(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS * 3) == 1);
	CHECK(close(epoll) == 0);
}

static void
await_select(int fd)
{
	fd_set out;

	FD_ZERO(&out);
	FD_SET(fd, &out);
	CHECK(select(fd + 1, NULL, &out, NULL, NULL) == 1);
}

static void
await(int fd, int how)
{
	if (how == 0)
		await_epoll(fd);
	else if (how == 1)
		await_select(fd);
	else
		CHECK(victim_poll(fd, POLLOUT, LIMIT_MS * 3) == POLLOUT);
}

/* One connection, in one of the ways. */
static void
one(int n)
{
	int fd, other;

	switch (n % 5) {
	case 0:
		fd = begin(n, 0);
		break;
	case 1:
		/* Given up in the middle. */
		CHECK(close(begin(n, SOCK_NONBLOCK)) == 0);
		return;
	case 2:
		fd = begin(n, SOCK_NONBLOCK);
		other = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		CHECK(other >= 0 && close(fd) == 0);
		fd = other;
		await(fd, 2);
		break;
	default:
		fd = begin(n, SOCK_NONBLOCK);
		await(fd, n / 5 % 3);
		break;
	}
	atomic_store(&recent, fd);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
	CHECK(close(fd) == 0);
}

static void *
work(void *arg)
{
	int first = (int)(intptr_t)arg;

	for (int i = 0; i < rounds; i++)
		one(first + i);
	return NULL;
}

/* Looks at numbers that are other threads', which may be gone or somebody else's by then. */
static void *
meddle(void *arg)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };

	(void)arg;
	while (!atomic_load(&over)) {
		int fd = atomic_load(&recent), error;
		socklen_t len = sizeof(error);
		struct sockaddr_storage peer;
		socklen_t peer_len = sizeof(peer);
		struct pollfd p = { .fd = fd, .events = POLLOUT };

		poll(&p, 1, 0);
		if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0)
			getsockopt(fd, SOL_SOCKET, SO_TYPE, &error, &len);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0)
			epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
		fd = dup(fd);
		if (fd >= 0)
			close(fd);
	}
	close(epoll);
	return NULL;
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 50;
	pthread_t *all = calloc((size_t)count + MEDDLERS, sizeof(*all));

	rounds = argc > 2 ? atoi(argv[2]) : 200;
	CHECK(all != NULL && count > 0);
	for (int i = 0; i < count; i++)
		CHECK(pthread_create(&all[i], NULL, work, (void *)(intptr_t)(i * 7)) == 0);
	for (int i = 0; i < MEDDLERS; i++)
		CHECK(pthread_create(&all[count + i], NULL, meddle, NULL) == 0);
	for (int i = 0; i < count; i++)
		CHECK(pthread_join(all[i], NULL) == 0);
	atomic_store(&over, true);
	for (int i = 0; i < MEDDLERS; i++)
		CHECK(pthread_join(all[count + i], NULL) == 0);
	free(all);
	return 0;
}
