/* SPDX-License-Identifier: ISC */
/* epoll(7) in each of its modes, around a connect(2) that is under way. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/preload/victim.h"

static int
control(int epoll, int op, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u64 = 0x123456789 };

	return epoll_ctl(epoll, op, fd, &event);
}

/* The one event that comes within @ms; 0: none. */
static uint32_t
wait_one(int epoll, int ms)
{
	struct epoll_event events[4];
	int n = epoll_wait(epoll, events, 4, ms);

	CHECK(n == 0 || n == 1);
	CHECK(n == 0 || events[0].data.u64 == 0x123456789);
	return n == 0 ? 0 : events[0].events;
}

static int
new_epoll(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	CHECK(epoll >= 0);
	return epoll;
}

static void
level(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT) == 0);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	CHECK(wait_one(epoll, 0) == EPOLLOUT);
	CHECK(victim_error(fd) == 0);
	CHECK(control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN) == 0);
	CHECK(wait_one(epoll, 0) == 0);
	victim_echo(fd);
	CHECK(control(epoll, EPOLL_CTL_DEL, fd, 0) == 0);
}

static void
edge(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) == 0);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	CHECK(wait_one(epoll, 50) == 0);
	victim_echo(fd);
}

static void
before_connect(void)
{
	int epoll = new_epoll(), fd = victim_socket(ECHO, SOCK_NONBLOCK);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET) == 0);
	/* An unconnected socket shows EPOLLHUP and EPOLLOUT. */
	CHECK(wait_one(epoll, 0) == (EPOLLHUP | EPOLLOUT));
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	victim_echo(fd);
}

static void
one_shot(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(control(epoll, EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
}

static void
exclusive(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLEXCLUSIVE) == 0);
	CHECK(control(epoll, EPOLL_CTL_MOD, fd, EPOLLOUT) < 0 && errno == EINVAL);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	fd = victim_socket(ECHO, SOCK_NONBLOCK);
	epoll = new_epoll();
	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLEXCLUSIVE) == 0);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
}

static void
nested(void)
{
	int outer = new_epoll(), inner = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(inner, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN) == 0);
	CHECK(wait_one(outer, 0) == 0);
	CHECK(wait_one(outer, LIMIT_MS) == EPOLLIN);
	CHECK(wait_one(inner, 0) == EPOLLOUT);
	/* An epoll descriptor can be polled, too. */
	inner = new_epoll();
	fd = victim_begin(ECHO);
	CHECK(control(inner, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(victim_poll(inner, POLLIN, LIMIT_MS) == POLLIN);
}

static void
changed_meanwhile(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN) == 0);
	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN) < 0 && errno == EEXIST);
	CHECK(control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT) == 0);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(control(epoll, EPOLL_CTL_DEL, fd, 0) == 0);
	CHECK(control(epoll, EPOLL_CTL_DEL, fd, 0) < 0 && errno == ENOENT);
	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
}

static void
two_epolls(void)
{
	int a = new_epoll(), b = new_epoll(), fd = victim_begin(ECHO);

	CHECK(control(a, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLET) == 0);
	CHECK(control(b, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(wait_one(a, LIMIT_MS) == EPOLLOUT);
	CHECK(wait_one(b, LIMIT_MS) == EPOLLOUT);
}

/* The registration is of another number of the same socket, and the first is closed. */
static void
duplicate(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO), other = dup(fd);

	CHECK(other >= 0);
	CHECK(control(epoll, EPOLL_CTL_ADD, other, EPOLLOUT) == 0);
	CHECK(close(fd) == 0);
	CHECK(wait_one(epoll, 0) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	victim_echo(other);
}

/* All the numbers that the helper could want for itself. */
static void
low_numbers(void)
{
	int epoll, fd, other;

	for (int i = 0; i < 3; i++)
		close(i);
	fd = victim_begin(ECHO);
	epoll = new_epoll();
	other = victim_begin(ECHO);
	CHECK(fd == 0 && epoll == 1 && other == 2);
	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	CHECK(control(epoll, EPOLL_CTL_ADD, other, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	for (int i = 0; i < 30; i++) {
		CHECK(close(fd) == 0);
		fd = victim_begin(ECHO);
		CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLET) == 0);
		CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
	}
}

static void
refused(void)
{
	int epoll = new_epoll(), fd = victim_begin("192.0.2.3");
	uint32_t all = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLRDHUP;

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) == 0);
	CHECK(wait_one(epoll, 0) == 0);
	/* What a socket shows that was refused. */
	CHECK(wait_one(epoll, LIMIT_MS) == all);
	CHECK(victim_error(fd) == ENETUNREACH);
}

