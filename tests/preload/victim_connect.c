/* SPDX-License-Identifier: ISC */
/* connect(2), and what the socket says of itself before, meanwhile and after. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/preload/victim.h"

#ifndef AF_SMC
#define AF_SMC	43
#endif

static void
blocking(void)
{
	int fd = victim_socket(ECHO, 0);

	CHECK(victim_connect(fd, ECHO) == 0);
	victim_echo(fd);
	CHECK(victim_connect(fd, ECHO) == -EISCONN);
}

static void
polled(void)
{
	int fd = victim_begin(ECHO);

	CHECK(victim_poll(fd, POLLIN | POLLOUT, 0) == 0);
	CHECK(victim_poll(fd, POLLIN | POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
}

static void
poll_times_out(void)
{
	int fd = victim_begin(HANG);
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	CHECK(victim_poll(fd, POLLOUT, 200) == 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 >= 199);
	CHECK((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < 390);
}

static void
poll_with_others(void)
{
	int ends[2], fd = victim_begin(HANG);
	struct pollfd p[2];

	CHECK(pipe(ends) == 0);
	p[0] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	p[1] = (struct pollfd){ .fd = ends[1], .events = POLLOUT };
	CHECK(poll(p, 2, LIMIT_MS) == 1);
	CHECK(p[0].revents == 0 && p[1].revents == POLLOUT && p[0].fd == fd);
}

static void
selected(void)
{
	int fd = victim_begin(ECHO);
	struct timeval t = { .tv_sec = LIMIT_MS / 1000 }, zero = { 0 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	CHECK(select(fd + 1, &in, &out, NULL, &zero) == 0);
	CHECK(!FD_ISSET(fd, &in) && !FD_ISSET(fd, &out));
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	CHECK(select(fd + 1, &in, &out, NULL, &t) == 1);
	CHECK(!FD_ISSET(fd, &in) && FD_ISSET(fd, &out));
	CHECK(t.tv_sec < LIMIT_MS / 1000);
	victim_echo(fd);
}

static void
pselected_refused(void)
{
	int fd = victim_begin("192.0.2.5");
	struct timespec t = { .tv_sec = LIMIT_MS / 1000 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	CHECK(pselect(fd + 1, &in, &out, NULL, &t, NULL) == 2);
	CHECK(victim_error(fd) == ECONNREFUSED);
	CHECK(victim_error(fd) == 0);
}

static void
second_connect(void)
{
	int fd = victim_begin(ECHO);

	CHECK(victim_connect(fd, ECHO) == -EALREADY);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_connect(fd, ECHO) == 0);
	CHECK(victim_connect(fd, ECHO) == -EISCONN);
	victim_echo(fd);
}

static void
second_connect_refused(void)
{
	int fd = victim_begin("192.0.2.4");

	CHECK((victim_poll(fd, POLLOUT, LIMIT_MS) & (POLLERR | POLLHUP)) != 0);
	CHECK(victim_connect(fd, ECHO) == -EHOSTUNREACH);
	CHECK(victim_error(fd) == 0);
	/* The socket may be tried again. */
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

static void
peer_name(void)
{
	int fd = victim_begin(ECHO);
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);

	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) < 0 && errno == ENOTCONN);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) == 0);
	CHECK(len == sizeof(peer) && peer.sin_port == htons(7));
	CHECK(peer.sin_addr.s_addr == inet_addr(ECHO));
	len = 2;
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && len == sizeof(peer));
}

static void
early_data(void)
{
	int fd = victim_begin(HANG);
	char c;

	CHECK(victim_error(fd) == 0);
	CHECK(send(fd, "x", 1, 0) < 0 && errno == EAGAIN);
	CHECK(write(fd, "x", 1) < 0 && errno == EAGAIN);
	CHECK(recv(fd, &c, 1, 0) < 0 && errno == EAGAIN);
	CHECK(read(fd, &c, 1) < 0 && errno == EAGAIN);
	CHECK(recv(fd, &c, 1, MSG_PEEK) < 0 && errno == EAGAIN);
	/* Made blocking in the middle, it waits. */
	fd = victim_begin(ECHO);
	victim_block(fd);
	victim_echo(fd);
}

