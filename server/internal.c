/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/interface.h"

#define BACKLOG	4096	/* the system may make it less: net.core.somaxconn */

struct addresses {
	struct endpoint	*found;
	unsigned	 count;
	unsigned	 max;
	uint16_t	 port;
};

/* Link-local IPv6 addresses are left out: nothing says of which link they are. */
static int
append(const char *name UNUSED, const struct endpoint *address, void *arg)
{
	struct addresses *all = arg;

	if (endpoint_is_ip6_link_local(address))
		return 0;
	if (all->count == all->max)
		return -E2BIG;
	all->found[all->count] = *address;
	all->found[all->count++].port = all->port;
	return 0;
}

static int
append_of_name(const char *name, struct addresses *all)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list;
	struct endpoint address;
	int error = 0;

	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return -ENODEV;
	for (struct addrinfo *i = list; i != NULL && error == 0; i = i->ai_next) {
		if (endpoint_from_sockaddr(&address, i->ai_addr, i->ai_addrlen) == 0)
			error = append(name, &address, all);
	}
	freeaddrinfo(list);
	return error;
}

int
internal_resolve(const struct host *host, struct endpoint *found, unsigned max)
{
	struct addresses all = { .found = found, .max = max, .port = host_port(host) };
	int error;

	if (host->type == HOST_IP) {
		found[0] = host->endpoint;
		return 1;
	}
	error = interface_each_address(host->name, append, &all);
	if (all.count == 0 && (error == 0 || error == -ENODEV))
		error = append_of_name(host->name, &all);
	return error < 0 ? error : (int)all.count;
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
