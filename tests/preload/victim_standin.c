/* SPDX-License-Identifier: ISC */
/* Sockets that another one stands in for: what the program sees of that, which is nothing. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "libsocksify/raw.h"
#include "tests/preload/victim.h"

#define REFUSED		"192.0.2.5"

/* The kernel's word, past every hook. */
static int
actual_domain(int fd)
{
	int value = -1;
	socklen_t len = sizeof(value);

	CHECK(RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &value, &len) == 0);
	return value;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, level, name, &value, &len) < 0)
		return -errno;
	CHECK(len == sizeof(value));
	return value;
}

static int
set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

static void
check_kind(int fd, int domain)
{
	CHECK(actual_domain(fd) != domain);
	CHECK(option(fd, SOL_SOCKET, SO_DOMAIN) == domain);
	CHECK(option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
	CHECK(option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
	CHECK(option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0);
}

/* A blocking one, connected. */
static int
connected(void)
{
	int fd = victim_socket(ECHO, 0);

	CHECK(victim_connect(fd, ECHO) == 0);
	check_kind(fd, AF_INET);
	return fd;
}

static struct sockaddr_in
name_of(int fd)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	CHECK(getsockname(fd, (struct sockaddr *)&name, &len) == 0);
	CHECK(len == sizeof(name) && name.sin_family == AF_INET);
	return name;
}

static void
bind_to(int fd, uint32_t address)
{
	struct sockaddr_in name = { .sin_family = AF_INET };

	name.sin_addr.s_addr = htonl(address);
	CHECK(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
}

static void
check_names(int fd)
{
	struct sockaddr_in peer, name = name_of(fd);
	struct sockaddr small;
	socklen_t len = sizeof(peer);

	CHECK(name.sin_port != 0 && name.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(name_of(fd).sin_port == name.sin_port);
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) == 0);
	CHECK(len == sizeof(peer) && peer.sin_family == AF_INET && peer.sin_port == htons(7));
	CHECK(peer.sin_addr.s_addr == inet_addr(ECHO));
	len = 4;
	CHECK(getsockname(fd, &small, &len) == 0 && len == sizeof(name));
	CHECK(memcmp(&small, &name, 4) == 0);
}

static void
no_room(void)
{
	int fd = connected();
	socklen_t len = sizeof(struct sockaddr_in);

	CHECK(getsockname(fd, NULL, &len) < 0 && errno == EFAULT);
	CHECK(getsockname(fd, (struct sockaddr *)&len, NULL) < 0 && errno == EFAULT);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, NULL, &len) < 0 && errno == EFAULT);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &fd, NULL) < 0 && errno == EFAULT);
	CHECK(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, NULL, &len) < 0 && errno == EFAULT);
	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, NULL, len) < 0 && errno == EFAULT);
}

static void
names(void)
{
	int fd = connected();

	check_names(fd);
	victim_echo(fd);
	fd = victim_begin(ECHO);
	check_kind(fd, AF_INET);
	CHECK(name_of(fd).sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	check_names(fd);
	victim_echo(fd);
}

static void
names_bound(void)
{
	static const uint32_t addresses[] = { INADDR_LOOPBACK, INADDR_ANY };

	for (int i = 0; i < 2; i++) {
		int fd = victim_socket(ECHO, 0);
		struct sockaddr_in bound;

		bind_to(fd, addresses[i]);
		bound = name_of(fd);
		CHECK(bound.sin_port != 0);
		CHECK(victim_connect(fd, ECHO) == 0);
		check_kind(fd, AF_INET);
		check_names(fd);
		CHECK(name_of(fd).sin_port == bound.sin_port);
		victim_echo(fd);
	}
}

static void
options_before(void)
{
	struct linger linger = { 1, 7 };
	struct timeval t = { 8, 250000 };
	int fd = victim_socket(ECHO, 0);
	socklen_t len = sizeof(t);

	CHECK(set(fd, IPPROTO_TCP, TCP_NODELAY, 1) == 0);
	CHECK(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 77) == 0);
	CHECK(set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 4321) == 0);
	CHECK(set(fd, IPPROTO_IP, IP_TOS, 0x10) == 0);
	CHECK(set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) == 0);
	CHECK(set(fd, SOL_SOCKET, SO_RCVBUF, 70000) == 0);
	CHECK(set(fd, SOL_SOCKET, SO_PRIORITY, 3) == 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) == 0);
	CHECK(victim_connect(fd, ECHO) == 0);
	check_kind(fd, AF_INET);
	CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 77);
	CHECK(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) == 4321);
	CHECK(option(fd, IPPROTO_IP, IP_TOS) == 0x10);
	CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
	CHECK(option(fd, SOL_SOCKET, SO_RCVBUF) == 140000);
	CHECK(option(fd, SOL_SOCKET, SO_PRIORITY) == 3);
	memset(&t, 0, sizeof(t));
	memset(&linger, 0, sizeof(linger));
	CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, &len) == 0);
	CHECK(len == sizeof(t) && t.tv_sec == 8 && t.tv_usec >= 240000);
	len = sizeof(linger);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) == 0);
	CHECK(linger.l_onoff == 1 && linger.l_linger == 7);
	if (actual_domain(fd) == AF_INET6) {
		int class = -1;

		len = sizeof(class);
		CHECK(RAW(SYS_getsockopt, fd, IPPROTO_IPV6, IPV6_TCLASS, &class, &len) == 0);
		CHECK(class == 0x10);
	}
	victim_echo(fd);
}