static void
banner_stays(void)
{
	int fd = victim_socket(BANNER, 0);
	char buf[8];

	CHECK(victim_connect(fd, BANNER) == 0);
	CHECK(recv(fd, buf, 8, MSG_WAITALL) == 8 && memcmp(buf, "welcome\n", 8) == 0);
	fd = victim_begin(BANNER);
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
	victim_block(fd);
	CHECK(recv(fd, buf, 8, MSG_WAITALL) == 8 && memcmp(buf, "welcome\n", 8) == 0);
}

static const struct {
	const char	*host;
	int		 error;
} failures[] = {
	{ "192.0.2.1", ECONNREFUSED },
	{ "192.0.2.2", EACCES },
	{ "192.0.2.3", ENETUNREACH },
	{ "192.0.2.4", EHOSTUNREACH },
	{ "192.0.2.5", ECONNREFUSED },
	{ "192.0.2.6", ETIMEDOUT },
	{ "192.0.2.7", EOPNOTSUPP },
	{ "192.0.2.8", EAFNOSUPPORT },
	{ "192.0.2.99", ECONNREFUSED },
	{ DROP, ECONNREFUSED },
	{ JUNK, ECONNREFUSED },
	{ HALF, ECONNREFUSED },
};

#define FAILURES	(sizeof(failures) / sizeof(failures[0]))

static void
errors_blocking(void)
{
	for (size_t i = 0; i < FAILURES; i++) {
		int fd = victim_socket(failures[i].host, 0);

		CHECK(victim_connect(fd, failures[i].host) == -failures[i].error);
		CHECK(victim_error(fd) == 0);
		CHECK(close(fd) == 0);
	}
}

static void
errors_polled(void)
{
	int fds[FAILURES];

	for (size_t i = 0; i < FAILURES; i++)
		fds[i] = victim_begin(failures[i].host);
	for (size_t i = 0; i < FAILURES; i++) {
		short shown = victim_poll(fds[i], POLLIN | POLLOUT, LIMIT_MS);

		CHECK((shown & (POLLERR | POLLHUP)) == (POLLERR | POLLHUP));
		CHECK(victim_error(fds[i]) == failures[i].error);
		CHECK(victim_error(fds[i]) == 0);
	}
}

static void
errors_by_data(void)
{
	int fd = victim_begin("192.0.2.4");
	char c;

	victim_block(fd);
	CHECK(read(fd, &c, 1) < 0 && errno == EHOSTUNREACH);
	fd = victim_begin("192.0.2.3");
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) != 0);
	CHECK(send(fd, "x", 1, MSG_NOSIGNAL) < 0 && errno == ENETUNREACH);
	CHECK(victim_error(fd) == 0);
}

static void
handled(int signal)
{
	(void)signal;
}

/* After EINTR a connect(2) goes on, and shows its end as a non-blocking one does. */
static void
interrupted(void)
{
	struct sigaction action = { .sa_handler = handled };
	struct itimerval t = { { 0, 10000 }, { 0, 10000 } }, off = { 0 };
	int fd = victim_socket(ECHO, 0);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
	CHECK(victim_connect(fd, ECHO) == -EINTR);
	setitimer(ITIMER_REAL, &off, NULL);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
}

static void
not_interrupted(void)
{
	struct sigaction action = { .sa_handler = handled, .sa_flags = SA_RESTART };
	struct itimerval t = { { 0, 10000 }, { 0, 10000 } }, off = { 0 };
	int fd = victim_socket(ECHO, 0);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
	CHECK(victim_connect(fd, ECHO) == 0);
	setitimer(ITIMER_REAL, &off, NULL);
	victim_echo(fd);
}

static void
send_timeout(void)
{
	struct timeval t = { .tv_usec = 100000 };
	int fd = victim_socket(HANG, 0);

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)) == 0);
	CHECK(victim_connect(fd, HANG) == -EINPROGRESS);
}

