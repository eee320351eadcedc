/* SPDX-License-Identifier: ISC */
/*
 * An AF_INET6 socket that was refused by an IPv4-mapped address cannot be connected to
 * an IPv6 one, dissolved or not, unless an attempt at an IPv4-mapped address has failed
 * at once. That at the broadcast address does.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static int
start(int fd, const struct in6_addr *address, in_port_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = port };

	to.sin6_addr = *address;
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ? 0 : errno;
}

static struct in6_addr
mapped(uint32_t address)
{
	struct in6_addr six = IN6ADDR_ANY_INIT;

	memset(&six.s6_addr[10], 0xff, 2);
	address = htonl(address);
	memcpy(&six.s6_addr[12], &address, sizeof(address));
	return six;
}

static in_port_t
listen_on_six(int *listener)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	socklen_t len = sizeof(name);

	*listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*listener < 0 || bind(*listener, (struct sockaddr *)&name, len) < 0)
		platform_skip("no IPv6 loopback");
	expect_call(listen(*listener, 4) == 0);
	expect_call(getsockname(*listener, (struct sockaddr *)&name, &len) == 0);
	return name.sin6_port;
}

int
main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in refusing;
	const struct in6_addr loopback = mapped(INADDR_LOOPBACK);
	const struct in6_addr broadcast = mapped(INADDR_BROADCAST), six = IN6ADDR_LOOPBACK_INIT;
	int listener, off = 0, error, fd, accepted;
	socklen_t len = sizeof(error);
	struct pollfd p = { .events = POLLOUT };
	in_port_t port;

	platform_start();
	platform_refuser(&refusing);
	port = listen_on_six(&listener);
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	expect_call(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0);
	error = start(fd, &loopback, refusing.sin_port);
	expect(error == EINPROGRESS || error == ECONNREFUSED, "error %d", error);
	p.fd = fd;
	expect_call(poll(&p, 1, 5000) == 1);
	expect_call(connect(fd, &none, sizeof(none)) == 0);
	expect_call(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	error = start(fd, &broadcast, htons(1));
	expect(error == ENETUNREACH || error == EACCES, "error %d", error);
	error = start(fd, &six, port);
	expect(error == EINPROGRESS, "error %d", error);
	expect_call(poll(&p, 1, 5000) == 1);
	expect(p.revents == POLLOUT, "events %#x", (unsigned)p.revents);
	accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	expect_call(accepted >= 0 && send(fd, "x", 1, 0) == 1);
	return 0;
}
