/* SPDX-License-Identifier: ISC */
/* System calls by number, on a socket whose connect(2) is under way. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/preload/victim.h"

/* As victim_begin(). */
static int
begin(const char *host)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7) };
	int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK(fd >= 0 && inet_pton(AF_INET, host, &in.sin_addr) == 1);
	CHECK(syscall(SYS_connect, fd, &in, sizeof(in)) == -1 && errno == EINPROGRESS);
	return fd;
}

static void
finish(int fd)
{
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
}

#define HELD(...)	CHECK((errno = 0, syscall(__VA_ARGS__)) == -1 && errno == EAGAIN)

/* Nothing of the handshake is read, and nothing is written into it. */
static void
data(void)
{
	int fd = begin(ECHO), ends[2], file = open("/proc/self/exe", O_RDONLY);
	char c = 'x';
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct mmsghdr mm = { .msg_hdr = m };

	CHECK(file >= 0 && pipe(ends) == 0 && write(ends[1], "xy", 2) == 2);
	HELD(SYS_read, fd, &c, 1);
	HELD(SYS_readv, fd, &v, 1);
	HELD(SYS_recvfrom, fd, &c, 1, 0, NULL, NULL);
	HELD(SYS_recvmsg, fd, &m, 0);
	HELD(SYS_recvmmsg, fd, &mm, 1, 0, NULL);
	HELD(SYS_write, fd, &c, 1);
	HELD(SYS_writev, fd, &v, 1);
	HELD(SYS_sendto, fd, &c, 1, 0, NULL, 0);
	HELD(SYS_sendmsg, fd, &m, 0);
	HELD(SYS_sendmmsg, fd, &mm, 1, 0);
	HELD(SYS_sendfile, fd, file, NULL, 1);
	HELD(SYS_splice, ends[0], NULL, fd, NULL, 1, 0);
	HELD(SYS_splice, fd, NULL, ends[1], NULL, 1, 0);
	finish(fd);
	CHECK(syscall(SYS_write, fd, "z", 1) == 1);
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
	CHECK(syscall(SYS_read, fd, &c, 1) == 1 && c == 'z');
}

/* By ppoll(2), the kernel tells what is left of the time. */
static void
polled(void)
{
	int fd = begin(ECHO);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct timespec t = { .tv_nsec = 1000000 };
	sigset_t none;

	sigemptyset(&none);
	CHECK(syscall(SYS_ppoll, &p, 1, &t, &none, (size_t)_NSIG / 8) == 0);
	CHECK(t.tv_sec == 0 && t.tv_nsec == 0 && p.revents == 0);
	t.tv_sec = LIMIT_MS / 1000;
	CHECK(syscall(SYS_ppoll, &p, 1, &t, NULL, 0ul) == 1 && p.revents == POLLOUT);
	CHECK(t.tv_sec < LIMIT_MS / 1000 && t.tv_sec * 1000 + t.tv_nsec / 1000000 > 0);
	finish(fd);
#ifdef SYS_poll
	fd = begin(ECHO);
	p.fd = fd;
	CHECK(syscall(SYS_poll, &p, 1, 0) == 0);
	CHECK(syscall(SYS_poll, &p, 1, LIMIT_MS) == 1 && p.revents == POLLOUT);
	finish(fd);
#endif
}