/* How long a connect takes, in milliseconds, with options that hold small messages back. */
static long
connect_with_stalling_options(void)
{
	int value = 4096, on = 1, fd = victim_socket(ECHO, SOCK_NONBLOCK);
	socklen_t len = sizeof(value);
	struct timespec a, b;

	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof(value)) == 0);
	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)) == 0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	value = 2048;
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof(value)) == 0);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	clock_gettime(CLOCK_MONOTONIC, &b);
	value = 0;
	CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &value, &len) == 0 && value == 2048);
	CHECK(getsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, &len) == 0 && on == 1);
	close(fd);
	return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
}

/* Left on, the cork costs 200 ms a message, every time; a busy machine is slow only sometimes. */
static void
stalling_options(void)
{
	long least = LONG_MAX;

	for (int i = 0; i < 10 && least >= 180; i++) {
		long took = connect_with_stalling_options();

		least = took < least ? took : least;
	}
	CHECK(least < 180);
}

static void
six(void)
{
	int fd = victim_begin(ECHO6);
	struct sockaddr_in6 peer;
	socklen_t len = sizeof(peer);

	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) == 0);
	CHECK(len == sizeof(peer) && peer.sin6_addr.s6_addr[15] == 1);
	fd = victim_socket(ECHO6, 0);
	CHECK(victim_connect(fd, ECHO6) == 0);
	victim_echo(fd);
}

static void
six_only(void)
{
	int on = 1, fd = victim_socket(ECHO6, 0);

	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK(victim_connect(fd, ECHO6) == 0);
	victim_echo(fd);
}

static void
mapped(void)
{
	int fd = victim_begin("::ffff:" ECHO);

	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

static void
fast_open(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	int on = 1, fd = victim_socket(ECHO, 0);
	char c;

	to.sin_addr.s_addr = inet_addr(ECHO);
	CHECK(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof(to)) == 1);
	CHECK(recv(fd, &c, 1, 0) == 1 && c == 'x');
	fd = victim_socket(ECHO, SOCK_NONBLOCK);
	CHECK(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof(to)) < 0);
	CHECK(errno == EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
	fd = victim_socket(ECHO, 0);
	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)) == 0);
	CHECK(victim_connect(fd, ECHO) == 0);
	victim_echo(fd);
}

static void
dissolved(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = victim_begin(HANG);

	CHECK(connect(fd, &none, sizeof(none)) == 0);
	CHECK(victim_connect(fd, ECHO) == -EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

static in_port_t
own_port(int fd)
{
	struct sockaddr_in own;
	socklen_t len = sizeof(own);

	CHECK(getsockname(fd, (struct sockaddr *)&own, &len) == 0);
	return own.sin_port;
}

/* What a socket is bound to stays, whatever it takes to connect it. */
static void
bound(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET };

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int flags = 0; flags <= SOCK_NONBLOCK; flags += SOCK_NONBLOCK) {
		int fd = victim_socket(ECHO, flags);
		in_port_t port;

		CHECK(bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0);
		port = own_port(fd);
		CHECK(victim_connect(fd, ECHO) == (flags == 0 ? 0 : -EINPROGRESS));
		CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
		CHECK(own_port(fd) == port);
		victim_echo(fd);
	}
}

static void
send_timeout_kept(void)
{
	struct timeval t = { .tv_sec = 5 }, none = { 0 };
	socklen_t len = sizeof(t);
	int fd = victim_socket(ECHO, 0);

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)) == 0);
	CHECK(victim_connect(fd, ECHO) == 0);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, &len) == 0 && t.tv_sec == 5);
	victim_echo(fd);
	fd = victim_socket(ECHO, 0);
	CHECK(victim_connect(fd, ECHO) == 0);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, &len) == 0);
	CHECK(none.tv_sec == 0 && none.tv_usec == 0);
}

/* A socket that is connected already stays so, whatever it is to be connected to. */
/* Addresses that cannot be read are the kernel's to refuse. */
static void
unreadable(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7) };
	int fd = victim_socket(ECHO, 0);

	CHECK(pages != MAP_FAILED && munmap(pages + 4096, 4096) == 0);
	memcpy(pages + 4096 - 8, &in, 8);
	for (int i = 0; i < 2; i++) {
		CHECK(connect(fd, (void *)(pages + 4096), sizeof(in)) < 0 && errno == EFAULT);
		CHECK(connect(fd, (void *)(pages + 4096 - 8), sizeof(in)) < 0 && errno == EFAULT);
		CHECK(connect(fd, NULL, sizeof(in)) < 0 && errno == EFAULT);
		fd = victim_socket(ECHO, SOCK_NONBLOCK);
	}
}