static void
options_after(void)
{
	char algorithm[16] = "";
	socklen_t len = sizeof(algorithm);
	int fd = connected(), queued = -1;

	CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 0);
	CHECK(set(fd, IPPROTO_TCP, TCP_NODELAY, 1) == 0);
	CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
	CHECK(set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 9) == 0);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 9);
	CHECK(set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) == 0);
	CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
	CHECK(set(fd, IPPROTO_IP, IP_TOS, 0x08) == 0);
	CHECK(option(fd, IPPROTO_IP, IP_TOS) == 0x08);
	CHECK(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, algorithm, &len) == 0);
	CHECK(algorithm[0] != '\0');
	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &queued, 1) < 0 && errno == EINVAL);
	CHECK(set(fd, IPPROTO_TCP, 9999, 1) == -ENOPROTOOPT);
	CHECK(option(fd, IPPROTO_TCP, 9999) == -ENOPROTOOPT);
	CHECK(set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) == -ENOPROTOOPT);
	CHECK(option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == -ENOPROTOOPT);
	victim_echo(fd);
	CHECK(send(fd, "abc", 3, 0) == 3);
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
	CHECK(ioctl(fd, SIOCINQ, &queued) == 0 && queued >= 1 && queued <= 3);
	CHECK(ioctl(fd, SIOCOUTQ, &queued) == 0 && queued >= 0 && queued <= 3);
}

static volatile sig_atomic_t signalled;

static void
on_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	signalled = info->si_fd;
}

static void
status_kept(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };
	int fd = victim_socket(ECHO, SOCK_CLOEXEC), other = victim_socket(ECHO, 0);

	CHECK(sigaction(SIGRTMIN, &action, NULL) == 0);
	CHECK(fcntl(fd, F_SETOWN, getpid()) == 0 && fcntl(fd, F_SETSIG, SIGRTMIN) == 0);
	CHECK(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC) == 0);
	CHECK(victim_connect(fd, ECHO) == 0 && victim_connect(other, ECHO) == 0);
	check_kind(fd, AF_INET);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(other, F_GETFD) == 0);
	CHECK((fcntl(fd, F_GETFL) & (O_ASYNC | O_NONBLOCK)) == O_ASYNC);
	CHECK(fcntl(fd, F_GETOWN) == getpid() && fcntl(fd, F_GETSIG) == SIGRTMIN);
	signalled = -1;
	victim_echo(fd);
	CHECK(signalled == fd);
	fd = victim_begin(ECHO);
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
}

/* Every number that was made before, each with its own flag. */
static void
duplicated(void)
{
	struct epoll_event event = { .events = EPOLLOUT };
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = victim_socket(ECHO, SOCK_NONBLOCK);
	int a = dup(fd), b = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	CHECK(a >= 0 && b >= 0 && epoll >= 0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, a, &event) == 0);
	CHECK(victim_connect(b, ECHO) == -EINPROGRESS);
	check_kind(fd, AF_INET);
	check_kind(a, AF_INET);
	check_kind(b, AF_INET);
	CHECK(fcntl(a, F_GETFD) == 0 && fcntl(b, F_GETFD) == FD_CLOEXEC);
	CHECK(close(b) == 0);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1 && event.events == EPOLLOUT);
	check_names(a);
	victim_echo(a);
	victim_echo(fd);
	b = dup(a);
	check_kind(b, AF_INET);
	check_names(b);
	CHECK(close(a) == 0 && close(fd) == 0);
	check_kind(b, AF_INET);
	victim_echo(b);
}

