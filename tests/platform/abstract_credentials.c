/* SPDX-License-Identifier: ISC */
/*
 * An AF_UNIX datagram socket that is bound to no more than its family gets an abstract
 * name from the kernel. With SO_PASSCRED it learns who sent a message, descriptors and
 * all: a child's message has the child's pid, so a process can tell its own threads from
 * everything else. The sender needs no lasting socket; the name ends with its owner's.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static int
autobound(struct sockaddr_un *addr, socklen_t *len)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	expect_call(fd >= 0);
	expect_call(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0);
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	expect_call(bind(fd, (struct sockaddr *)addr, sizeof(addr->sun_family)) == 0);
	*len = sizeof(*addr);
	expect_call(getsockname(fd, (struct sockaddr *)addr, len) == 0);
	/* A NUL and five hexadecimal digits. */
	expect(*len == sizeof(addr->sun_family) + 6 && addr->sun_path[0] == '\0',
	    "a name of %d bytes", (int)(*len - sizeof(addr->sun_family)));
	return fd;
}

/* Sends a descriptor from a socket that is gone afterwards. */
static int
send_once(const struct sockaddr_un *addr, socklen_t len, int passed)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	expect_call(fd >= 0);
	r = connect(fd, (const struct sockaddr *)addr, len);
	if (r == 0)
		r = platform_send_fds(fd, "f", 1, &passed, 1) == 1 ? 0 : -1;
	close(fd);
	return r;
}

/* Receives one message with its descriptor; the pid that the kernel vouches for. */
static pid_t
receive(int fd, int *passed)
{
	_Alignas(struct cmsghdr) char control[256];
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct ucred cred = { 0 };

	*passed = -1;
	expect_call(recvmsg(fd, &msg, MSG_CMSG_CLOEXEC) == 1);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
		if (c->cmsg_type == SCM_RIGHTS)
			memcpy(passed, CMSG_DATA(c), sizeof(*passed));
	}
	return cred.pid;
}

int
main(void)
{
	struct sockaddr_un addr;
	socklen_t len;
	int fd, passed, status, data[2];
	char byte;
	pid_t pid, child;

	platform_start();
	fd = autobound(&addr, &len);
	platform_pipe(0, data);
	expect_call(send_once(&addr, len, data[1]) == 0);
	pid = receive(fd, &passed);
	expect(pid == getpid() && passed >= 0, "pid %d, descriptor %d", (int)pid, passed);
	expect_call(write(passed, "x", 1) == 1 && read(data[0], &byte, 1) == 1);
	child = fork();
	expect_call(child >= 0);
	if (child == 0)
		_exit(send_once(&addr, len, data[1]) == 0 ? 0 : 1);
	expect_call(waitpid(child, &status, 0) == child && status == 0);
	pid = receive(fd, &passed);
	expect(pid == child, "pid %d of the child %d", (int)pid, (int)child);
	close(fd);
	expect(send_once(&addr, len, data[1]) < 0 && errno == ECONNREFUSED,
	    "a name without its owner: errno %d (%m)", errno);
	return 0;
}
