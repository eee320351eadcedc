/* SPDX-License-Identifier: ISC */
/*
 * What names the resolver's functions give under the library. The scripts that run
 * it say what proxies, rules and name servers there are.
 */
#define _GNU_SOURCE
#include "tests/preload/victim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS		150
#define NAMES		40	/* that each thread looks up */

static struct addrinfo *
look_up(const char *node, const char *service, int family, int flags)
{
	struct addrinfo hints = {
		.ai_family = family, .ai_flags = flags, .ai_socktype = SOCK_STREAM };
	struct addrinfo *res = NULL;

	CHECK(getaddrinfo(node, service, &hints, &res) == 0);
	return res;
}

static const char *
text_of(const struct addrinfo *a, char *text)
{
	CHECK(getnameinfo(a->ai_addr, a->ai_addrlen, text, NI_MAXHOST, NULL, 0,
	    NI_NUMERICHOST) == 0);
	return text;
}

/* @expected is the start of the one address. */
static void
gives(const char *node, int family, const char *expected)
{
	struct addrinfo *res = look_up(node, "80", family, 0);
	char text[NI_MAXHOST];

	CHECK(strncmp(text_of(res, text), expected, strlen(expected)) == 0);
	CHECK(res->ai_next == NULL);
	freeaddrinfo(res);
}

/* A name that the rules keep local is what the name server says, by every function. */
static void
local(void)
{
	static const char name[] = "inside.corp";
	struct gaicb request = { .ar_name = name, .ar_service = "80" };
	struct gaicb other = { .ar_name = "outside.example", .ar_service = "80" };
	struct gaicb *list[] = { &other, &request };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	char text[NI_MAXHOST], buf[512];
	struct hostent entry, *found = NULL;
	struct in_addr in;
	int error;

	CHECK(inet_pton(AF_INET, "10.99.0.7", &in) == 1);
	gives(name, AF_INET, "10.99.0.7");
	CHECK(memcmp(gethostbyname(name)->h_addr, &in, 4) == 0);
	CHECK(gethostbyname_r(name, &entry, buf, sizeof(buf), &found, &error) == 0);
	CHECK(found == &entry && memcmp(entry.h_addr, &in, 4) == 0);
	CHECK(gethostbyname2(name, AF_INET6) == NULL && h_errno == NO_DATA);
	CHECK(res_search(name, C_IN, T_A, (unsigned char *)buf, sizeof(buf)) > 0);
	CHECK(memmem(buf, sizeof(buf), &in, 4) != NULL);
	CHECK(res_query("mail.corp", C_IN, T_MX, (unsigned char *)buf, sizeof(buf)) > 0);
	CHECK(getaddrinfo_a(GAI_NOWAIT, list, 2, NULL) == 0);
	CHECK(gai_error(&other) == 0);
	while (gai_error(&request) == EAI_INPROGRESS)
		gai_suspend((const struct gaicb *const *)&list[1], 1, NULL);
	CHECK(gai_error(&request) == 0);
	CHECK(strcmp(text_of(request.ar_result, text), "10.99.0.7") == 0);
	CHECK(strncmp(text_of(other.ar_result, text), "198.18.", 7) == 0);
	freeaddrinfo(request.ar_result);
	freeaddrinfo(other.ar_result);
	CHECK(getaddrinfo_a(GAI_WAIT, list, 2, NULL) == 0);
	CHECK(gai_error(&request) == 0 && gai_error(&other) == 0);
	freeaddrinfo(request.ar_result);
	freeaddrinfo(other.ar_result);
	/* Its address is direct from now on, and has the name that the name server knows. */
	sin.sin_addr = in;
	CHECK(getnameinfo((struct sockaddr *)&sin, sizeof(sin), text, sizeof(text), NULL, 0,
	    NI_NAMEREQD) == 0);
	CHECK(strcmp(text, name) == 0);
	/* Nobody is asked for the name of an address that goes through the proxy. */
	CHECK(inet_pton(AF_INET, "10.98.0.7", &in) == 1);
	sin.sin_addr = in;
	CHECK(getnameinfo((struct sockaddr *)&sin, sizeof(sin), text, sizeof(text), NULL, 0,
	    NI_NAMEREQD) == EAI_NONAME);
	CHECK(gethostbyaddr(&in, 4, AF_INET) == NULL && h_errno == HOST_NOT_FOUND);
}

