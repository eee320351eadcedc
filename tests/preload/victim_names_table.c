/* SPDX-License-Identifier: ISC */
/*
 * Prints what the resolver's functions say to every call of a table, a line each,
 * for names of the hosts file and numeric ones. With the library preloaded it must
 * be the same, word for word, as without. Left out is what the C library does not
 * answer and the library does: "0x7f.1" by gethostbyname(3), and the name of an
 * IPv4-mapped address; and that the C library gives ::1 as 127.0.0.1 too.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const nodes[] = {
	NULL, "", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "192.0.2.1", "1.2.3",
	"::1", "::", "0.0.0.0", "::ffff:192.0.2.1", "2001:db8::1", "fe80::1", "fe80::1%lo",
	"fe80::1%1", "fe80::1%nonesuch", "2001:db8::1%lo", "both.test", "BOTH.test", "four.test",
	"six.test", "short4", "many.test", "localhost",
};
static const char *const services[] = {
	NULL, "80", "http", "domain", "tftp", "0", "65535", "65536", "-1", "nonesuch", "", " 80",
};
static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX, 99 };
static const int flags[] = {
	0, AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_V4MAPPED,
	AI_V4MAPPED | AI_ALL, AI_ALL, AI_ADDRCONFIG, AI_ADDRCONFIG | AI_V4MAPPED, AI_IDN,
	AI_CANONNAME | AI_CANONIDN, AI_IDN | AI_CANONNAME | AI_CANONIDN, AI_CANONNAME | AI_PASSIVE,
	AI_CANONNAME | AI_NUMERICHOST, 1 << 30,
};
static const int types[] = { 0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, 77 };
static const int protocols[] = { 0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, 200 };

static void
print_address(const struct addrinfo *a)
{
	char host[NI_MAXHOST] = "?", service[NI_MAXSERV] = "?";

	getnameinfo(a->ai_addr, a->ai_addrlen, host, sizeof(host), service, sizeof(service),
	    NI_NUMERICHOST | NI_NUMERICSERV);
	printf(" [%d %d %d %x %u %d %s %s %s]", a->ai_family, a->ai_socktype, a->ai_protocol,
	    (unsigned)a->ai_flags, a->ai_addrlen, a->ai_addr->sa_family, host, service,
	    a->ai_canonname != NULL ? a->ai_canonname : "-");
}

static void
look_up(const char *node, const char *service, const struct addrinfo *hints)
{
	struct addrinfo *res = NULL;
	int rc = getaddrinfo(node, service, hints, &res);

	printf("getaddrinfo %s %s", node != NULL ? node : "NULL",
	    service != NULL ? service : "NULL");
	if (hints != NULL)
		printf(" %d %d %d %x", hints->ai_family, hints->ai_socktype, hints->ai_protocol,
		    (unsigned)hints->ai_flags);
	printf(": %d", rc);
	for (struct addrinfo *a = rc == 0 ? res : NULL; a != NULL; a = a->ai_next)
		print_address(a);
	putchar('\n');
	if (rc == 0)
		freeaddrinfo(res);
}

static void
addresses(const char *node)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };

	for (size_t i = 0; i < COUNT(families); i++) {
		if (families[i] != AF_UNSPEC && node != NULL && strcmp(node, "localhost") == 0)
			continue;
		for (size_t j = 0; j < COUNT(flags); j++) {
			hints.ai_family = families[i];
			hints.ai_flags = flags[j];
			look_up(node, "80", &hints);
			look_up(node, NULL, &hints);
		}
	}
}

static void
services_of(const char *node)
{
	struct addrinfo hints = { 0 };

	for (size_t i = 0; i < COUNT(services); i++) {
		look_up(node, services[i], NULL);
		for (size_t j = 0; j < COUNT(types); j++) {
			for (size_t k = 0; k < COUNT(protocols); k++) {
				hints.ai_socktype = types[j];
				hints.ai_protocol = protocols[k];
				look_up(node, services[i], &hints);
			}
		}
	}
}

static void
print_host(const struct hostent *h)
{
	char text[INET6_ADDRSTRLEN];

	if (h == NULL) {
		printf(" none %d\n", h_errno);
		return;
	}
	printf(" %s %d %d", h->h_name, h->h_addrtype, h->h_length);
	for (char **a = h->h_addr_list; *a != NULL; a++)
		printf(" %s", inet_ntop(h->h_addrtype, *a, text, sizeof(text)));
	for (char **a = h->h_aliases; *a != NULL; a++)
		printf(" (%s)", *a);
	putchar('\n');
}

static void
reentrant(const char *name, int family, size_t size)
{
	static char buf[4096];
	struct hostent entry, *result = NULL;
	int error = 0, rc = gethostbyname2_r(name, family, &entry, buf, size, &result, &error);

	printf("gethostbyname2_r %s %d %zu: %d", name, family, size, rc);
	if (rc == 0 && result == NULL)
		printf(" error %d", error);
	h_errno = 0;
	print_host(result);
}

static void
hosts(const char *name)
{
	printf("gethostbyname %s:", name);
	print_host(gethostbyname(name));
	for (int i = 0; i < 2; i++) {
		int family = i == 0 ? AF_INET : AF_INET6;

		printf("gethostbyname2 %s %d:", name, family);
		print_host(gethostbyname2(name, family));
		if (gethostbyname2(name, family) != NULL)
			reentrant(name, family, sizeof(int));
		reentrant(name, family, 4096);
	}
}

static void
reverse(const char *text, int family)
{
	static const int wishes[] = {
		0, NI_NUMERICHOST, NI_NUMERICSERV, NI_NAMEREQD, NI_DGRAM, NI_NOFQDN,
		NI_NUMERICHOST | NI_NUMERICSERV, NI_NAMEREQD | NI_NUMERICHOST, NI_IDN, 1 << 20,
	};
	static const socklen_t sizes[] = { 0, 3, NI_MAXHOST };
	char host[NI_MAXHOST], service[NI_MAXSERV];
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(514) };
	bool four = family == AF_INET;
	struct sockaddr *sa = four ? (struct sockaddr *)&sin : (struct sockaddr *)&sin6;
	socklen_t len = four ? sizeof(sin) : sizeof(sin6);
	void *ip = four ? (void *)&sin.sin_addr : (void *)&sin6.sin6_addr;

	inet_pton(family, text, ip);
	printf("gethostbyaddr %s:", text);
	print_host(gethostbyaddr(ip, four ? 4 : 16, family));
	for (size_t i = 0; i < COUNT(wishes) * COUNT(sizes); i++) {
		int wish = wishes[i / COUNT(sizes)], rc;
		socklen_t size = sizes[i % COUNT(sizes)];

		host[0] = service[0] = '\0';
		rc = getnameinfo(sa, len, host, size, service,
		    sizes[COUNT(sizes) - 1 - i % COUNT(sizes)], wish);
		printf("getnameinfo %s %x %u: %d %s %s\n", text, (unsigned)wish, size, rc,
		    rc == 0 ? host : "-", rc == 0 ? service : "-");
	}
	printf("getnameinfo short: %d\n",
	    getnameinfo(sa, 3, host, sizeof(host), service, sizeof(service), 0));
}

int
main(void)
{
	setbuf(stdout, NULL);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	for (size_t i = 0; i < COUNT(nodes); i++)
		addresses(nodes[i]);
	for (size_t i = 0; i < COUNT(nodes); i += 6)
		services_of(nodes[i]);
	services_of("both.test");
	for (size_t i = 2; i < COUNT(nodes); i++) {
		if (strpbrk(nodes[i], "%x") == NULL && strcmp(nodes[i], "localhost") != 0)
			hosts(nodes[i]);
	}
	reverse("192.0.2.4", AF_INET);
	reverse("192.0.2.99", AF_INET);
	reverse("127.0.0.1", AF_INET);
	reverse("2001:db8::4", AF_INET6);
	reverse("::1", AF_INET6);
	reverse("2001:db8::99", AF_INET6);
	return fflush(stdout) == 0 ? 0 : 1;
}
