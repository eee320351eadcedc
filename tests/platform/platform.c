/* SPDX-License-Identifier: ISC */
#include "tests/platform/platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIP	77
#define HANG_SECONDS	30
#define SLEEP_SECONDS	5
#define CONTROL_MAX	256
#define FDS_MAX		32

void
platform_fail(const char *file, int line, const char *condition, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(stderr, "%s:%d: expected %s; saw %s\n", file, line, condition, text);
	exit(EXIT_FAILURE);
}

void
platform_skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("skipped: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_SKIP);
}

void
platform_start(void)
{
	alarm(HANG_SECONDS);
}

void
platform_drop_root(void)
{
	/* A user that no system gives anything to, for this process alone. */
	uid_t id = PLATFORM_LONELY_ID + (uid_t)getpid();

	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
		platform_skip("this root may not become another user (%m)");
}

long
platform_sysctl(const char *path)
{
	FILE *f = fopen(path, "re");
	long value = -1;

	if (f == NULL)
		return -1;
	if (fscanf(f, "%ld", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

void
platform_socketpair(int type, int fds[2])
{
	expect_call(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0);
}

void
platform_pipe(int flags, int fds[2])
{
	expect_call(pipe2(fds, flags | O_CLOEXEC) == 0);
}

int
platform_refuser(struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*addr);

	expect_call(fd >= 0);
	*addr = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	expect_call(bind(fd, (struct sockaddr *)addr, len) == 0);
	expect_call(getsockname(fd, (struct sockaddr *)addr, &len) == 0);
	return fd;
}

int
platform_listen(struct sockaddr_in *addr)
{
	int fd = platform_refuser(addr);

	expect_call(listen(fd, SOMAXCONN) == 0);
	return fd;
}

void
platform_tcp_pair(int flags, int fds[2])
{
	struct sockaddr_in addr;
	int listener = platform_listen(&addr);

	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	expect_call(fds[0] >= 0);
	expect_call(connect(fds[0], (struct sockaddr *)&addr, sizeof(addr)) == 0);
	fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC | flags);
	expect_call(fds[1] >= 0);
	if (flags & SOCK_NONBLOCK)
		expect_call(fcntl(fds[0], F_SETFL, O_RDWR | O_NONBLOCK) == 0);
	close(listener);
}

ssize_t
platform_send_fds(int fd, const void *data, size_t len, const int *fds, unsigned count)
{
	_Alignas(struct cmsghdr) char control[CONTROL_MAX] = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	expect(msg.msg_controllen <= sizeof(control), "%u descriptors", count);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

ssize_t
platform_recv_fds(int fd, void *data, size_t len, size_t room,
    int *fds, unsigned *count, int *flags)
{
	_Alignas(struct cmsghdr) char control[CONTROL_MAX];
	struct iovec iov = { .iov_base = data, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = room,
	};
	ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);

	*count = 0;
	*flags = msg.msg_flags;
	if (n < 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
		size_t bytes = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		expect(bytes <= FDS_MAX * sizeof(int), "%zu bytes of descriptors", bytes);
		memcpy(fds, CMSG_DATA(c), bytes);
		*count = (unsigned)(bytes / sizeof(int));
	}
	return n;
}

bool
platform_wait_asleep(pid_t tid)
{
	time_t end = time(NULL) + SLEEP_SECONDS;
	char path[64], state = '?';

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	while (time(NULL) <= end) {
		FILE *f = fopen(path, "re");

		if (f == NULL)
			return false;
		if (fscanf(f, "%*d (%*[^)]) %c", &state) == 1 && state == 'S') {
			fclose(f);
			return true;
		}
		fclose(f);
		sched_yield();
	}
	return false;
}