/* Nobody listens there: the test sees who was asked for it. */
static void
dial(const char *address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(inet_pton(AF_INET, address, &sin.sin_addr) == 1);
	CHECK(connect(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 && errno == ECONNREFUSED);
	close(fd);
}

/*
 * Who has the address of a direct name is connected directly, whichever function told
 * it: the proxy sees each address once, from before.
 */
static void
direct_names(void)
{
	struct gaicb request = { .ar_name = "four.corp" }, *list[] = { &request };
	struct hostent entry, *found = NULL;
	char buf[512];
	int error;

	dial("10.99.0.11");
	gives("one.corp", AF_INET, "10.99.0.11");
	dial("10.99.0.11");
	dial("10.99.0.12");
	CHECK(gethostbyname("two.corp") != NULL);
	dial("10.99.0.12");
	dial("10.99.0.13");
	CHECK(gethostbyname_r("three.corp", &entry, buf, sizeof(buf), &found, &error) == 0);
	dial("10.99.0.13");
	dial("10.99.0.14");
	CHECK(getaddrinfo_a(GAI_WAIT, list, 1, NULL) == 0 && gai_error(&request) == 0);
	dial("10.99.0.14");
	freeaddrinfo(request.ar_result);
}

/* A number is no name, and says nothing that would make it direct. */
static void
direct_numbers(void)
{
	gives("10.99.0.15", AF_INET, "10.99.0.15");
	CHECK(gethostbyname("10.99.0.15") != NULL);
	dial("10.99.0.15");
}

/* All names are: nothing is reserved. */
static void
resolved(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	char text[NI_MAXHOST];

	gives("inside.corp", AF_INET, "10.99.0.7");
	gives("outside.example", AF_INET, "203.0.113.9");
	CHECK(inet_pton(AF_INET, "203.0.113.9", &sin.sin_addr) == 1);
	CHECK(getnameinfo((struct sockaddr *)&sin, sizeof(sin), text, sizeof(text), NULL, 0,
	    NI_NAMEREQD) == 0);
	CHECK(strcmp(text, "outside.example") == 0);
}

static void
ranges(void)
{
	gives("a.example", AF_UNSPEC, "10.64.0.");
	gives("a.example", AF_INET, "10.64.0.");
	gives("a.example", AF_INET6, "2001:db8:77::");
}

static void
only_six(void)
{
	gives("a.example", AF_UNSPEC, "2001:db8:77::");
	gives("a.example", AF_INET, "198.18.0.");
}

/* A range of 256 addresses is full after 254 names. */
static void
full(void)
{
	struct addrinfo *res;
	char name[32];
	int rc = 0, n = 0;

	while (rc == 0 && n < 1000) {
		snprintf(name, sizeof(name), "name-%d.example", n++);
		rc = getaddrinfo(name, "80", NULL, &res);
		if (rc == 0)
			freeaddrinfo(res);
	}
	CHECK(rc == EAI_AGAIN && n == 255);
	CHECK(gethostbyname("another.example") == NULL && h_errno == TRY_AGAIN);
}

/* Names go to the proxy as they are: printed for the script, and connected to. */
static void
connect_to(const char *node, int family)
{
	struct addrinfo *res = look_up(node, "7", family, 0);
	int fd = socket(res->ai_family, SOCK_STREAM, 0);

	CHECK(connect(fd, res->ai_addr, res->ai_addrlen) == 0);
	victim_echo(fd);
	close(fd);
	freeaddrinfo(res);
}

static void
spelling(void)
{
	char longest[256], name[300];

	memset(longest, 'x', sizeof(longest));
	longest[250] = '\0';
	snprintf(name, sizeof(name), "echo.%s", longest);
	CHECK(strlen(name) == 255);
	connect_to(name, AF_UNSPEC);
	connect_to("echo", AF_UNSPEC);
	connect_to("echo.a_b-c", AF_UNSPEC);
	connect_to("echo.trailing.", AF_UNSPEC);
	connect_to("echo.UPPER.example", AF_UNSPEC);
	connect_to("echo.xn--bcher-kva.example", AF_UNSPEC);
	connect_to("echo.b\xc3\xbc" "cher.example", AF_UNSPEC);
	connect_to("echo.a\\b\"c", AF_UNSPEC);
}

static void
six(void)
{
	struct addrinfo *res = look_up("echo.six.example", "7", AF_INET6, 0);
	struct sockaddr_in6 peer;
	socklen_t len = sizeof(peer);
	int fd = socket(AF_INET6, SOCK_STREAM, 0), one = 1;

	CHECK(connect(fd, res->ai_addr, res->ai_addrlen) == 0);
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &len) == 0);
	CHECK(memcmp(&peer.sin6_addr, &((struct sockaddr_in6 *)(void *)res->ai_addr)->sin6_addr,
	    16) == 0);
	victim_echo(fd);
	close(fd);
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) == 0);
	CHECK(connect(fd, res->ai_addr, res->ai_addrlen) == -1 && errno == EINPROGRESS);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
	close(fd);
	freeaddrinfo(res);
	/* The mapped form of an IPv4 one. */
	res = look_up("echo.mapped.example", "7", AF_INET6, AI_V4MAPPED | AI_ALL);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	CHECK(connect(fd, res->ai_addr, res->ai_addrlen) == 0);
	victim_echo(fd);
	close(fd);
	freeaddrinfo(res);
}

