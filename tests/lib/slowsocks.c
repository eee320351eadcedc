/* SPDX-License-Identifier: ISC */
/*
 * A SOCKS5 server for tests, which shares no code with what it tests.
 *
 * slowsocks [-d MS] [-s] [-6] [-p PATH] [-P 4|http] [-u USER:PASSWORD] [-l LOG] [-x FAULT]
 *
 * Listens on a free loopback port, prints it, and serves until its standard
 * input ends. -d delays every answer, -s sends answers a byte at a time, -6
 * listens on ::1, -p at a UNIX socket (and 0 is printed). Names are connected to
 * loopback, and some do not mean a host: failN.* is answered with reply N (and so
 * is an address 192.0.2.N), hang.* never, drop.* by closing, junk.* with what is no
 * answer, half.* with half of one, then closing; echo.* sends back what it gets;
 * banner.* speaks first, in one segment with the answer. So do the addresses
 * 198.51.100.N and 2001:db8::N, in the order of the table below. Every request is
 * logged as "connect TYPE HOST PORT as USER".
 *
 * -P speaks SOCKS4 and 4A, or HTTP's CONNECT, instead; HTTP's -u is what stands
 * behind "Basic", as it is sent.
 *
 * -x is for a proxy that is none: "refuse" does not listen on the port, "full" does
 * and takes no connection; PHASE-hang, PHASE-drop, PHASE-reset and PHASE-junk, with
 * "greeting", "login" or "request" as PHASE, do that in place of the answer there,
 * and greeting-none accepts no method. Each of these is logged as "fault".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE	(128 * 1024)

static int delay_ms;
static bool split;
static enum { SOCKS5, SOCKS4, HTTP } protocol;
static const char *credentials;
static const char *fault = "";
static FILE *request_log;

static int
receive(int fd, void *to, size_t len)
{
	return recv(fd, to, len, MSG_WAITALL) == (ssize_t)len ? 0 : -1;
}

static void
pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

static void
answer(int fd, const void *from, size_t len)
{
	const char *bytes = from;

	pause_ms(delay_ms);
	for (size_t i = 0; split && i < len; i++) {
		send(fd, bytes + i, 1, MSG_NOSIGNAL);
		pause_ms(1);
	}
	if (!split)
		send(fd, bytes, len, MSG_NOSIGNAL);
}

/* Waits until the client has gone. */
static void
linger(int fd)
{
	char c;

	while (recv(fd, &c, 1, 0) > 0)
		continue;
}

/* Whether the answer of @phase is to be wrong: then it has been. */
static bool
faulty(int fd, const char *phase)
{
	struct linger at_once = { .l_onoff = 1 };
	size_t n = strlen(phase);
	const char *what = fault + n + 1;

	if (strncmp(fault, phase, n) != 0 || fault[n] != '-')
		return false;
	fprintf(request_log, "fault\n");
	if (strcmp(what, "hang") == 0)
		linger(fd);
	else if (strcmp(what, "junk") == 0)
		answer(fd, "HTTP/1.0 400\r\n", 14);
	else if (strcmp(what, "none") == 0)
		answer(fd, "\5\377", 2);
	else if (strcmp(what, "reset") == 0)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else
		pause_ms(delay_ms);
	return true;
}

/* RFC 1929, against USER:PASSWORD: the user's name, or -1. */
static int
login(int fd, char *user)
{
	unsigned char lengths[2];
	char given[600], password[256];

	if (receive(fd, lengths, 2) < 0 || lengths[0] != 1 || receive(fd, user, lengths[1]) < 0)
		return -1;
	user[lengths[1]] = '\0';
	if (receive(fd, lengths, 1) < 0 || receive(fd, password, lengths[0]) < 0)
		return -1;
	password[lengths[0]] = '\0';
	if (faulty(fd, "login"))
		return -1;
	snprintf(given, sizeof(given), "%s:%s", user, password);
	if (strcmp(given, credentials) != 0) {
		answer(fd, "\1\1", 2);
		return -1;
	}
	answer(fd, "\1\0", 2);
	return 0;
}

static int
greet(int fd, char *user)
{
	unsigned char head[2], methods[255];
	int wanted = credentials != NULL ? 2 : 0;

	if (receive(fd, head, 2) < 0 || head[0] != 5 || receive(fd, methods, head[1]) < 0)
		return -1;
	if (faulty(fd, "greeting"))
		return -1;
	if (memchr(methods, wanted, head[1]) == NULL) {
		answer(fd, "\5\377", 2);
		return -1;
	}
	answer(fd, wanted == 2 ? "\5\2" : "\5\0", 2);
	return wanted == 2 ? login(fd, user) : 0;
}