/* Closed in the middle: nothing is heard of it again, though its number is another socket. */
static void
closed_meanwhile(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO), other;

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(syscall(SYS_close, fd) == 0);
	other = victim_begin(HANG);
	CHECK(other == fd);
	CHECK(control(epoll, EPOLL_CTL_ADD, other, EPOLLOUT) == 0);
	CHECK(wait_one(epoll, 200) == 0);
	CHECK(victim_poll(other, POLLOUT, 0) == 0);
}

static void
many_rounds(void)
{
	enum { COUNT = 200 };
	int epoll = new_epoll();

	for (int round = 0; round < 3; round++) {
		int fds[COUNT], left = COUNT;

		for (int i = 0; i < COUNT; i++) {
			struct epoll_event event = { .events = EPOLLOUT | EPOLLET };

			event.data.u64 = (uint64_t)i;
			fds[i] = victim_begin(ECHO);
			CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) == 0);
		}
		while (left > 0) {
			struct epoll_event events[COUNT];
			int n = epoll_wait(epoll, events, COUNT, LIMIT_MS);

			CHECK(n > 0);
			for (int i = 0; i < n; i++) {
				CHECK(events[i].events == EPOLLOUT);
				victim_echo(fds[events[i].data.u64]);
				CHECK(close(fds[events[i].data.u64]) == 0);
				left--;
			}
		}
	}
}

/* What comes back when @fd is sent and received: another number of the same file. */
static int
passed(int fd)
{
	int ends[2], got = -1;
	union {
		char		 bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr	 header;
	} control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
	} };
	struct iovec bytes = { .iov_base = &(char){ 0 }, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	CHECK(sendmsg(ends[0], &message, 0) == 1 && recvmsg(ends[1], &message, 0) == 1);
	memcpy(&got, CMSG_DATA(&control.header), sizeof(got));
	CHECK(got >= 0 && got != fd && close(ends[0]) == 0 && close(ends[1]) == 0);
	return got;
}

