/* SPDX-License-Identifier: ISC */
/* The resolver's functions as programs call them, with a proxy and no name server asked. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "libsocksify/settings_load.h"

#define NAME "web.example"

static int
setup(void **unused)
{
	bool failed;

	(void)unused;
	clearenv();
	setenv("SOCKS5_SERVER", "192.0.2.9:1080", 1);
	return settings_load(&failed) == NULL || failed;
}

static int
look_up(const char *node, const char *service, int family, int flags, struct addrinfo **res)
{
	struct addrinfo hints = {
		.ai_family = family, .ai_flags = flags, .ai_socktype = SOCK_STREAM };

	return getaddrinfo(node, service, &hints, res);
}

/* The one address that the look-up gives, as text. */
static void
assert_gives(const char *node, int family, int flags, const char *address)
{
	char text[NI_MAXHOST];
	struct addrinfo *res;

	assert_int_equal(look_up(node, "80", family, flags, &res), 0);
	assert_null(res->ai_next);
	assert_int_equal(getnameinfo(res->ai_addr, res->ai_addrlen, text, sizeof(text), NULL, 0,
	    NI_NUMERICHOST), 0);
	assert_string_equal(text, address);
	freeaddrinfo(res);
}

static void
assert_fails(const char *node, const char *service, int family, int flags, int error)
{
	struct addrinfo *res;

	assert_int_equal(look_up(node, service, family, flags, &res), error);
}

static void
test_addresses(void **unused)
{
	(void)unused;
	assert_gives(NAME, AF_UNSPEC, 0, "198.18.0.1");
	assert_gives(NAME, AF_INET, AI_ADDRCONFIG, "198.18.0.1");
	assert_gives("WEB.Example", AF_INET, 0, "198.18.0.1");
	assert_gives(NAME, AF_INET6, 0, "fd28:d2e5:18af:b11d::1");
	assert_gives(NAME, AF_INET6, AI_V4MAPPED | AI_ALL, "fd28:d2e5:18af:b11d::1");
	assert_gives("192.0.2.1", AF_UNSPEC, 0, "192.0.2.1");
	assert_gives("127.1", AF_UNSPEC, 0, "127.0.0.1");
	assert_gives("192.0.2.1", AF_INET6, AI_V4MAPPED, "::ffff:192.0.2.1");
	assert_gives("2001:db8::1", AF_UNSPEC, AI_ADDRCONFIG, "2001:db8::1");
	assert_gives("a.localhost", AF_INET, 0, "127.0.0.1");
	assert_gives("a.localhost", AF_INET6, 0, "::1");
}

static void
test_errors(void **unused)
{
	char longest[300];

	(void)unused;
	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	assert_fails(NAME, "no such service", AF_UNSPEC, 0, EAI_SERVICE);
	assert_fails(NAME, "http", AF_UNSPEC, AI_NUMERICSERV, EAI_NONAME);
	assert_fails(NAME, "80", AF_UNSPEC, AI_NUMERICHOST, EAI_NONAME);
	assert_fails(NAME, "80", 99, 0, EAI_FAMILY);
	assert_fails(NAME, "80", AF_UNSPEC, 1 << 30, EAI_BADFLAGS);
	assert_fails(NULL, NULL, AF_UNSPEC, 0, EAI_NONAME);
	assert_fails("", "80", AF_UNSPEC, 0, EAI_NONAME);
	assert_fails("a b", "80", AF_UNSPEC, 0, EAI_NONAME);
	assert_fails("2001:db8::zz", "80", AF_UNSPEC, 0, EAI_NONAME);
	assert_fails("fe80::1%no-such-interface", "80", AF_UNSPEC, 0, EAI_NONAME);
	assert_fails(longest, "80", AF_UNSPEC, 0, EAI_NONAME);
	assert_fails("192.0.2.1", "80", AF_INET6, 0, EAI_ADDRFAMILY);
}

static void
test_list(void **unused)
{
	struct addrinfo *res;
	unsigned n = 0;

	(void)unused;
	assert_int_equal(getaddrinfo(NAME, "http", NULL, &res), 0);
	for (struct addrinfo *a = res; a != NULL; a = a->ai_next) {
		assert_int_equal(a->ai_family, AF_INET);
		assert_int_equal(((struct sockaddr_in *)(void *)a->ai_addr)->sin_port, htons(80));
		n++;
	}
	assert_true(n >= 1);
	freeaddrinfo(res);
	assert_int_equal(look_up(NAME, NULL, AF_UNSPEC, AI_CANONNAME, &res), 0);
	assert_string_equal(res->ai_canonname, NAME);
	freeaddrinfo(res);
	assert_int_equal(look_up("b.localhost", "80", AF_UNSPEC, AI_CANONNAME, &res), 0);
	assert_string_equal(res->ai_canonname, "b.localhost");
	assert_non_null(res->ai_next);
	assert_null(res->ai_next->ai_canonname);
	freeaddrinfo(res);
	assert_int_equal(look_up(NULL, "80", AF_INET, AI_PASSIVE, &res), 0);
	freeaddrinfo(res);
}

static int
name_of(const char *address, int flags, char *host, socklen_t size)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(80) };
	char service[NI_MAXSERV];

	assert_int_equal(inet_pton(AF_INET, address, &sin.sin_addr), 1);
	return getnameinfo((struct sockaddr *)&sin, sizeof(sin), host, size, service,
	    sizeof(service), flags);
}