/* What is on the socket in a handshake is not the program's, nor how much it is. */
static void
counted(void)
{
	int fd = victim_begin(ECHO), n;
	struct iovec v = { .iov_base = &n, .iov_len = sizeof(n) };
	short shown;

	do {
		n = -1;
		CHECK(ioctl(fd, FIONREAD, &n) == 0 && n == 0);
		n = -1;
		CHECK(ioctl(fd, TIOCOUTQ, &n) == 0 && n == 0);
		n = -1;
		CHECK(syscall(SYS_ioctl, fd, FIONREAD, &n) == 0 && n == 0);
		errno = 0;
		CHECK(preadv2(fd, &v, 1, -1, 0) < 0 && errno == EAGAIN);
		shown = victim_poll(fd, POLLOUT, 0);
	} while (shown == 0);
	CHECK(shown == POLLOUT && ioctl(fd, FIONREAD, (void *)1) < 0 && errno == EFAULT);
	n = 7;
	CHECK(pwritev2(fd, &v, 1, -1, 0) == sizeof(n));
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
	CHECK(ioctl(fd, FIONREAD, &n) == 0 && n > 0);
	n = 0;
	CHECK(preadv2(fd, &v, 1, -1, 0) == sizeof(n) && n == 7);
	/* A blocking one waits for its turn. */
	fd = victim_begin(ECHO);
	victim_block(fd);
	CHECK(pwritev2(fd, &v, 1, -1, 0) == sizeof(n));
	n = 0;
	CHECK(preadv2(fd, &v, 1, -1, 0) == sizeof(n) && n == 7);
}

static void
connected_already(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	socklen_t len = sizeof(own);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char c;

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(listener, (struct sockaddr *)&own, len) == 0 && listen(listener, 2) == 0);
	CHECK(getsockname(listener, (struct sockaddr *)&own, &len) == 0);
	for (int i = 0; i < 2; i++) {
		int peer, fd = victim_socket(ECHO, 0), lowat = 0;

		CHECK(connect(fd, (struct sockaddr *)&own, len) == 0);
		CHECK((peer = accept(listener, NULL, NULL)) >= 0);
		lowat = 2;
		CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &lowat, sizeof(lowat)) == 0);
		CHECK(i == 0 || fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
		CHECK(victim_connect(fd, ECHO) == -EISCONN);
		len = sizeof(lowat);
		CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &lowat, &len) == 0 && lowat == 2);
		len = sizeof(own);
		CHECK(send(peer, "xy", 2, 0) == 2 && recv(fd, &c, 1, 0) == 1 && c == 'x');
		close(peer);
		close(fd);
	}
}

struct rival {
	pthread_barrier_t	*start;
	int			 fd, result;
};

static void *
rival(void *arg)
{
	struct rival *r = arg;

	pthread_barrier_wait(r->start);
	r->result = victim_connect(r->fd, ECHO);
	return NULL;
}

/* Two threads connect one socket: one of them does, and the socket is as good as ever. */
static void
contest(int flags)
{
	pthread_barrier_t start;
	struct timeval t;
	socklen_t len = sizeof(t);

	CHECK(pthread_barrier_init(&start, NULL, 2) == 0);
	for (int i = 0; i < 15; i++) {
		struct rival r[2];
		pthread_t threads[2];
		int begun = 0, fd = victim_socket(ECHO, flags);

		for (int j = 0; j < 2; j++) {
			r[j] = (struct rival){ .start = &start, .fd = fd };
			CHECK(pthread_create(&threads[j], NULL, rival, &r[j]) == 0);
		}
		for (int j = 0; j < 2; j++) {
			CHECK(pthread_join(threads[j], NULL) == 0);
			begun += r[j].result == 0 || r[j].result == -EINPROGRESS;
			CHECK(r[j].result == 0 || r[j].result == -EINPROGRESS ||
			    r[j].result == -EALREADY || r[j].result == -EISCONN);
		}
		/* Who comes when it is done is told so, once, on a socket that does not block. */
		CHECK(begun == 1 || (begun == 2 && flags != 0));
		CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
		CHECK(getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, &len) == 0 && t.tv_usec == 0);
		victim_echo(fd);
		CHECK(close(fd) == 0);
	}
}

