/* SPDX-License-Identifier: ISC */
/*
 * How long it takes to be connected, as a program with blocking sockets sees it.
 *
 *   connect_time [--threads N] [--count N] [--name NAME] [--proxy PORT | --poll]
 *
 * Every thread connects N times, one after the other, to a listener of this very
 * process: with --proxy by a SOCKS5 handshake made here by hand with the server on
 * that port of 127.0.0.1, without by connect(2) alone, for whoever puts a tunnel
 * under it (with --poll on a non-blocking socket, waiting in poll(2)). With --name
 * the target is that name, looked up each time, and not 127.0.0.1. Prints the
 * distribution, in microseconds, as JSON.
 */
#include <config.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/histogram.h"

#define BACKLOG		4096
#define MESSAGE_SIZE	300
#define THREADS_MAX	1000

struct options {
	unsigned	 threads, count;
	bool		 poll;
	const char	*name;		/* NULL: 127.0.0.1 */
	in_port_t	 proxy;		/* network order; 0: none */
	in_port_t	 target;	/* likewise */
};

static struct options options = { .threads = 1, .count = 1000 };
static struct histogram histogram;
static pthread_mutex_t histogram_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned failures;

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct sockaddr_in
loopback(in_port_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = port };

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sin;
}

static void
watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		err(1, "epoll_ctl");
}

/* Takes connections, and lets each go when its other end has gone. */
static void *
accept_all(void *arg)
{
	int listener = *(int *)arg, epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;

	watch(epoll, listener);
	for (;;) {
		if (epoll_wait(epoll, &event, 1, -1) < 1)
			continue;
		if (event.data.fd == listener)
			watch(epoll, accept(listener, NULL, NULL));
		else
			close(event.data.fd);
	}
	return NULL;
}

static void
start_target(void)
{
	static int listener;
	struct sockaddr_in sin = loopback(0);
	socklen_t len = sizeof(sin);
	pthread_t thread;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&sin, len) < 0 ||
	    listen(listener, BACKLOG) < 0 ||
	    getsockname(listener, (struct sockaddr *)&sin, &len) < 0)
		err(1, "listen");
	options.target = sin.sin_port;
	if (pthread_create(&thread, NULL, accept_all, &listener) != 0)
		errx(1, "no thread");
	pthread_detach(thread);
}

static bool
exchange(int fd, const void *message, size_t len, void *answer, size_t answer_len)
{
	return send(fd, message, len, MSG_NOSIGNAL) == (ssize_t)len &&
	    recv(fd, answer, answer_len, MSG_WAITALL) == (ssize_t)answer_len;
}

/* RFC 1928, for servers that ask for no authentication and answer with an IPv4 address. */
static bool
shake_hands(int fd)
{
	static const unsigned char greeting[] = { 5, 1, 0 };
	unsigned char message[MESSAGE_SIZE] = { 5, 1, 0 }, answer[10];
	size_t len = 4;

	if (!exchange(fd, greeting, sizeof(greeting), answer, 2) || answer[1] != 0)
		return false;
	if (options.name != NULL) {
		message[3] = 3;
		message[len++] = (unsigned char)strlen(options.name);
		memcpy(message + len, options.name, strlen(options.name));
		len += strlen(options.name);
	} else {
		message[3] = 1;
		memcpy(message + len, &(in_addr_t){ htonl(INADDR_LOOPBACK) }, 4);
		len += 4;
	}
	memcpy(message + len, &options.target, 2);
	return exchange(fd, message, len + 2, answer, sizeof(answer)) && answer[1] == 0;
}

static bool
connect_socket(int fd, const struct sockaddr_in *to)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = -1;
	socklen_t len = sizeof(error);

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0)
		return true;
	return errno == EINPROGRESS && poll(&p, 1, -1) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
}

static bool
connect_plain(int fd)
{
	struct sockaddr_in sin = loopback(options.target);
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;

	if (options.name != NULL) {
		if (getaddrinfo(options.name, NULL, &hints, &found) != 0)
			return false;
		sin.sin_addr = ((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr;
		freeaddrinfo(found);
	}
	return connect_socket(fd, &sin);
}

static bool
connect_once(void)
{
	const struct linger reset = { .l_onoff = 1 };
	struct sockaddr_in proxy = loopback(options.proxy);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
	    (options.poll ? SOCK_NONBLOCK : 0), 0);
	bool good;

	if (fd < 0)
		return false;
	good = options.proxy == 0 ? connect_plain(fd) :
	    connect_socket(fd, &proxy) && shake_hands(fd);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	return good;
}

static void *
connect_all(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < options.count; i++) {
		uint64_t start = now_ns();

		if (!connect_once()) {
			failures++;
			continue;
		}
		start = now_ns() - start;
		pthread_mutex_lock(&histogram_lock);
		histogram_add(&histogram, start);
		pthread_mutex_unlock(&histogram_lock);
	}
	return NULL;
}

static unsigned
number(const char *text, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n == 0 || n > max)
		errx(2, "%s: not a number from 1 to %u", text, max);
	return (unsigned)n;
}

static void
parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "threads", required_argument, NULL, 't' },
		{ "count", required_argument, NULL, 'c' },
		{ "name", required_argument, NULL, 'n' },
		{ "proxy", required_argument, NULL, 'p' },
		{ "poll", no_argument, NULL, 'P' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 't')
			options.threads = number(optarg, THREADS_MAX);
		else if (c == 'c')
			options.count = number(optarg, 1000000);
		else if (c == 'p')
			options.proxy = htons((in_port_t)number(optarg, 65535));
		else if (c == 'P')
			options.poll = true;
		else if (c == 'n' && strlen(optarg) <= 255)
			options.name = optarg;
		else
			exit(2);
	}
}

int
main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	uint64_t start;

	parse(argc, argv);
	if (options.poll && options.proxy != 0)
		errx(2, "--poll is for connect(2) alone");
	start_target();
	start = now_ns();
	for (unsigned i = 0; i < options.threads; i++)
		if (pthread_create(&threads[i], NULL, connect_all, NULL) != 0)
			errx(1, "no thread");
	for (unsigned i = 0; i < options.threads; i++)
		pthread_join(threads[i], NULL);
	printf("{\"errors\": %u, \"seconds\": %.6f, ", failures, (double)(now_ns() - start) / 1e9);
	histogram_print(&histogram, "setup_us", stdout);
	puts("}");
	return failures > 0;
}