static void
idn(void)
{
	struct addrinfo *res;
	char host[NI_MAXHOST];

	CHECK(setlocale(LC_ALL, "") != NULL);
	res = look_up("B\xc3\x9c" "CHER.example", "80", AF_INET, AI_IDN | AI_CANONNAME);
	CHECK(strcmp(res->ai_canonname, "xn--bcher-kva.example") == 0);
	CHECK(getnameinfo(res->ai_addr, res->ai_addrlen, host, sizeof(host), NULL, 0, 0) == 0);
	CHECK(strcmp(host, "xn--bcher-kva.example") == 0);
	freeaddrinfo(res);
	res = look_up("b\xc3\xbc" "cher.example", "80", AF_INET,
	    AI_IDN | AI_CANONNAME | AI_CANONIDN);
	CHECK(strcmp(res->ai_canonname, "b\xc3\xbc" "cher.example") == 0);
	freeaddrinfo(res);
}

static void *
look_many_up(void *arg)
{
	unsigned seed = (unsigned)(size_t)arg;
	char name[64], back[NI_MAXHOST], buf[512];
	struct hostent entry, *found;
	int error;

	for (unsigned i = 0; i < NAMES; i++) {
		struct addrinfo *res;

		/* Half of the names are other threads' too. */
		snprintf(name, sizeof(name), "name-%u.example", i % 2 ? i : seed * NAMES + i);
		res = look_up(name, "443", i % 3 ? AF_UNSPEC : AF_INET6, 0);
		CHECK(getnameinfo(res->ai_addr, res->ai_addrlen, back, sizeof(back), NULL, 0,
		    NI_NAMEREQD) == 0);
		CHECK(strcmp(name, back) == 0);
		freeaddrinfo(res);
		CHECK(gethostbyname_r(name, &entry, buf, sizeof(buf), &found, &error) == 0);
		CHECK(found != NULL && strcmp(found->h_name, name) == 0);
	}
	return NULL;
}

static void
threads(void)
{
	pthread_t ids[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&ids[i], NULL, look_many_up, (void *)(i + 1)) == 0);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_join(ids[i], NULL) == 0);
}

/* rcmd(3) and its kin neither connect nor ask a name server. */
static void
remote_commands(void)
{
	char name[] = "outside.example", address[] = "203.0.113.9", here[] = "127.0.0.1";
	char *host = name;
	uint32_t ip = htonl(0xcb007109);

	CHECK(rcmd(&host, htons(514), "a", "b", "true", NULL) == -1 && errno == ENETUNREACH);
	CHECK(rcmd_af(&host, htons(514), "a", "b", "true", NULL, AF_INET6) == -1 &&
	    errno == ENETUNREACH);
	CHECK(rexec(&host, htons(512), "a", "b", "true", NULL) == -1 && errno == ENETUNREACH);
	host = address;
	CHECK(rexec_af(&host, htons(512), "a", "b", "true", NULL, AF_INET) == -1 &&
	    errno == ENETUNREACH);
	CHECK(ruserok(name, 0, "a", "b") == -1 && errno == ENETUNREACH);
	CHECK(ruserok_af(name, 0, "a", "b", AF_INET) == -1 && errno == ENETUNREACH);
	CHECK(iruserok(ip, 0, "a", "b") == -1 && errno == ENETUNREACH);
	CHECK(iruserok_af(&ip, 0, "a", "b", AF_INET) == -1 && errno == ENETUNREACH);
	/* This host may be looked up, though not trusted. */
	errno = 0;
	CHECK(ruserok(here, 0, "nobody-at-all", "nobody") == -1 && errno != ENETUNREACH);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "local", local },
		{ "direct_names", direct_names },
		{ "direct_numbers", direct_numbers },
		{ "resolved", resolved },
		{ "ranges", ranges },
		{ "only_six", only_six },
		{ "full", full },
		{ "spelling", spelling },
		{ "six", six },
		{ "idn", idn },
		{ "threads", threads },
		{ "remote_commands", remote_commands },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
