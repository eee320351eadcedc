/* SPDX-License-Identifier: ISC */
/*
 * One connect(2), and nothing printed.
 *
 * victim_dial [WORD...] HOST:PORT
 *
 * Words: "nonblocking"; "thrice", one after the other; "forked", in a child too; "closed"
 * closes standard error first, "moved" puts /dev/null in its place, and "deaf=FIFO" the
 * writing end of what nobody reads. The exit status is 0, or 3 after a connect that failed;
 * with "expect=ERRNO" 0 only after one that failed so.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/preload/victim.h"

static bool nonblocking;
static const char *expected;

/* The exit status for that result of connect(2), a positive errno or 0. */
static int
judge(int error)
{
	if (expected == NULL)
		return error == 0 ? 0 : 3;
	if (strcmp(strerrorname_np(error), expected) == 0)
		return 0;
	fprintf(stderr, "%s and not %s\n", strerrorname_np(error), expected);
	return 1;
}

static int
dial(const char *to)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	char host[64];
	unsigned short port;
	int fd;

	CHECK(sscanf(to, "%63[^:]:%hu", host, &port) == 2);
	CHECK(inet_pton(AF_INET, host, &in.sin_addr) == 1);
	in.sin_port = htons(port);
	fd = victim_socket(host, nonblocking ? SOCK_NONBLOCK : 0);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0)
		return judge(0);
	if (!nonblocking || errno != EINPROGRESS)
		return judge(errno);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) != 0);
	return judge(victim_error(fd));
}

static void
replace_standard_error(int by)
{
	CHECK(by >= 0 && dup2(by, 2) == 2);
	close(by);
}

static void
make_deaf(const char *fifo)
{
	int reader = open(fifo, O_RDONLY | O_NONBLOCK);

	replace_standard_error(open(fifo, O_WRONLY));
	close(reader);
}

static int
forked(const char *to)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(dial(to));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return dial(to);
}

int
main(int argc, char **argv)
{
	int times = 1, status = 0;
	bool forks = false;

	for (int i = 1; i < argc - 1; i++) {
		if (strcmp(argv[i], "nonblocking") == 0)
			nonblocking = true;
		else if (strcmp(argv[i], "thrice") == 0)
			times = 3;
		else if (strcmp(argv[i], "forked") == 0)
			forks = true;
		else if (strcmp(argv[i], "closed") == 0)
			close(2);
		else if (strcmp(argv[i], "moved") == 0)
			replace_standard_error(open("/dev/null", O_WRONLY));
		else if (strncmp(argv[i], "deaf=", 5) == 0)
			make_deaf(argv[i] + 5);
		else if (strncmp(argv[i], "expect=", 7) == 0)
			expected = argv[i] + 7;
		else
			return 2;
	}
	while (times-- > 0)
		status = forks ? forked(argv[argc - 1]) : dial(argv[argc - 1]);
	return status;
}