static void
selected(void)
{
	int fd = begin(ECHO);
	struct timespec t = { .tv_nsec = 1000000 };
	fd_set out;
	sigset_t none;
	struct { const sigset_t *mask; size_t size; } signals = { &none, _NSIG / 8 };

	sigemptyset(&none);
	FD_ZERO(&out);
	FD_SET(fd, &out);
	CHECK(syscall(SYS_pselect6, fd + 1, NULL, &out, NULL, &t, &signals) == 0);
	CHECK(!FD_ISSET(fd, &out) && t.tv_sec == 0 && t.tv_nsec == 0);
	FD_SET(fd, &out);
	t.tv_sec = LIMIT_MS / 1000;
	CHECK(syscall(SYS_pselect6, fd + 1, NULL, &out, NULL, &t, NULL) == 1);
	CHECK(FD_ISSET(fd, &out) && t.tv_sec < LIMIT_MS / 1000);
	finish(fd);
#ifdef SYS_select
	fd = begin(ECHO);
	FD_ZERO(&out);
	FD_SET(fd, &out);
	CHECK(syscall(SYS_select, fd + 1, NULL, &out, NULL, &(struct timeval){ 0 }) == 0);
	FD_SET(fd, &out);
	CHECK(syscall(SYS_select, fd + 1, NULL, &out, NULL, NULL) == 1);
	finish(fd);
#endif
}

static void
epolled(void)
{
	int fd = begin(ECHO), epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLOUT };

	CHECK(syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(syscall(SYS_epoll_pwait, epoll, &event, 1, 0, NULL, 0ul) == 0);
	CHECK(syscall(SYS_epoll_pwait, epoll, &event, 1, LIMIT_MS, NULL, 0ul) == 1);
	CHECK(event.events == EPOLLOUT);
	finish(fd);
}

static void
descriptors(void)
{
	int fd = begin(ECHO), other = (int)syscall(SYS_dup, fd);

	CHECK(other >= 0 && syscall(SYS_close, fd) == 0);
	CHECK(victim_connect(other, ECHO) == -EALREADY);
	fd = (int)syscall(SYS_fcntl, other, F_DUPFD_CLOEXEC, 100);
	CHECK(fd == 100 && syscall(SYS_close_range, other, other, 0) == 0);
	CHECK(victim_connect(fd, ECHO) == -EALREADY);
	CHECK(syscall(SYS_dup3, fd, other, O_CLOEXEC) == other && close(fd) == 0);
	finish(other);
#ifdef SYS_dup2
	fd = begin(ECHO);
	CHECK(syscall(SYS_dup2, fd, other) == other && close(fd) == 0);
	CHECK(victim_connect(other, ECHO) == -EALREADY);
	finish(other);
#endif
	CHECK(syscall(SYS_fcntl, other, F_GETFD) == 0);
	CHECK(syscall(SYS_close, other) == 0);
	CHECK(syscall(SYS_close, other) == -1 && errno == EBADF);
}

static void
asked(void)
{
	int fd = begin("192.0.2.5"), error = -1, lowat = 100;
	struct sockaddr_in in;
	socklen_t len = sizeof(error), in_len = sizeof(in);

	CHECK(syscall(SYS_getpeername, fd, &in, &in_len) == -1 && errno == ENOTCONN);
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) != 0);
	CHECK(syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	CHECK(error == ECONNREFUSED);
	fd = begin(ECHO);
	CHECK(syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVLOWAT, &lowat, sizeof(lowat)) == 0);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	CHECK(syscall(SYS_getpeername, fd, &in, &in_len) == 0 && in.sin_port == htons(7));
}

/* It ends what is under way, as it does for the kernel's own. */
static void
shut_down(void)
{
	int fd = begin(HANG);

	CHECK(syscall(SYS_shutdown, fd, SHUT_RDWR) == 0);
	CHECK((victim_poll(fd, POLLIN | POLLOUT, LIMIT_MS) & POLLHUP) != 0);
	CHECK(victim_error(fd) != 0);
}

static void
others(void)
{
	struct timespec t;

	CHECK(syscall(SYS_getpid) == getpid());
	CHECK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t) == 0 && t.tv_sec > 0);
	CHECK(syscall(SYS_read, -1, NULL, 0ul) == -1 && errno == EBADF);
	CHECK(syscall(100000) == -1 && errno == ENOSYS);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "data", data },
		{ "polled", polled },
		{ "selected", selected },
		{ "epolled", epolled },
		{ "descriptors", descriptors },
		{ "asked", asked },
		{ "shut_down", shut_down },
		{ "others", others },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
