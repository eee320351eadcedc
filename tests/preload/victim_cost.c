/* SPDX-License-Identifier: ISC */
/*
 * What hooked calls cost on descriptors that are not ours: prints the name of each
 * and its nanoseconds, the least of many rounds. The calls do as little as they
 * can in the kernel, so that what the hook adds can be seen.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/preload/victim.h"

#define ROUNDS	60
#define CALLS	1000	/* in one round */

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* @call is made with descriptor fd and one byte at c; its result is of no interest. */
#define MEASURE(name, call) \
	do { \
		int64_t least = INT64_MAX; \
		for (int round = 0; round < ROUNDS; round++) { \
			int64_t begin = now_ns(), took; \
			for (int i = 0; i < CALLS; i++) \
				sink += (long)(call); \
			took = now_ns() - begin; \
			if (took < least) \
				least = took; \
		} \
		printf("%s %.1f\n", name, (double)least / CALLS); \
	} while (0)

static volatile long sink;

static void
data(int fd)
{
	char c = 'x';
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct mmsghdr mm = { .msg_hdr = m };

	MEASURE("read", read(fd, &c, 1));
	MEASURE("write", write(fd, &c, 1));
	MEASURE("readv", readv(fd, &v, 1));
	MEASURE("writev", writev(fd, &v, 1));
	MEASURE("send", send(fd, &c, 1, 0));
	MEASURE("recv", recv(fd, &c, 1, 0));
	MEASURE("sendto", sendto(fd, &c, 1, 0, NULL, 0));
	MEASURE("recvfrom", recvfrom(fd, &c, 1, 0, NULL, NULL));
	MEASURE("sendmsg", sendmsg(fd, &m, 0));
	MEASURE("recvmsg", recvmsg(fd, &m, 0));
	MEASURE("sendmmsg", sendmmsg(fd, &mm, 1, 0));
	MEASURE("recvmmsg", recvmmsg(fd, &mm, 1, 0, NULL));
	MEASURE("sendfile", sendfile(fd, fd, NULL, 1));
	MEASURE("splice", splice(fd, NULL, fd, NULL, 1, 0));
}

static void
others(int fd)
{
	struct pollfd p = { .fd = fd };
	struct epoll_event event = { .events = 0 };
	struct timespec none = { 0 };
	int value = 0;
	socklen_t len = sizeof(value);
	struct sockaddr_storage ss;

	MEASURE("poll", poll(&p, 1, 0));
	MEASURE("ppoll", ppoll(&p, 1, &none, NULL));
	MEASURE("select", select(0, NULL, NULL, NULL, &(struct timeval){ 0 }));
	MEASURE("pselect", pselect(0, NULL, NULL, NULL, &none, NULL));
	MEASURE("epoll_ctl", epoll_ctl(fd, EPOLL_CTL_MOD, fd, &event));
	MEASURE("getsockopt", getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &len));
	MEASURE("setsockopt", setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &value, len));
	MEASURE("getpeername", getpeername(fd, (struct sockaddr *)&ss, &len));
	MEASURE("listen", listen(fd, 1));
	MEASURE("accept", accept(fd, NULL, NULL));
	MEASURE("accept4", accept4(fd, NULL, NULL, 0));
	MEASURE("close", close(fd));
	MEASURE("close_range", close_range(1000000, 1000000, 0));
	MEASURE("dup", dup(fd));
	MEASURE("dup2", dup2(fd, fd));
	MEASURE("dup3", dup3(fd, fd, 0));
	MEASURE("fcntl", fcntl(fd, F_GETFL));
	MEASURE("syscall", syscall(SYS_getppid));
	MEASURE("syscall(read)", syscall(SYS_read, fd, &value, 1));
	MEASURE("syscall(close)", syscall(SYS_close, fd));
}

static void *
idle(void *arg)
{
	pause();
	return arg;
}

/* "threaded": with another thread, by which libc's own part costs more; "connected": likewise. */
int
main(int argc, char **argv)
{
	pthread_t thread;
	int fd;

	if (argc > 1)
		CHECK(pthread_create(&thread, NULL, idle, NULL) == 0);
	if (argc > 1 && strcmp(argv[1], "connected") == 0) {
		fd = victim_begin(ECHO);
		CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT && victim_error(fd) == 0);
		victim_echo(fd);
		CHECK(close(fd) == 0);
	}
	/* One that is not open: the kernel has nothing to do. */
	data(50);
	others(50);
	return 0;
}
