/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/internal.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG	4096	/* the system may make it less: net.core.somaxconn */

static int
add_address(const struct sockaddr *sa, uint16_t port, struct endpoint *found, int count,
    unsigned max)
{
	struct endpoint e;
	socklen_t len = sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);

	if (endpoint_from_sockaddr(&e, sa, len) < 0)
		return count;
	/* Link-local addresses need a scope, which an endpoint does not have. */
	if (e.family == AF_INET6 && e.ip[0] == 0xfe && (e.ip[1] & 0xc0) == 0x80)
		return count;
	if ((unsigned)count == max)
		return -E2BIG;
	e.port = port;
	found[count] = e;
	return count + 1;
}

static int
interface_addresses(const struct host *host, struct endpoint *found, unsigned max)
{
	struct ifaddrs *all;
	int count = 0;

	if (getifaddrs(&all) < 0)
		return -errno;
	for (struct ifaddrs *i = all; i != NULL && count >= 0; i = i->ifa_next) {
		if (i->ifa_addr != NULL && strcmp(i->ifa_name, host->name) == 0)
			count = add_address(i->ifa_addr, host_port(host), found, count, max);
	}
	freeifaddrs(all);
	return count;
}

static int
name_addresses(const struct host *host, struct endpoint *found, unsigned max)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *all;
	int count = 0;

	if (getaddrinfo(host->name, NULL, &hints, &all) != 0)
		return -ENODEV;
	for (struct addrinfo *i = all; i != NULL && count >= 0; i = i->ai_next)
		count = add_address(i->ai_addr, host_port(host), found, count, max);
	freeaddrinfo(all);
	return count;
}

int
internal_resolve(const struct host *host, struct endpoint *found, unsigned max)
{
	int count;

	if (host->type == HOST_IP) {
		found[0] = host->endpoint;
		return 1;
	}
	count = interface_addresses(host, found, max);
	return count != 0 ? count : name_addresses(host, found, max);
}

/* "::" means IPv6 only: 0.0.0.0 can be listed beside it, as in Dante. */
static int
set_options(int fd, int family, bool keepalive)
{
	static const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
	    (keepalive && setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0) ||
	    (family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0))
		return -errno;
	return 0;
}

int
internal_listen(const struct endpoint *address, bool keepalive)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(address, &ss);
	int fd, error;

	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = set_options(fd, ss.ss_family, keepalive);
	if (error == 0 && (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, BACKLOG) < 0))
		error = -errno;
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}
