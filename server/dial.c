/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static bool keepalive;

void
dial_set_keepalive(bool on)
{
	keepalive = on;
}

int
dial_set_options(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
	    (keepalive && setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0))
		return -errno;
	return 0;
}

/*
 * 0, or -errno. connect(2) chooses the port, when it knows the target: bind(2)
 * would want one that no other connection from @source has, and they run out.
 */
static int
bind_source(int fd, const struct endpoint *source)
{
	struct endpoint any_port = *source;
	struct sockaddr_storage ss;
	socklen_t len;
	int on = 1;

	any_port.port = 0;
	len = endpoint_to_sockaddr(&any_port, &ss);
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&ss, len) < 0)
		return -errno;
	return 0;
}

/* A socket from @source, or -errno. A family that the system lacks has no network. */
static int
open_socket(const struct endpoint *source)
{
	int fd = socket(source->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? -ENETUNREACH : -errno;
	r = dial_set_options(fd);
	if (r == 0 && !endpoint_is_any(source))
		r = bind_source(fd, source);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/*
 * The end of a connected socket: 0, or -errno. A socket to a port of this machine
 * where nobody listens can be given that very port as its own, and is connected to
 * itself: there is nobody, as if it had been refused.
 */
static int
own_end(int fd, const struct endpoint *remote, struct endpoint *local)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int r;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	r = endpoint_from_sockaddr(local, (struct sockaddr *)&ss, len);
	if (r < 0)
		return r;
	return endpoint_equal(local, remote) ? -ECONNREFUSED : 0;
}

/* connect(2) again tells connected, failed and not yet apart in one call. */
int
dial_check(int fd, const struct endpoint *remote, struct endpoint *local)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(remote, &ss);

	if (connect(fd, (struct sockaddr *)&ss, len) == 0)
		return own_end(fd, remote, local);
	return errno == EALREADY ? -EINPROGRESS : -errno;
}

/*
 * To the same machine a connection is there when the first call returns, which
 * does not say so; a second call costs less than a turn of the loop.
 */
int
dial_begin(int *fd, const struct endpoint *remote, const struct endpoint *source,
    struct endpoint *local)
{
	int r;

	*fd = -1;
	if (source->family != remote->family)
		return -ENETUNREACH;
	/* The kernel would take it for this machine, past any rule about loopback. */
	if (endpoint_is_any(remote))
		return -EHOSTUNREACH;
	r = open_socket(source);
	if (r < 0)
		return r;
	*fd = r;
	r = dial_check(*fd, remote, local);
	if (r == -EINPROGRESS)
		r = dial_check(*fd, remote, local);
	if (r < 0 && r != -EINPROGRESS) {
		close(*fd);
		*fd = -1;
	}
	return r;
}
