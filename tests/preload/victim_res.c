/* SPDX-License-Identifier: ISC */
/* res_query(3) and its kin under the library, with a name server behind the proxy or without. */
#define _GNU_SOURCE
#include "tests/preload/victim.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define TYPE_SSHFP	44
#define TYPE_HTTPS	65

static unsigned char answer[4096];

/* The data of the answer's one record of @type: how long it is, and a copy of it. */
static int
record(int len, int type, unsigned char *data)
{
	ns_msg m;
	ns_rr rr;

	CHECK(ns_initparse(answer, len, &m) == 0);
	CHECK(ns_msg_getflag(m, ns_f_qr) == 1 && ns_msg_getflag(m, ns_f_rcode) == 0);
	CHECK(ns_msg_count(m, ns_s_qd) == 1 && ns_msg_count(m, ns_s_an) == 1);
	CHECK(ns_parserr(&m, ns_s_an, 0, &rr) == 0);
	CHECK((int)ns_rr_type(rr) == type && ns_rr_class(rr) == ns_c_in);
	memcpy(data, ns_rr_rdata(rr), ns_rr_rdlen(rr));
	return ns_rr_rdlen(rr);
}

static void
fails(int rc, int herror)
{
	CHECK(rc == -1 && h_errno == herror);
}

static void
addresses(void)
{
	unsigned char data[256], *ip;
	struct hostent *h = gethostbyname("web.example");
	int n = res_query("web.example", C_IN, T_A, answer, sizeof(answer));

	CHECK(n > 0 && record(n, T_A, data) == 4);
	CHECK(h != NULL && memcmp(data, h->h_addr, 4) == 0);
	n = res_search("WEB.example.", C_IN, T_A, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_A, data) == 4 && memcmp(data, h->h_addr, 4) == 0);
	n = res_querydomain("web", "example", C_IN, T_A, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_A, data) == 4 && memcmp(data, h->h_addr, 4) == 0);
	n = res_query("web.example", C_IN, T_AAAA, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_AAAA, data) == 16 && data[0] == 0xfd);
	h = gethostbyname2("web.example", AF_INET6);
	CHECK(h != NULL && memcmp(data, h->h_addr, 16) == 0);
	n = res_query("in-hosts.test", C_IN, T_A, answer, sizeof(answer));
	ip = (unsigned char[]){ 192, 0, 2, 4 };
	CHECK(n > 0 && record(n, T_A, data) == 4 && memcmp(data, ip, 4) == 0);
	fails(res_query("in-hosts.test", C_IN, T_AAAA, answer, sizeof(answer)), NO_DATA);
	fails(res_query("a b", C_IN, T_A, answer, sizeof(answer)), HOST_NOT_FOUND);
	fails(res_query("a..b", C_IN, T_A, answer, sizeof(answer)), NO_RECOVERY);
}

static void
pointers(void)
{
	struct hostent *h = gethostbyname("web.example");
	const unsigned char *ip;
	unsigned char data[256];
	char name[NS_MAXDNAME];
	int n;

	CHECK(h != NULL);
	ip = (const unsigned char *)h->h_addr;
	snprintf(name, sizeof(name), "%d.%d.%d.%d.in-addr.arpa", ip[3], ip[2], ip[1], ip[0]);
	n = res_query(name, C_IN, T_PTR, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_PTR, data) == sizeof("\3web\7example"));
	CHECK(memcmp(data, "\3web\7example", sizeof("\3web\7example")) == 0);
	fails(res_query("255.255.19.198.in-addr.arpa", C_IN, T_PTR, answer, sizeof(answer)),
	    HOST_NOT_FOUND);
	n = res_query("4.2.0.192.in-addr.arpa", C_IN, T_PTR, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_PTR, data) > 0);
}

/* The whole length is told, and no byte behind the buffer's end is written. */
static void
truncated(void)
{
	unsigned char copy[sizeof(answer)];
	int whole = res_query("web.example", C_IN, T_A, answer, sizeof(answer));

	CHECK(whole > NS_HFIXEDSZ);
	for (int size = NS_HFIXEDSZ; size <= whole; size++) {
		memset(copy, 0x5a, sizeof(copy));
		CHECK(res_query("web.example", C_IN, T_A, copy, size) == whole);
		CHECK(memcmp(copy + 2, answer + 2, (size_t)size - 2) == 0);
		CHECK(copy[size] == 0x5a);
	}
	CHECK(res_query("web.example", C_IN, T_A, copy, 0) == -1);
}