static void
two_threads(void)
{
	contest(0);
}

static void
two_threads_polled(void)
{
	contest(SOCK_NONBLOCK);
}

/* From now on @call, getsockopt(2) or setsockopt(2), of these says that it is not permitted. */
static void
forbid_options(uint32_t call, const int *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sock_filter code[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)options[i], 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		};
		struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]),
			.filter = code };

		CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
		CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	}
}

/* What a sandbox hides of a socket does not make it go past the proxy. */
static void
hidden_kind(void)
{
	static const int hidden[] = { SO_DOMAIN, SO_TYPE, SO_PROTOCOL };

	forbid_options(SYS_getsockopt, hidden, sizeof(hidden) / sizeof(hidden[0]));
	blocking();
	polled();
}

/* Without the time limit by which it does not wait in the kernel it works as well. */
static void
fixed_send_timeout(void)
{
	static const int fixed[] = { SO_SNDTIMEO };

	forbid_options(SYS_setsockopt, fixed, 1);
	blocking();
	interrupted();
}

/* Connections that no proxy can carry are refused, not sent past it. */
static void
foreign_protocol(void)
{
	static const int kinds[][3] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_SCTP },
		{ AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP },
		{ AF_INET, SOCK_DCCP, IPPROTO_DCCP },
		{ AF_SMC, SOCK_STREAM, 0 },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = socket(kinds[i][0], kinds[i][1], kinds[i][2]);

		/* Few kernels have them all. */
		if (fd >= 0)
			CHECK(victim_connect(fd, ECHO) == -EPROTONOSUPPORT);
	}
}

static void
many(void)
{
	enum { COUNT = 400 };
	struct pollfd p[COUNT];
	int ready = 0;

	for (int i = 0; i < COUNT; i++)
		p[i] = (struct pollfd){ .fd = victim_begin(ECHO), .events = POLLOUT };
	while (ready < COUNT) {
		int n = poll(p, COUNT, LIMIT_MS);

		CHECK(n > 0);
		for (int i = 0; i < COUNT; i++) {
			if (p[i].revents == 0)
				continue;
			CHECK(p[i].revents == POLLOUT);
			CHECK(victim_error(p[i].fd) == 0);
			victim_echo(p[i].fd);
			CHECK(close(p[i].fd) == 0);
			p[i].fd = -1;
			ready++;
		}
	}
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "blocking", blocking },
		{ "polled", polled },
		{ "poll_times_out", poll_times_out },
		{ "poll_with_others", poll_with_others },
		{ "selected", selected },
		{ "pselected_refused", pselected_refused },
		{ "second_connect", second_connect },
		{ "second_connect_refused", second_connect_refused },
		{ "peer_name", peer_name },
		{ "early_data", early_data },
		{ "banner_stays", banner_stays },
		{ "errors_blocking", errors_blocking },
		{ "errors_polled", errors_polled },
		{ "errors_by_data", errors_by_data },
		{ "interrupted", interrupted },
		{ "not_interrupted", not_interrupted },
		{ "send_timeout", send_timeout },
		{ "stalling_options", stalling_options },
		{ "six", six },
		{ "six_only", six_only },
		{ "mapped", mapped },
		{ "fast_open", fast_open },
		{ "dissolved", dissolved },
		{ "bound", bound },
		{ "send_timeout_kept", send_timeout_kept },
		{ "unreadable", unreadable },
		{ "counted", counted },
		{ "connected_already", connected_already },
		{ "two_threads", two_threads },
		{ "two_threads_polled", two_threads_polled },
		{ "hidden_kind", hidden_kind },
		{ "fixed_send_timeout", fixed_send_timeout },
		{ "foreign_protocol", foreign_protocol },
		{ "many", many },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