static void
test_getnameinfo(void **unused)
{
	char host[NI_MAXHOST];

	(void)unused;
	assert_gives(NAME, AF_UNSPEC, 0, "198.18.0.1");
	assert_int_equal(name_of("198.18.0.1", 0, host, sizeof(host)), 0);
	assert_string_equal(host, NAME);
	assert_int_equal(name_of("198.18.0.1", NI_NUMERICHOST, host, sizeof(host)), 0);
	assert_string_equal(host, "198.18.0.1");
	assert_int_equal(name_of("198.18.0.1", 0, host, 5), EAI_OVERFLOW);
	assert_int_equal(name_of("192.0.2.1", 0, host, sizeof(host)), 0);
	assert_string_equal(host, "192.0.2.1");
	assert_int_equal(name_of("192.0.2.1", NI_NAMEREQD, host, sizeof(host)), EAI_NONAME);
}

static void
assert_host(const struct hostent *h, const char *name, int family, const char *address)
{
	char text[INET6_ADDRSTRLEN];

	assert_non_null(h);
	assert_string_equal(h->h_name, name);
	assert_int_equal(h->h_addrtype, family);
	assert_non_null(h->h_addr_list[0]);
	assert_null(h->h_addr_list[1]);
	assert_null(h->h_aliases[0]);
	assert_string_equal(inet_ntop(family, h->h_addr_list[0], text, sizeof(text)), address);
}

static void
test_gethostby(void **unused)
{
	struct in6_addr in6;
	struct in_addr in;

	(void)unused;
	assert_host(gethostbyname(NAME), NAME, AF_INET, "198.18.0.1");
	assert_host(gethostbyname2(NAME, AF_INET6), NAME, AF_INET6, "fd28:d2e5:18af:b11d::1");
	assert_host(gethostbyname("192.0.2.1"), "192.0.2.1", AF_INET, "192.0.2.1");
	assert_host(gethostbyname2("::2", AF_INET6), "::2", AF_INET6, "::2");
	assert_null(gethostbyname2("192.0.2.1", AF_INET6));
	assert_int_equal(h_errno, HOST_NOT_FOUND);
	assert_null(gethostbyname("a b"));
	assert_int_equal(h_errno, HOST_NOT_FOUND);
	inet_pton(AF_INET, "198.18.0.1", &in);
	assert_host(gethostbyaddr(&in, sizeof(in), AF_INET), NAME, AF_INET, "198.18.0.1");
	inet_pton(AF_INET, "192.0.2.1", &in);
	assert_null(gethostbyaddr(&in, sizeof(in), AF_INET));
	assert_int_equal(h_errno, HOST_NOT_FOUND);
	assert_int_equal(inet_pton(AF_INET6, "::ffff:198.18.0.1", &in6), 1);
	assert_host(gethostbyaddr(&in6, sizeof(in6), AF_INET6), NAME, AF_INET6,
	    "::ffff:198.18.0.1");
	assert_host(gethostbyname("0x7f.1"), "0x7f.1", AF_INET, "127.0.0.1");
	assert_null(gethostbyname2(NAME, AF_UNSPEC));
	assert_int_equal(h_errno, NETDB_INTERNAL);
	assert_null(gethostbyaddr(&in, 3, AF_INET));
	assert_int_equal(h_errno, NETDB_INTERNAL);
}

/* Every buffer, however small or crooked, gives ERANGE or the whole answer. */
static void
test_reentrant_forms(void **unused)
{
	struct hostent entry, *result;
	char buf[256];
	int error;

	(void)unused;
	for (size_t size = 0; size < 200; size++) {
		char *start = buf + size % 8;
		int rc = gethostbyname_r(NAME, &entry, start, size, &result, &error);

		memset(start + size, 0x5a, sizeof(buf) - size - size % 8);
		if (rc == ERANGE) {
			assert_null(result);
			assert_int_equal(error, NETDB_INTERNAL);
			continue;
		}
		assert_int_equal(rc, 0);
		assert_true(size > strlen(NAME) + 4);
		assert_host(result, NAME, AF_INET, "198.18.0.1");
	}
	assert_int_equal(gethostbyname2_r("a b", AF_INET, &entry, buf, sizeof(buf), &result,
	    &error), 0);
	assert_null(result);
	assert_int_equal(error, HOST_NOT_FOUND);
}

static void
test_asynchronous(void **unused)
{
	struct gaicb good = { .ar_name = NAME, .ar_service = "80" };
	struct gaicb bad = { .ar_name = "a b" };
	struct gaicb *list[] = { &good, NULL, &bad };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	const struct timespec deadline = { 5, 0 };
	siginfo_t info;
	sigset_t set;

	(void)unused;
	event.sigev_value.sival_int = 7;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(getaddrinfo_a(GAI_NOWAIT, list, ARRAY_SIZE(list), &event), 0);
	assert_int_equal(sigtimedwait(&set, &info, &deadline), SIGUSR1);
	assert_int_equal(info.si_value.sival_int, 7);
	assert_int_equal(gai_error(&good), 0);
	assert_int_equal(gai_error(&bad), EAI_NONAME);
	assert_int_equal(good.ar_result->ai_family, AF_INET);
	assert_int_equal(gai_suspend((const struct gaicb *const *)list, 1, NULL), EAI_ALLDONE);
	freeaddrinfo(good.ar_result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_getnameinfo),
		cmocka_unit_test(test_gethostby),
		cmocka_unit_test(test_reentrant_forms),
		cmocka_unit_test(test_asynchronous),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
