/* SPDX-License-Identifier: ISC */
/* AF_INET6 sockets that are bound so that they cannot reach the proxy themselves. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "libsocksify/raw.h"
#include "tests/preload/victim.h"

/* The kernel's word, past every hook: whether it is still the socket that was bound. */
static bool
is_own(int fd)
{
	struct sockaddr_in6 actual, told;
	socklen_t len = sizeof(actual);

	CHECK(RAW(SYS_getsockname, fd, &actual, &len) == 0);
	len = sizeof(told);
	CHECK(getsockname(fd, (struct sockaddr *)&told, &len) == 0);
	return memcmp(&actual, &told, sizeof(actual)) == 0;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	CHECK(getsockopt(fd, level, name, &value, &len) == 0);
	return value;
}

static struct sockaddr_in6
name_of(int fd)
{
	struct sockaddr_in6 name;
	socklen_t len = sizeof(name);

	CHECK(getsockname(fd, (struct sockaddr *)&name, &len) == 0);
	CHECK(len == sizeof(name) && name.sin6_family == AF_INET6 && name.sin6_port != 0);
	return name;
}

static int
bound(const char *address, int only, int flags)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6 };
	int class = 0x20, fd = victim_socket(ECHO6, flags);

	CHECK(inet_pton(AF_INET6, address, &name.sin6_addr) == 1);
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) == 0);
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof(class)) == 0);
	CHECK(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	return fd;
}

static void
check_six(int fd, const struct sockaddr_in6 *was, const char *shown)
{
	struct sockaddr_in6 peer, name = name_of(fd);
	struct in6_addr address;
	socklen_t len = sizeof(peer);

	CHECK(inet_pton(AF_INET6, shown, &address) == 1);
	CHECK(memcmp(&name.sin6_addr, &address, sizeof(address)) == 0);
	CHECK(name.sin6_port == was->sin6_port);
	CHECK(option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6);
	CHECK(option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
	CHECK(option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
	CHECK(option(fd, IPPROTO_IPV6, IPV6_TCLASS) == 0x20);
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) == 0);
	CHECK(len == sizeof(peer) && peer.sin6_family == AF_INET6);
	CHECK(inet_pton(AF_INET6, ECHO6, &address) == 1);
	CHECK(memcmp(&peer.sin6_addr, &address, sizeof(address)) == 0);
	victim_echo(fd);
}

/* Bound to @address, it looks like @shown once it is connected. */
static void
both_ways(const char *address, int only, const char *shown)
{
	int fd = bound(address, only, 0);
	struct sockaddr_in6 was = name_of(fd);
	struct epoll_event event = { .events = EPOLLOUT | (uint32_t)EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	CHECK(victim_connect(fd, ECHO6) == 0);
	CHECK(!is_own(fd));
	check_six(fd, &was, shown);
	fd = bound(address, only, SOCK_NONBLOCK);
	was = name_of(fd);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(victim_connect(fd, ECHO6) == -EINPROGRESS);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1 && event.events == EPOLLOUT);
	check_six(fd, &was, shown);
}

static void
only_six(void)
{
	both_ways("::1", 1, "::1");
}

static void
only_six_any(void)
{
	both_ways("::", 1, "::1");
}

static void
dual_specific(void)
{
	/* The kernel itself makes it an IPv6-only one. */
	CHECK(option(bound("::1", 0, 0), IPPROTO_IPV6, IPV6_V6ONLY) == 1);
	both_ways("::1", 0, "::1");
}

/* These reach an IPv4 proxy as they are. */
static void
own_reach(void)
{
	int fd = bound("::", 0, 0), on = 1;

	CHECK(victim_connect(fd, ECHO6) == 0);
	CHECK(is_own(fd));
	victim_echo(fd);
	fd = bound("::ffff:127.0.0.1", 0, 0);
	CHECK(victim_connect(fd, ECHO6) == 0);
	CHECK(is_own(fd));
	victim_echo(fd);
	fd = victim_socket(ECHO6, 0);
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK(victim_connect(fd, ECHO6) == 0);
	CHECK(is_own(fd));
	victim_echo(fd);
}

static void
fails(void)
{
	int fd = bound("::1", 1, 0);
	struct sockaddr_in6 was = name_of(fd);

	CHECK(victim_connect(fd, "2001:db8::3") == -ECONNREFUSED);
	CHECK(is_own(fd));
	CHECK(name_of(fd).sin6_port == was.sin6_port);
	CHECK(option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
	CHECK(victim_connect(fd, ECHO6) == 0);
	CHECK(!is_own(fd));
	check_six(fd, &was, "::1");
	fd = bound("::1", 1, SOCK_NONBLOCK);
	CHECK(victim_connect(fd, "2001:db8::3") == -EINPROGRESS);
	CHECK((victim_poll(fd, POLLOUT, LIMIT_MS) & (POLLERR | POLLHUP)) == (POLLERR | POLLHUP));
	CHECK(victim_error(fd) == ECONNREFUSED);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "only_six", only_six },
		{ "only_six_any", only_six_any },
		{ "dual_specific", dual_specific },
		{ "own_reach", own_reach },
		{ "fails", fails },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