/* Reads the request: the port (network order) and the host as text; its address type, or -1. */
static int
take_request(int fd, char *host, uint16_t *port)
{
	unsigned char head[4], raw[256], len;

	if (receive(fd, head, 4) < 0 || head[0] != 5 || head[1] != 1 || head[2] != 0)
		return -1;
	len = head[3] == 1 ? 4 : 16;
	if (head[3] == 3 && receive(fd, &len, 1) < 0)
		return -1;
	if (receive(fd, raw, len) < 0 || receive(fd, port, 2) < 0)
		return -1;
	if (head[3] == 3) {
		memcpy(host, raw, len);
		host[len] = '\0';
	} else {
		inet_ntop(head[3] == 1 ? AF_INET : AF_INET6, raw, host, 256);
	}
	return head[3];
}

static int
take_socks5(int fd, char *user, char *host, uint16_t *port)
{
	return greet(fd, user) < 0 ? -1 : take_request(fd, host, port);
}

/* A text that ends with NUL, of at most 255 bytes. */
static int
take_text(int fd, char *to)
{
	for (size_t n = 0; n < 256; n++) {
		if (receive(fd, to + n, 1) < 0)
			return -1;
		if (to[n] == '\0')
			return 0;
	}
	return -1;
}

static int
take_socks4(int fd, char *user, char *host, uint16_t *port)
{
	unsigned char head[8];

	if (receive(fd, head, 8) < 0 || head[0] != 4 || head[1] != 1 || take_text(fd, user) < 0)
		return -1;
	memcpy(port, head + 2, 2);
	if (memcmp(head + 4, "\0\0\0", 3) == 0)
		return take_text(fd, host) < 0 ? -1 : 3;
	inet_ntop(AF_INET, head + 4, host, 256);
	return 1;
}

static int
take_http(int fd, char *host, uint16_t *port)
{
	char head[2048] = "", token[512] = "";
	unsigned number;
	size_t n = 0;

	while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0)
		if (n == sizeof(head) - 1 || receive(fd, head + n++, 1) < 0)
			return -1;
	if (sscanf(head, "CONNECT [%255[^]]]:%u HTTP/1.1\r\n", host, &number) != 2 &&
	    sscanf(head, "CONNECT %255[^:]:%u HTTP/1.1\r\n", host, &number) != 2)
		return -1;
	*port = htons((uint16_t)number);
	if (credentials == NULL)
		return 3;
	if (strstr(head, "\r\nProxy-Authorization: Basic ") != NULL)
		sscanf(strstr(head, "\r\nProxy-Authorization: Basic ") + 29, "%511[^\r]", token);
	if (strcmp(token, credentials) == 0)
		return 3;
	answer(fd, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n", 46);
	return -1;
}

static int
loopback(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = port };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
copy_half(int from, int to, struct pollfd *p)
{
	char buf[65536];
	ssize_t n = recv(from, buf, sizeof(buf), 0);

	if (n <= 0) {
		shutdown(to, SHUT_WR);
		p->fd = -1;
		return;
	}
	for (ssize_t done = 0, k; done < n; done += k)
		if ((k = send(to, buf + done, (size_t)(n - done), MSG_NOSIGNAL)) <= 0)
			return;
}

static void
relay(int a, int b)
{
	struct pollfd p[2] = { { .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN } };

	while ((p[0].fd >= 0 || p[1].fd >= 0) && poll(p, 2, -1) > 0) {
		if (p[0].revents != 0)
			copy_half(a, b, &p[0]);
		if (p[1].revents != 0)
			copy_half(b, a, &p[1]);
	}
}

static void
echo(int fd)
{
	char buf[4096];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		send(fd, buf, (size_t)n, MSG_NOSIGNAL);
}

/* The answer that says what REP says in SOCKS5, with @more behind it in one segment. */
static void
answer_reply(int fd, int reply, const char *more)
{
	char message[128];
	size_t len = 10;

	memcpy(message, "\5\0\0\1\177\0\0\1\0\0", 10);
	message[1] = (char)reply;
	if (protocol == SOCKS4) {
		memset(message, 0, 8);
		message[1] = reply == 0 ? 90 : reply == 2 ? 93 : 91;
		len = 8;
	} else if (protocol == HTTP) {
		int status = reply == 0 ? 200 : reply == 2 ? 403 : reply == 4 ? 503 : 502;

		len = (size_t)snprintf(message, sizeof(message),
		    "HTTP/1.1 %d So\r\nVia: slowsocks\r\n\r\n", status);
	}
	memcpy(message + len, more, strlen(more));
	answer(fd, message, len + strlen(more));
}

#define OK	SIZE_MAX	/* as a length: the bytes, a text, come behind a success */

/* What is no host: by name, or by the last part of its address. */
static const struct {
	const char	*name;
	const char	*bytes;
	size_t		 len;
	void		(*then)(int fd);
} parts[] = {
	{ "", NULL, 0, NULL },
	{ "echo", NULL, OK, echo },		/* 1 */
	{ "hang", NULL, 0, linger },		/* 2 */
	{ "drop", NULL, 0, NULL },		/* 3 */
	{ "junk", "HTTP/1.0 400\r\n", 14, linger },	/* 4 */
	{ "half", "\5\0\0\1", 4, NULL },	/* 5 */
	{ "banner", "welcome\n", OK, echo },	/* 6 */
};