static void
registered_before(uint32_t mode, int more)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | mode, .data.u64 = 5 };
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = victim_socket(ECHO, SOCK_NONBLOCK);

	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	check_kind(fd, AF_INET);
	CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1);
	CHECK(event.events == EPOLLOUT && event.data.u64 == 5);
	CHECK(epoll_wait(epoll, &event, 1, 0) == more);
	victim_echo(fd);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) < 0 && errno == ENOENT);
}

static void
epoll_level(void)
{
	registered_before(0, 1);
}

static void
epoll_edge(void)
{
	registered_before(EPOLLET, 0);
}

static void
epoll_one_shot(void)
{
	registered_before(EPOLLONESHOT, 0);
}

static void
epoll_exclusive(void)
{
	registered_before(EPOLLEXCLUSIVE, 1);
}

/* A blocking socket stays registered as it was. */
static void
epoll_blocking(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = victim_socket(ECHO, 0);

	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(victim_connect(fd, ECHO) == 0);
	check_kind(fd, AF_INET);
	CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
	CHECK(send(fd, "x", 1, 0) == 1);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1 && event.events == EPOLLIN);
}

static void
half_closed(void)
{
	int fd = connected();
	char buf[8];

	CHECK(send(fd, "last", 4, 0) == 4);
	CHECK(shutdown(fd, SHUT_WR) == 0);
	CHECK(send(fd, "x", 1, MSG_NOSIGNAL) < 0 && errno == EPIPE);
	CHECK(recv(fd, buf, 4, MSG_WAITALL) == 4 && memcmp(buf, "last", 4) == 0);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 0);
}

/* TCP has no use for addresses beside data. */
static void
addressed_data(void)
{
	int fd = connected();
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char c = 'x';
	struct iovec v = { &c, 1 };
	struct mmsghdr m = { .msg_hdr = { .msg_name = &to, .msg_namelen = sizeof(to),
	    .msg_iov = &v, .msg_iovlen = 1 } };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(sendto(fd, &c, 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1);
	CHECK(recvfrom(fd, &c, 1, 0, (struct sockaddr *)&from, &len) == 1 && len == 0);
	CHECK(sendmsg(fd, &m.msg_hdr, 0) == 1);
	CHECK(m.msg_hdr.msg_name == &to && m.msg_hdr.msg_namelen == sizeof(to));
	CHECK(recvmsg(fd, &m.msg_hdr, 0) == 1 && m.msg_hdr.msg_namelen == 0);
	m.msg_hdr.msg_namelen = sizeof(to);
	CHECK(sendmmsg(fd, &m, 1, 0) == 1 && m.msg_len == 1);
	CHECK(recvmmsg(fd, &m, 1, 0, NULL) == 1 && m.msg_hdr.msg_namelen == 0);
}

/* After a failure that connect(2) itself has told, the socket is the program's own. */
static void
fails_blocking(void)
{
	int fd = victim_socket(ECHO, 0);
	struct sockaddr_in bound;

	bind_to(fd, INADDR_LOOPBACK);
	bound = name_of(fd);
	CHECK(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 55) == 0);
	CHECK(victim_connect(fd, REFUSED) == -ECONNREFUSED);
	CHECK(actual_domain(fd) == AF_INET);
	CHECK(name_of(fd).sin_port == bound.sin_port);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 55);
	CHECK(victim_connect(fd, DROP) == -ECONNREFUSED);
	CHECK(victim_connect(fd, ECHO) == 0);
	check_kind(fd, AF_INET);
	CHECK(name_of(fd).sin_port == bound.sin_port);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 55);
	CHECK(victim_connect(fd, ECHO) == -EISCONN);
	victim_echo(fd);
}

static int
failed(void)
{
	int fd = victim_socket(ECHO, SOCK_NONBLOCK);
	short shown;

	CHECK(victim_connect(fd, REFUSED) == -EINPROGRESS);
	check_kind(fd, AF_INET);
	CHECK(victim_connect(fd, REFUSED) == -EALREADY);
	shown = victim_poll(fd, POLLIN | POLLOUT, LIMIT_MS);
	CHECK((shown & (POLLIN | POLLOUT | POLLHUP)) == (POLLIN | POLLOUT | POLLHUP));
	return fd;
}

