/* SPDX-License-Identifier: ISC */
/*
 * getaddrinfo() and getnameinfo().
 *
 * Theory of operation
 *
 * The C library's own getaddrinfo() does the work that is laborious to do
 * right: it checks the hints, finds the service, makes the list. It is only ever
 * asked for numeric hosts, first for the one that the program gave, then, if
 * that is a name, for each address that the name stands for. So errors and
 * memory are the C library's, freeaddrinfo() needs no hook, and nothing is ever
 * asked of a name server.
 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libsocksify/resolve.h"
#include "libsocksify/resolve_real.h"
#include "libsocksify/settings_load.h"

/* A list under construction. */
struct result {
	struct addrinfo	 *head;
	struct addrinfo	**tail;
};

static bool
is_inert(void)
{
	bool failed;

	return settings_load(&failed) == NULL;
}

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

static int
numeric_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	/* What the C library takes for no hints at all. */
	struct addrinfo numeric = { .ai_flags = AI_V4MAPPED };

	if (hints != NULL)
		numeric = *hints;
	/* All is reached through the proxy, whatever addresses this host has. */
	numeric.ai_flags &= ~AI_ADDRCONFIG;
	numeric.ai_flags |= AI_NUMERICHOST;
	return resolve_real_getaddrinfo(node, service, &numeric, res);
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

/* The list for a name's addresses; @hints may be NULL. */
static int
result_make(struct result *result, const struct hosts_answer *answer, const char *service,
    const struct addrinfo *hints)
{
	struct addrinfo plain = { .ai_family = hints != NULL ? hints->ai_family : AF_UNSPEC };
	int flags = hints != NULL ? hints->ai_flags : 0;
	int rc = 0;

	if (hints != NULL)
		plain = *hints;
	/* Only the head of the list carries the name, and only once it is known. */
	plain.ai_flags = (flags & (AI_PASSIVE | AI_NUMERICSERV)) | AI_V4MAPPED;
	for (unsigned i = 0; rc == 0 && i < answer->count; i++) {
		if (is_wanted(&answer->addresses[i], answer, plain.ai_family, flags))
			rc = result_append(result, &answer->addresses[i], service, &plain);
	}
	if (rc == 0 && result->head == NULL)
		rc = EAI_NODATA;
	if (rc == 0 && (flags & AI_CANONNAME) != 0)
		rc = result_set_canonname(result, answer->canonical);
	return rc;
}

RESOLVE_HOOK int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	struct hosts_answer answer;
	struct result result = { NULL, &result.head };
	int family = hints != NULL ? hints->ai_family : AF_UNSPEC;
	int rc;

	if (node == NULL || is_inert())
		return resolve_real_getaddrinfo(node, service, hints, res);
	rc = numeric_getaddrinfo(node, service, hints, res);
	if (rc != EAI_NONAME || (hints != NULL && (hints->ai_flags & AI_NUMERICHOST) != 0))
		return rc;
	rc = resolve_name(node, family, &answer);
	if (rc < 0)
		return resolve_eai(rc);
	rc = result_make(&result, &answer, service, hints);
	if (rc == 0)
		*res = result.head;
	else if (result.head != NULL)
		freeaddrinfo(result.head);
	return rc;
}

RESOLVE_HOOK int
getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host, socklen_t hostlen,
    char *service, socklen_t servicelen, int flags)
{
	char name[HOST_NAME_MAX_LEN + 1];
	struct endpoint address;

	if (host == NULL || hostlen == 0 || (flags & NI_NUMERICHOST) != 0 || is_inert() ||
	    endpoint_from_sockaddr(&address, sa, salen) < 0)
		return resolve_real_getnameinfo(sa, salen, host, hostlen, service, servicelen,
		    flags);
	if (resolve_address(&address, name) < 0) {
		if ((flags & NI_NAMEREQD) != 0)
			return EAI_NONAME;
		return resolve_real_getnameinfo(sa, salen, host, hostlen, service, servicelen,
		    flags | NI_NUMERICHOST);
	}
	if (strlen(name) >= hostlen)
		return EAI_OVERFLOW;
	memcpy(host, name, strlen(name) + 1);
	if (service == NULL || servicelen == 0)
		return 0;
	return resolve_real_getnameinfo(sa, salen, NULL, 0, service, servicelen, flags);
}
