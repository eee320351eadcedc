/* SPDX-License-Identifier: ISC */
/*
 * getaddrinfo() and getnameinfo().
 *
 * Theory of operation
 *
 * The C library's own getaddrinfo() does the work that is laborious to do
 * right: it checks the hints, finds the service, makes the list. Unless the rules
 * keep the name local it is only asked for numeric hosts, first for the one that
 * the program gave, then, if that is a name, for each address that the name stands
 * for. So errors and memory are the C library's, freeaddrinfo() needs no hook, and
 * no name server is asked.
 *
 * One reserved address answers for both families, because two would double the
 * work of the proxy and worse: programs with Happy Eyeballs (RFC 8305) open a
 * second connection when a proxy needs more than a fraction of a second, and some
 * give each address no longer than that. IPv4 suits every program that leaves the
 * family open, but one: libcurl, told to use IPv6 alone, asks for both families
 * and drops what is IPv4. It asks for AF_INET whenever it may not or cannot use
 * IPv6, so that an IPv6 address suits it always. That covers git too.
 */
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libsocksify/hook.h"
#include "libsocksify/idn.h"
#include "libsocksify/real.h"
#include "libsocksify/resolve.h"

/* A list under construction. */
struct result {
	struct addrinfo	 *head;
	struct addrinfo	**tail;
};

static int
resolve_eai(int rc)
{
	switch (rc) {
	case -ENOENT:
	case -EINVAL:
		return EAI_NONAME;
	default:
		return EAI_AGAIN;
	}
}

/* What the C library takes for no hints at all. */
static const struct addrinfo no_hints = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };

static int
numeric_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	struct addrinfo numeric = *hints;
	int rc;

	/* All is reached through the proxy, whatever addresses this host has. */
	numeric.ai_flags &= ~AI_ADDRCONFIG;
	numeric.ai_flags |= AI_NUMERICHOST;
	rc = real.getaddrinfo(node, service, &numeric, res);
	/* The C library's say what was asked for. */
	for (struct addrinfo *a = rc == 0 ? *res : NULL; a != NULL; a = a->ai_next)
		a->ai_flags = hints->ai_flags;
	return rc;
}

static int
result_append(struct result *result, const struct endpoint *address, const char *service,
    const struct addrinfo *hints)
{
	char text[ENDPOINT_TEXT_SIZE];
	int rc;

	rc = numeric_getaddrinfo(endpoint_format_ip(address, text), service, hints, result->tail);
	if (rc != 0)
		return rc;
	while (*result->tail != NULL)
		result->tail = &(*result->tail)->ai_next;
	return 0;
}

/* Which of a name's addresses the hints ask for (RFC 3493 section 6.1, AI_V4MAPPED and AI_ALL). */
static bool
is_wanted(const struct endpoint *address, const struct hosts_answer *answer, int family, int flags)
{
	bool has_ip6 = false;

	if (family == AF_UNSPEC || address->family == family)
		return true;
	if (family != AF_INET6 || (flags & AI_V4MAPPED) == 0)
		return false;
	for (unsigned i = 0; i < answer->count; i++)
		has_ip6 |= answer->addresses[i].family == AF_INET6;
	return !has_ip6 || (flags & AI_ALL) != 0;
}

static int
result_set_canonname(struct result *result, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return EAI_MEMORY;
	free(result->head->ai_canonname);
	result->head->ai_canonname = copy;
	return 0;
}

/* The list for a name's addresses. */
static int
result_make(struct result *result, const struct hosts_answer *answer, const char *canonical,
    const char *service, const struct addrinfo *hints)
{
	struct addrinfo plain = *hints;
	int flags = hints->ai_flags;
	int rc = 0;

	/* Only the head of the list carries the name, and only once it is known. */
	plain.ai_flags = (flags & (AI_PASSIVE | AI_NUMERICSERV)) | AI_V4MAPPED;
	for (unsigned i = 0; rc == 0 && i < answer->count; i++) {
		if (is_wanted(&answer->addresses[i], answer, plain.ai_family, flags))
			rc = result_append(result, &answer->addresses[i], service, &plain);
	}
	if (rc == 0 && result->head == NULL)
		rc = EAI_NONAME;
	for (struct addrinfo *a = result->head; rc == 0 && a != NULL; a = a->ai_next)
		a->ai_flags = flags;
	if (rc == 0 && (flags & AI_CANONNAME) != 0)
		rc = result_set_canonname(result, canonical);
	return rc;
}