static void
fails_non_blocking(void)
{
	int fd = failed();

	CHECK(victim_error(fd) == ECONNREFUSED && victim_error(fd) == 0);
	CHECK(option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_connect(fd, ECHO) == 0);
	CHECK(victim_connect(fd, ECHO) == -EISCONN);
	check_kind(fd, AF_INET);
	victim_echo(fd);
	/* The error by a second connect(2). */
	fd = failed();
	CHECK(victim_connect(fd, ECHO) == -ECONNREFUSED);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

/* A port of this host, by no proxy. */
static struct sockaddr_in
own_listener(int *fd)
{
	*fd = victim_socket(ECHO, SOCK_CLOEXEC);
	bind_to(*fd, INADDR_LOOPBACK);
	CHECK(listen(*fd, 4) == 0);
	return name_of(*fd);
}

static void
check_direct(int fd)
{
	int listener, accepted;
	struct sockaddr_in to = own_listener(&listener);
	char c = 0;

	victim_block(fd);
	CHECK(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	CHECK(actual_domain(fd) == AF_INET);
	accepted = accept(listener, NULL, NULL);
	CHECK(accepted >= 0 && send(accepted, "d", 1, 0) == 1);
	CHECK(recv(fd, &c, 1, 0) == 1 && c == 'd');
	CHECK(close(accepted) == 0 && close(listener) == 0);
}

static void
direct_afterwards(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = failed();

	CHECK(victim_error(fd) == ECONNREFUSED);
	check_direct(fd);
	fd = victim_begin(HANG);
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	CHECK(actual_domain(fd) == AF_INET);
	check_direct(fd);
	fd = connected();
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	CHECK(actual_domain(fd) == AF_INET);
	CHECK(victim_connect(fd, ECHO) == 0);
	check_kind(fd, AF_INET);
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	check_direct(fd);
}

static void
listens_afterwards(void)
{
	int fd = failed(), client;
	struct sockaddr_in name;

	bind_to(fd, INADDR_LOOPBACK);
	CHECK(actual_domain(fd) == AF_INET && listen(fd, 4) == 0);
	name = name_of(fd);
	client = victim_socket(ECHO, 0);
	CHECK(connect(client, (struct sockaddr *)&name, sizeof(name)) == 0);
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
	CHECK(accept(fd, NULL, NULL) >= 0);
	fd = failed();
	CHECK(listen(fd, 4) == 0 && actual_domain(fd) == AF_INET);
	fd = connected();
	CHECK(listen(fd, 4) < 0 && errno == EINVAL);
	CHECK(bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 && errno == EINVAL);
	victim_echo(fd);
}

static void
forked(void)
{
	int fd = victim_begin(ECHO), status;
	pid_t pid;

	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		check_kind(fd, AF_INET);
		check_names(fd);
		victim_echo(fd);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	check_names(fd);
	victim_echo(fd);
}

/* In a child that shares our memory, but has descriptors of its own: never direct. */
static void
vforked(void)
{
	int status, kept = connected();
	volatile int error = 0;
	pid_t pid = vfork();

	CHECK(pid >= 0);
	if (pid == 0) {
		int fd = victim_socket(ECHO, 0);

		error = victim_connect(fd, ECHO);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(error == -ENETUNREACH);
	check_names(kept);
	victim_echo(kept);
}

/* What the next program has: a connected socket. */
static void
executed(void)
{
	int fd = connected(), status;
	pid_t pid = fork();
	char c = 0;

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(dup2(fd, 0) == 0 && dup2(fd, 1) == 1);
		execlp("head", "head", "-c", "3", (char *)NULL);
		_exit(1);
	}
	CHECK(send(fd, "abc", 3, 0) == 3);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	for (int i = 0; i < 3; i++)
		CHECK(recv(fd, &c, 1, 0) == 1 && c == "abc"[i]);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "names", names },
		{ "names_bound", names_bound },
		{ "no_room", no_room },
		{ "options_before", options_before },
		{ "options_after", options_after },
		{ "status_kept", status_kept },
		{ "duplicated", duplicated },
		{ "epoll_level", epoll_level },
		{ "epoll_edge", epoll_edge },
		{ "epoll_one_shot", epoll_one_shot },
		{ "epoll_exclusive", epoll_exclusive },
		{ "epoll_blocking", epoll_blocking },
		{ "half_closed", half_closed },
		{ "addressed_data", addressed_data },
		{ "fails_blocking", fails_blocking },
		{ "fails_non_blocking", fails_non_blocking },
		{ "direct_afterwards", direct_afterwards },
		{ "listens_afterwards", listens_afterwards },
		{ "forked", forked },
		{ "vforked", vforked },
		{ "executed", executed },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
