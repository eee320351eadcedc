/* SPDX-License-Identifier: ISC */
#include "bench/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/socks.h"

#define BACKLOG	4096

static int
close_with(int fd, int error)
{
	close(fd);
	return -error;
}

static int
reset_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

int
socket_listen(struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	*address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (reset_on_close(fd) < 0 ||
	    bind(fd, (struct sockaddr *)address, sizeof(*address)) < 0 ||
	    listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, &len) < 0)
		return close_with(fd, errno);
	return fd;
}

int
socket_client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (reset_on_close(fd) < 0)
		return close_with(fd, errno);
	return fd;
}

int
socket_block(int fd, bool block)
{
	struct timeval tv = { .tv_sec = STALL_MS / 1000 };
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 ||
	    fcntl(fd, F_SETFL, block ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) < 0)
		return -errno;
	return 0;
}

int
socket_nodelay(int fd)
{
	int one = 1;

	return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0 ? -errno : 0;
}

/* Waits until @fd is ready: 0, or -ETIMEDOUT. */
static int
wait_for(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int n = poll(&pfd, 1, STALL_MS);

	return n > 0 ? 0 : n == 0 ? -ETIMEDOUT : -errno;
}

int
socket_accept(int listener)
{
	int rc = wait_for(listener, POLLIN);
	int fd;

	if (rc < 0)
		return rc;
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = socket_block(fd, true);
	return rc < 0 ? close_with(fd, -rc) : fd;
}

static int
connect_blocking(int fd, const struct sockaddr_in *to)
{
	int rc = socket_block(fd, true);

	if (rc == 0 && connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		rc = -errno;
	return rc;
}

int
socket_through(const struct load_options *o, const struct sockaddr_in *target)
{
	struct socks s;
	int fd = socket_client(), rc;

	if (fd < 0)
		return fd;
	rc = connect_blocking(fd, o->direct ? target : &o->proxy);
	if (rc == 0 && !o->direct) {
		socks_init(&s, o, target);
		while ((rc = socks_step(&s, fd)) == 0) {
			rc = wait_for(fd, socks_wants_write(&s) ? POLLOUT : POLLIN);
			if (rc < 0)
				break;
		}
	}
	return rc < 0 ? close_with(fd, -rc) : fd;
}
