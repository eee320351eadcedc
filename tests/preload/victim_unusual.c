/* SPDX-License-Identifier: ISC */
/* Callers that are right, but not as most are. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/preload/victim.h"

#define ROUNDS	500

static void
wait_for_echo(int fd)
{
	char c;

	CHECK(recv(fd, &c, 1, 0) == 1 && c == 'x');
}

/* A message of one byte, 'x', to port 7 of ECHO. */
static struct msghdr *
message_to_echo(void)
{
	static struct sockaddr_in to = { .sin_family = AF_INET };
	static char text[] = "x";
	static struct iovec bytes = { .iov_base = text, .iov_len = 1 };
	static struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &bytes, .msg_iovlen = 1,
	};

	to.sin_port = htons(7);
	to.sin_addr.s_addr = inet_addr(ECHO);
	return &message;
}

static void
fast_open_many(void)
{
	struct mmsghdr messages[2] = { { .msg_hdr = *message_to_echo() } };
	int fd = victim_socket(ECHO, 0);

	messages[1].msg_hdr = messages[0].msg_hdr;
	messages[1].msg_hdr.msg_name = NULL;
	messages[1].msg_hdr.msg_namelen = 0;
	CHECK(sendmmsg(fd, messages, 1, MSG_FASTOPEN) == 1);
	CHECK(messages[0].msg_len == 1);
	wait_for_echo(fd);
	CHECK(sendmmsg(fd, messages + 1, 1, 0) == 1);
	wait_for_echo(fd);
	fd = victim_socket(ECHO, SOCK_NONBLOCK);
	CHECK(sendmmsg(fd, messages, 1, MSG_FASTOPEN) < 0 && errno == EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

static void
fast_open_by_number(void)
{
	struct msghdr *m = message_to_echo();
	int fd = victim_socket(ECHO, 0);

	CHECK(syscall(SYS_sendto, fd, "x", 1, MSG_FASTOPEN, m->msg_name, m->msg_namelen) == 1);
	wait_for_echo(fd);
	fd = victim_socket(ECHO, 0);
	CHECK(syscall(SYS_sendmsg, fd, m, MSG_FASTOPEN) == 1);
	wait_for_echo(fd);
}

static void
impossible_lengths(void)
{
	const struct sockaddr *to = message_to_echo()->msg_name;
	int fd = victim_socket(ECHO, 0);

	CHECK(connect(fd, to, (socklen_t)-1) < 0 && errno == EINVAL);
	CHECK(connect(fd, to, sizeof(struct sockaddr_storage) + 1) < 0 && errno == EINVAL);
	CHECK(connect(fd, to, sizeof(struct sockaddr_in) - 1) < 0 && errno == EINVAL);
	CHECK(connect(fd, to, sizeof(struct sockaddr_storage)) == 0);
	victim_echo(fd);
}

/* A datagram socket ignores the flag, and is not connected by it. */
static void
fast_open_datagram(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t len = sizeof(to);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), from = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&to, &len) == 0);
	CHECK(sendto(from, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, len) == 1);
	CHECK(getpeername(from, (struct sockaddr *)&to, &len) < 0 && errno == ENOTCONN);
}

/* As libc has it, microseconds may be more than a second's. */
static void
select_many_microseconds(void)
{
	struct timeval t = { .tv_usec = 1200000 };
	int fd = victim_begin(HANG);
	fd_set out;

	FD_ZERO(&out);
	FD_SET(fd, &out);
	CHECK(select(fd + 1, NULL, &out, NULL, &t) == 0);
	t = (struct timeval){ .tv_usec = -1 };
	FD_SET(fd, &out);
	CHECK(select(fd + 1, NULL, &out, NULL, &t) < 0 && errno == EINVAL);
}

/* The kernel looks only at numbers that there may be, however many it is asked for. */
static void
select_all_there_could_be(void)
{
	long page = sysconf(_SC_PAGESIZE);
	struct timeval t = { .tv_sec = LIMIT_MS / 1000 };
	int fd = victim_begin(ECHO);
	char *pages = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd_set *out;

	CHECK(pages != MAP_FAILED && mprotect(pages + page, (size_t)page, PROT_NONE) == 0);
	out = (fd_set *)(void *)(pages + page - sizeof(*out));
	FD_SET(fd, out);
	CHECK(select(1 << 20, NULL, out, NULL, &t) == 1);
	CHECK(FD_ISSET(fd, out));
	victim_echo(fd);
}