/* Whether the program's code at @address is libcurl's, under any of the names that it has. */
static bool
is_libcurl(const void *address)
{
	Dl_info info;
	const char *name;

	if (dladdr(address, &info) == 0 || info.dli_fname == NULL)
		return false;
	name = strrchr(info.dli_fname, '/');
	name = name != NULL ? name + 1 : info.dli_fname;
	return strncmp(name, "libcurl", sizeof("libcurl") - 1) == 0;
}

/* @name is what the rules call @node. */
static int
resolver_getaddrinfo(const char *node, const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	int rc = real.getaddrinfo(node, service, hints, res);

	if (rc == 0 && name != NULL)
		resolve_note_list(name, *res);
	return rc;
}

/* For a name that is not numeric. @family is that of a reserved address. */
static int
getaddrinfo_by_name(const char *node, const char *service, const struct addrinfo *hints,
    int family, struct addrinfo **res)
{
	struct hosts_answer answer;
	struct result result = { NULL, &result.head };
	char ascii[HOST_NAME_MAX_LEN + 1];
	const char *name = node;
	int flags = hints->ai_flags;
	int rc = 0;

	if ((flags & AI_IDN) != 0) {
		rc = idn_encode(node, ascii);
		name = ascii;
	}
	if (rc != 0)
		return rc;
	rc = resolve_name(name, family, &answer);
	if (rc == RESOLVE_REAL)
		return resolver_getaddrinfo(node, name, service, hints, res);
	if (rc < 0)
		return resolve_eai(rc);
	/* With AI_CANONIDN the name is wanted as people write it: as it was given. */
	rc = result_make(&result, &answer, (flags & AI_CANONIDN) != 0 &&
	    strcmp(answer.canonical, name) == 0 ? node : answer.canonical, service, hints);
	if (rc == 0)
		*res = result.head;
	else if (result.head != NULL)
		freeaddrinfo(result.head);
	return rc;
}

EXPORT int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	int saved = errno, family, rc;

	if (node == NULL || resolve_is_inert())
		return resolver_getaddrinfo(node, node, service, hints, res);
	if (hints == NULL)
		hints = &no_hints;
	rc = numeric_getaddrinfo(node, service, hints, res);
	if (rc != EAI_NONAME || (hints->ai_flags & AI_NUMERICHOST) != 0)
		return rc;
	errno = saved;
	family = hints->ai_family;
	if (family == AF_UNSPEC && is_libcurl(__builtin_return_address(0)))
		family = AF_INET6;
	return getaddrinfo_by_name(node, service, hints, family, res);
}

/*
 * Of an address that is a name's only the service is left to the C library, with
 * the numeric form, which checks the arguments on the way.
 */
EXPORT int
getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host, socklen_t hostlen,
    char *service, socklen_t servicelen, int flags)
{
	char numeric[NI_MAXHOST];
	const char *name = numeric;
	struct hosts_answer answer;
	struct endpoint address;
	int rc, found;

	if (host == NULL || hostlen == 0 || (flags & NI_NUMERICHOST) != 0 || sa == NULL ||
	    endpoint_from_sockaddr(&address, sa, salen) < 0)
		return real.getnameinfo(sa, salen, host, hostlen, service, servicelen, flags);
	found = resolve_address(&address, &answer);
	if (found == RESOLVE_REAL)
		return real.getnameinfo(sa, salen, host, hostlen, service, servicelen, flags);
	rc = real.getnameinfo(sa, salen, numeric, sizeof(numeric), service, servicelen,
	    (flags & ~NI_NAMEREQD) | NI_NUMERICHOST);
	if (rc != EAI_BADFLAGS && found < 0 && (flags & NI_NAMEREQD) != 0)
		return EAI_NONAME;
	if (rc != 0)
		return rc;
	if (found == 0)
		name = answer.canonical;
	if (strlen(name) >= hostlen)
		return EAI_OVERFLOW;
	memcpy(host, name, strlen(name) + 1);
	return 0;
}