/* With a state of the caller's, and a message of the caller's. */
static void
states(void)
{
	struct __res_state state = { 0 };
	unsigned char query[512], data[256];
	int n;

	CHECK(res_ninit(&state) == 0);
	n = res_nquery(&state, "web.example", C_IN, T_A, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_A, data) == 4);
	n = res_nsearch(&state, "web.example", C_IN, T_A, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_A, data) == 4);
	n = res_nquerydomain(&state, "web.example", NULL, C_IN, T_A, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_A, data) == 4);
	fails(res_nquery(&state, "a b", C_IN, T_A, answer, sizeof(answer)), HOST_NOT_FOUND);
	CHECK(state.res_h_errno == HOST_NOT_FOUND);
	n = res_nmkquery(&state, ns_o_query, "web.example", C_IN, T_A, NULL, 0, NULL, query,
	    sizeof(query));
	CHECK(n > 0);
	n = res_nsend(&state, query, n, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_A, data) == 4 && memcmp(answer, query, 2) == 0);
	n = res_mkquery(ns_o_query, "web.example", C_IN, T_AAAA, NULL, 0, NULL, query,
	    sizeof(query));
	n = res_send(query, n, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_AAAA, data) == 16 && memcmp(answer, query, 2) == 0);
	errno = 0;
	query[5] = 2;
	CHECK(res_send(query, n, answer, sizeof(answer)) == -1 && errno == EINVAL);
	res_nclose(&state);
}

#if defined(__x86_64__)
__asm__(".symver old_query, __res_query@GLIBC_2.2.5");
int	old_query(const char *name, int class, int type, unsigned char *to, int size);
#endif

/* Programs that were linked before 2.34 ask for it by another name and version. */
static void
old_names(void)
{
#if defined(__x86_64__)
	unsigned char data[256];
	int n = old_query("web.example", C_IN, T_A, answer, sizeof(answer));

	CHECK(n > 0 && record(n, T_A, data) == 4 && data[0] == 198 && data[1] == 18);
#endif
}

/* What only a name server knows, and one is configured. */
static void
server(void)
{
	unsigned char data[256], small[NS_HFIXEDSZ];
	int n = res_query("mail.example", C_IN, T_MX, answer, sizeof(answer));

	CHECK(n > 0 && record(n, T_MX, data) > 3 && data[1] == 10);
	CHECK(res_query("mail.example", C_IN, T_MX, small, sizeof(small)) == n);
	n = res_search("_http._tcp.apt.example", C_IN, T_SRV, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_SRV, data) > 6);
	/* Longer than a datagram could be. */
	n = res_query("long.example", C_IN, T_TXT, answer, sizeof(answer));
	CHECK(n > 1200 && n < (int)sizeof(answer));
	fails(res_query("nonesuch.example", C_IN, T_MX, answer, sizeof(answer)), HOST_NOT_FOUND);
	fails(res_query("mail.example", C_IN, T_TXT, answer, sizeof(answer)), NO_DATA);
	fails(res_query("in-hosts.test", C_IN, T_MX, answer, sizeof(answer)), NO_DATA);
	fails(res_query("localhost", C_IN, T_TXT, answer, sizeof(answer)), NO_DATA);
	n = res_query("9.113.0.203.in-addr.arpa", C_IN, T_PTR, answer, sizeof(answer));
	CHECK(n > 0 && record(n, T_PTR, data) > 0);
}

static void
on_alarm(int signal)
{
	(void)signal;
}

/* Signals that interrupt every call end no look-up. */
static void
interrupted(void)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	const struct sigaction act = { .sa_handler = on_alarm };

	alarm(0);
	CHECK(sigaction(SIGALRM, &act, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
	server();
}

/* A server that says nothing is given up in time. */
static void
server_silent(void)
{
	time_t start = time(NULL);

	fails(res_query("mail.example", C_IN, T_MX, answer, sizeof(answer)), TRY_AGAIN);
	CHECK(errno == ETIMEDOUT);
	CHECK(time(NULL) - start >= 9 && time(NULL) - start < 18);
}

static void
tries_in_vain(int error)
{
	static const int types[] = { T_MX, T_SRV, T_TXT, TYPE_SSHFP, TYPE_HTTPS };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		errno = 0;
		fails(res_query("mail.example", C_IN, types[i], answer, sizeof(answer)), TRY_AGAIN);
		CHECK(errno == error);
	}
}

static void
no_server(void)
{
	tries_in_vain(ECONNREFUSED);
}

static void
server_unreachable(void)
{
	tries_in_vain(ENETUNREACH);
}

/* What is no answer to the question. */
static void
server_babbles(void)
{
	errno = 0;
	fails(res_query("mail.example", C_IN, T_MX, answer, sizeof(answer)), TRY_AGAIN);
	CHECK(errno == EPROTO || errno == ECONNRESET);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "addresses", addresses },
		{ "pointers", pointers },
		{ "truncated", truncated },
		{ "states", states },
		{ "old_names", old_names },
		{ "server", server },
		{ "no_server", no_server },
		{ "server_unreachable", server_unreachable },
		{ "server_babbles", server_babbles },
		{ "server_silent", server_silent },
		{ "interrupted", interrupted },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