/* poll(2) takes as many entries as there may be descriptors, and not one more. */
static void
poll_as_many_as_allowed(void)
{
	struct rlimit limit = { 32, 32 };
	struct pollfd fds[32];
	int fd = victim_begin(ECHO);

	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (int i = 0; i < 32; i++)
		fds[i] = (struct pollfd){ .fd = -1 };
	fds[5] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	CHECK(poll(fds, 32, LIMIT_MS) == 1);
	CHECK(fds[5].revents == POLLOUT);
	victim_echo(fd);
}

static void
check_mask(bool blocked)
{
	sigset_t now;

	CHECK(pthread_sigmask(SIG_SETMASK, NULL, &now) == 0);
	CHECK(sigismember(&now, SIGUSR2) == blocked);
	CHECK(sigismember(&now, SIGTERM) == 0);
}

static void *
fork_often(void *arg)
{
	bool blocked = arg != NULL;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();
		int status;

		CHECK(pid >= 0);
		check_mask(blocked);
		if (pid == 0)
			_exit(0);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	}
	return NULL;
}

/* Threads that fork at once keep each its own signal mask. */
static void
fork_in_threads(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL, fork_often, i % 2 ? &threads : NULL) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

/* A socket that no socket(2) here has made, as one that came over exec. */
static void
epoll_of_a_foreign_socket(void)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int ends[2], epoll = epoll_create1(EPOLL_CLOEXEC), fd = victim_socket(ECHO, SOCK_NONBLOCK);
	int got = -1;
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
	CHECK(sendmsg(ends[0], &message, 0) == 1);
	CHECK(recvmsg(ends[1], &message, 0) == 1);
	memcpy(&got, CMSG_DATA(&control.header), sizeof(got));
	CHECK(got >= 0 && got != fd && close(fd) == 0);
	CHECK(victim_connect(got, ECHO) == -EINPROGRESS);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, got, &event) == 0);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1);
	CHECK(event.events == EPOLLOUT);
	CHECK(victim_error(got) == 0);
	victim_echo(got);
}

/* What the helper is given of an epoll descriptor may be late: another has the number. */
static void
epoll_number_again(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct epoll_event event = { .events = EPOLLOUT };
		int fd, epoll = epoll_create1(EPOLL_CLOEXEC), before = epoll;

		fd = victim_begin(ECHO);
		CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
		CHECK(close(fd) == 0 && close(epoll) == 0);
		epoll = epoll_create1(EPOLL_CLOEXEC);
		CHECK(epoll == before);
		if (i % 20 != 0) {
			CHECK(close(epoll) == 0);
			continue;
		}
		fd = victim_begin(ECHO);
		CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
		CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1);
		CHECK(close(fd) == 0 && close(epoll) == 0);
	}
}

/* The number that is not connected is the same socket nevertheless. */
static void
duplicate_before_connect(void)
{
	struct epoll_event event = { .events = EPOLLOUT };
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = victim_socket(ECHO, SOCK_NONBLOCK);
	int other = dup(fd);
	char c;

	CHECK(epoll >= 0 && other >= 0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, other, &event) == 0);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(recv(other, &c, 1, 0) < 0 && errno == EAGAIN);
	CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
	CHECK(victim_poll(other, POLLIN | POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1);
	CHECK(event.events == EPOLLOUT);
	CHECK(close(fd) == 0);
	victim_echo(other);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "fast_open_many", fast_open_many },
		{ "fast_open_by_number", fast_open_by_number },
		{ "fast_open_datagram", fast_open_datagram },
		{ "impossible_lengths", impossible_lengths },
		{ "select_many_microseconds", select_many_microseconds },
		{ "select_all_there_could_be", select_all_there_could_be },
		{ "poll_as_many_as_allowed", poll_as_many_as_allowed },
		{ "fork_in_threads", fork_in_threads },
		{ "epoll_of_a_foreign_socket", epoll_of_a_foreign_socket },
		{ "epoll_number_again", epoll_number_again },
		{ "duplicate_before_connect", duplicate_before_connect },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