/* A socket from elsewhere, registered before it is connected. */
static void
foreign_before_connect(void)
{
	int a = new_epoll(), b = new_epoll(), fd = victim_socket(ECHO, SOCK_NONBLOCK);
	struct epoll_event events[64];
	int got = passed(fd);

	CHECK(close(fd) == 0);
	for (int i = 0; i < 40; i++)
		CHECK(control(a, EPOLL_CTL_ADD, victim_socket(ECHO, 0), EPOLLIN | EPOLLET) == 0);
	CHECK(control(a, EPOLL_CTL_ADD, got, EPOLLOUT | EPOLLET) == 0);
	CHECK(control(b, EPOLL_CTL_ADD, got, EPOLLOUT | EPOLLONESHOT) == 0);
	while (epoll_wait(a, events, 64, 0) > 0)
		;
	CHECK(wait_one(b, 0) == (EPOLLOUT | EPOLLHUP));
	CHECK(control(b, EPOLL_CTL_MOD, got, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(wait_one(b, LIMIT_MS) == (EPOLLOUT | EPOLLHUP));
	CHECK(control(b, EPOLL_CTL_MOD, got, EPOLLIN | EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(victim_connect(got, ECHO) == -EINPROGRESS);
	CHECK(wait_one(a, 0) == 0);
	CHECK(wait_one(b, LIMIT_MS) == EPOLLOUT);
	CHECK(victim_connect(got, ECHO) == 0);
	CHECK(wait_one(a, LIMIT_MS) == EPOLLOUT);
	victim_echo(got);
}

/* The number that the socket was registered with is closed, and there is another. */
static void
epoll_duplicate(void)
{
	int epoll = new_epoll(), other = dup(epoll), fd = victim_begin(ECHO), third;

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(close(epoll) == 0);
	CHECK(wait_one(other, 0) == 0);
	CHECK(wait_one(other, LIMIT_MS) == EPOLLOUT);
	victim_echo(fd);
	CHECK(close(fd) == 0);
	fd = victim_socket(ECHO, SOCK_NONBLOCK);
	third = fcntl(other, F_DUPFD_CLOEXEC, 200);
	CHECK(control(other, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLEXCLUSIVE) == 0);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(third == 200 && dup2(third, 201) == 201 && close(other) == 0 && close(third) == 0);
	CHECK(wait_one(201, 0) == 0);
	CHECK(wait_one(201, LIMIT_MS) == EPOLLOUT);
}

/* It is closed for good, in the middle. */
static void
epoll_closed(void)
{
	int epoll = new_epoll(), again, fd = victim_begin(ECHO);

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(close(epoll) == 0);
	again = new_epoll();
	CHECK(again == epoll && control(again, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(wait_one(again, LIMIT_MS) == EPOLLOUT);
	victim_echo(fd);
}

/* Its number is closed by the C library, unseen, and becomes another one. */
static void
epoll_closed_unseen(void)
{
	int epoll = new_epoll(), again, fd = victim_begin(ECHO);
	FILE *file;

	/* Known from a connection that is over. */
	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT && close(fd) == 0);
	file = fdopen(epoll, "r+");
	CHECK(file != NULL);
	fclose(file);
	again = new_epoll();
	fd = victim_begin(ECHO);
	CHECK(fd != epoll);
	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0 && again == epoll);
	CHECK(wait_one(again, LIMIT_MS) == EPOLLOUT);
	victim_echo(fd);
}

/* As many as the process may have: each of them is heard of, whatever becomes of it. */
static void
descriptors_used_up(void)
{
	enum { COUNT = 64 };
	struct rlimit limit;
	struct epoll_event events[COUNT];
	int epoll = new_epoll(), fds[COUNT], count = 0, left, n, fd;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = COUNT;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0 && close(0) == 0 && close(1) == 0);
	while ((fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) >= 0 && fd < COUNT - 1) {
		CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLONESHOT) == 0);
		fds[count++] = fd;
	}
	CHECK(count > 0 && close(fd) == 0);
	CHECK(epoll_wait(epoll, events, COUNT, 0) == count);
	for (int i = 0; i < count; i++) {
		fd = fds[i];
		CHECK(control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT | EPOLLONESHOT) == 0);
		CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	}
	for (left = count; left > 0; left -= n)
		CHECK((n = epoll_wait(epoll, events, COUNT, LIMIT_MS)) > 0);
	for (int i = 0; i < count; i++) {
		int error = victim_error(fds[i]);

		CHECK(error == 0 || error == EMFILE);
		if (error == 0)
			victim_echo(fds[i]);
	}
}

/* It is a child's, too. */
static void
epoll_of_child(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO), status;
	pid_t pid;

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(wait_one(epoll, LIMIT_MS) == EPOLLOUT);
}

static void
waited_precisely(void)
{
	int epoll = new_epoll(), fd = victim_begin(ECHO);
	struct epoll_event event;
	struct timespec none = { 0 }, limit = { .tv_sec = LIMIT_MS / 1000 };

	CHECK(control(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(epoll_pwait2(epoll, &event, 1, &none, NULL) == 0);
	CHECK(epoll_pwait2(epoll, &event, 1, &limit, NULL) == 1 && event.events == EPOLLOUT);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "level", level },
		{ "edge", edge },
		{ "before_connect", before_connect },
		{ "one_shot", one_shot },
		{ "exclusive", exclusive },
		{ "nested", nested },
		{ "changed_meanwhile", changed_meanwhile },
		{ "two_epolls", two_epolls },
		{ "duplicate", duplicate },
		{ "low_numbers", low_numbers },
		{ "refused", refused },
		{ "closed_meanwhile", closed_meanwhile },
		{ "foreign_before_connect", foreign_before_connect },
		{ "epoll_duplicate", epoll_duplicate },
		{ "epoll_closed", epoll_closed },
		{ "epoll_closed_unseen", epoll_closed_unseen },
		{ "descriptors_used_up", descriptors_used_up },
		{ "epoll_of_child", epoll_of_child },
		{ "waited_precisely", waited_precisely },
		{ "many_rounds", many_rounds },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