/* Plays the part that the host is the name of: false, if it is none. */
static bool
play(int fd, const char *host)
{
	char name[16] = "";
	unsigned n = 0;

	if (sscanf(host, "198.51.100.%u", &n) != 1 && sscanf(host, "2001:db8::%u", &n) != 1 &&
	    sscanf(host, "%15[a-z].", name) == 1)
		for (n = sizeof(parts) / sizeof(parts[0]) - 1; n > 0; n--)
			if (strcmp(parts[n].name, name) == 0)
				break;
	if (n == 0 || n >= sizeof(parts) / sizeof(parts[0]))
		return false;
	if (parts[n].len == OK)
		answer_reply(fd, 0, parts[n].bytes != NULL ? parts[n].bytes : "");
	else if (parts[n].len > 0)
		answer(fd, parts[n].bytes, parts[n].len);
	if (parts[n].then != NULL)
		parts[n].then(fd);
	return true;
}

/* The reply that the host asks for; 0: connect. */
static int
wanted_reply(const char *host)
{
	int n = 0;

	return sscanf(host, "fail%d.", &n) == 1 || sscanf(host, "192.0.2.%d", &n) == 1 ? n : 0;
}

static void *
serve(void *arg)
{
	int fd = (int)(intptr_t)arg, to = -1, type, reply, one = 1;
	char user[256] = "", host[256];
	uint16_t port;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	type = protocol == SOCKS5 ? take_socks5(fd, user, host, &port) :
	    protocol == SOCKS4 ? take_socks4(fd, user, host, &port) : take_http(fd, host, &port);
	if (type < 0) {
		fprintf(request_log, "malformed\n");
		goto out;
	}
	if (faulty(fd, "request"))
		goto out;
	fprintf(request_log, "connect %d %s %u as %s\n", type, host, ntohs(port), user);
	if (play(fd, host))
		goto out;
	reply = wanted_reply(host);
	if (reply == 0 && (to = loopback(port)) < 0)
		reply = errno == ECONNREFUSED ? 5 : 1;
	answer_reply(fd, reply, "");
	if (to >= 0)
		relay(fd, to);
	else
		linger(fd);
out:
	close(fd);
	if (to >= 0)
		close(to);
	return NULL;
}

static int
open_listener(bool six)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr *address = six ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	socklen_t len = six ? sizeof(in6) : sizeof(in);
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool full = strcmp(fault, "full") == 0;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, address, len) < 0 || getsockname(fd, address, &len) < 0 ||
	    (strcmp(fault, "refuse") != 0 && listen(fd, full ? 0 : 4096) < 0)) {
		perror("slowsocks");
		exit(1);
	}
	/* What the backlog takes, so that nobody else's connection comes in. */
	for (int i = 0; full && i < 4; i++)
		connect(socket(in.sin_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
		    address, len);
	printf("%u\n", ntohs(six ? in6.sin6_port : in.sin_port));
	fflush(stdout);
	return fd;
}

/* With no more room in its backlog than a client fills soon: '@' first for an abstract name. */
static int
open_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(un.sun_path, path, len < sizeof(un.sun_path) ? len : sizeof(un.sun_path) - 1);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	else
		len++;
	if (fd < 0 || len > sizeof(un.sun_path) || bind(fd, (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0 || listen(fd, 4) < 0) {
		perror("slowsocks");
		exit(1);
	}
	printf("0\n");
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	const char *path = NULL;
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN }, { .events = POLLIN } };
	pthread_attr_t attributes;
	bool six = false;
	int c;

	request_log = stderr;
	while ((c = getopt(argc, argv, "d:s6p:P:u:l:x:")) != -1) {
		if (c == 'd')
			delay_ms = atoi(optarg);
		else if (c == 's')
			split = true;
		else if (c == '6')
			six = true;
		else if (c == 'p')
			path = optarg;
		else if (c == 'P')
			protocol = strcmp(optarg, "4") == 0 ? SOCKS4 : HTTP;
		else if (c == 'u')
			credentials = optarg;
		else if (c == 'x')
			fault = optarg;
		else if (c == 'l')
			request_log = fopen(optarg, "a");
		else
			return 2;
	}
	setvbuf(request_log, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	p[1].fd = path != NULL ? open_unix(path) : open_listener(six);
	/* Nobody is to be accepted there. */
	if (strcmp(fault, "refuse") == 0 || strcmp(fault, "full") == 0)
		p[1].fd = -1;
	while (poll(p, 2, -1) >= 0 && p[0].revents == 0) {
		pthread_t thread;
		int fd = accept(p[1].fd, NULL, NULL);

		if (fd >= 0 && pthread_create(&thread, &attributes, serve,
		    (void *)(intptr_t)fd) != 0)
			close(fd);
	}
	return 0;
}
