/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/place.h"

#include <errno.h>
#include <stddef.h>
#include <sys/time.h>

#include "libsocksify/critical.h"
#include "libsocksify/raw.h"

const struct proxy *
place_proxy(const struct route *route, struct place place)
{
	return &route->settings->proxies[route->candidates[place.candidate]];
}

/* The @n-th of the proxy's addresses that are, or are not, of @family; *n is counted down. */
static const struct endpoint *
pick(const struct proxy *proxy, int family, bool same, unsigned *n)
{
	for (unsigned i = 0; i < proxy->address_count; i++) {
		if ((proxy->addresses[i].family == family) == same && (*n)-- == 0)
			return &proxy->addresses[i];
	}
	return NULL;
}

const struct endpoint *
place_endpoint(const struct route *route, struct place place, int domain)
{
	const struct proxy *proxy = place_proxy(route, place);
	unsigned n = place.address;
	const struct endpoint *found = pick(proxy, domain, true, &n);

	/* An IPv4 socket cannot be made to reach IPv6. */
	if (found == NULL && domain == AF_INET6)
		found = pick(proxy, domain, false, &n);
	return found;
}

bool
place_next(const struct route *route, struct place *place, int domain)
{
	struct place next = { .candidate = place->candidate, .address = place->address + 1 };

	if (place_endpoint(route, next, domain) == NULL) {
		next.candidate++;
		next.address = 0;
	}
	if (next.candidate >= route->candidate_count)
		return false;
	*place = next;
	return true;
}

/* @to as a socket of @domain can reach it: its length. */
static socklen_t
make_address(int fd, int domain, const struct endpoint *to, struct sockaddr_storage *ss)
{
	int off = 0;

	if (domain == AF_INET)
		return endpoint_to_sockaddr(to, ss);
	if (to->family == AF_INET)
		RAW(SYS_setsockopt, fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	return endpoint_to_sockaddr_in6(to, ss);
}

/*
 * O_NONBLOCK is the program's to see and to change; but with the least time limit
 * for sending the kernel leaves a blocking socket on its way after one tick.
 */
static long
connect_for_one_tick(int fd, const struct sockaddr_storage *ss, socklen_t len)
{
	struct timeval limit = { 0 };
	const struct timeval least = { .tv_usec = 1 };
	socklen_t size = sizeof(limit);
	struct critical c;
	long error;

	/* No signal handler may leave by longjmp with that limit in force. */
	critical_enter(&c);
	RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &size);
	error = RAW(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &least, sizeof(least));
	if (error == 0) {
		error = RAW(SYS_connect, fd, ss, len);
		RAW(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		critical_leave(&c);
		return error;
	}
	/* A sandbox may not let us: it then waits, but not with the signals held off. */
	critical_leave(&c);
	return RAW(SYS_connect, fd, ss, len);
}

int
place_connect(int fd, int domain, const struct endpoint *to, bool waits)
{
	struct sockaddr_storage ss;
	socklen_t len = make_address(fd, domain, to, &ss);
	long error = waits ? connect_for_one_tick(fd, &ss, len) : RAW(SYS_connect, fd, &ss, len);

	return error == -EINPROGRESS || error == -EINTR ? 0 : (int)error;
}
