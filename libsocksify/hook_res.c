/* SPDX-License-Identifier: ISC */
/*
 * The resolver's lower half: res_query(3), res_search(3), res_querydomain(3),
 * res_send(3), the forms with a state of the caller's, and the names that all of
 * them had before the C library 2.34.
 *
 * A name is taken as it stands: the search list is the local network's, and the
 * proxy is elsewhere.
 */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <stdatomic.h>
#include <stdio.h>

#include "common/dns_message.h"
#include "libsocksify/dns.h"
#include "libsocksify/hook.h"
#include "libsocksify/real.h"
#include "libsocksify/resolve.h"

#define FULL_NAME_SIZE	(2 * NS_MAXDNAME)

/* In both places where programs look; @state may be NULL. */
static void
set_error(res_state state, int herror)
{
	if (state != NULL)
		state->res_h_errno = herror;
	h_errno = herror;
}

/* Not secret: the answers are made here, or come over a connection of their own. */
static uint16_t
next_id(void)
{
	static _Atomic uint32_t last;

	return (uint16_t)(atomic_fetch_add(&last, 0x9e37) + 1);
}

/* What the answer, of @whole bytes, means to res_query(3): an h_errno. */
static int
answer_error(const uint8_t *answer, size_t size, size_t whole)
{
	if (size < DNS_HEADER_SIZE || whole < DNS_HEADER_SIZE)
		return NO_RECOVERY;
	switch (answer[3] & 0xf) {
	case DNS_NO_ERROR:
		return answer[6] != 0 || answer[7] != 0 ? NETDB_SUCCESS : NO_DATA;
	case DNS_NAME_ERROR:
		return HOST_NOT_FOUND;
	case DNS_SERVER_FAILURE:
		return TRY_AGAIN;
	default:
		return NO_RECOVERY;
	}
}

/* As res_query(3), in *result; false when the C library's function is to be called. */
static bool
query(res_state state, const char *name, int class, int type, uint8_t *answer, int size,
    int *result)
{
	uint8_t buf[DNS_QUERY_SIZE];
	int herror = NO_RECOVERY, error;
	struct writer w;
	size_t whole = 0;

	if (resolve_is_inert())
		return false;
	writer_init(&w, buf, sizeof(buf));
	dns_build_query(&w, next_id(), name, (uint16_t)type, (uint16_t)class);
	if (!w.bad && size >= 0) {
		error = dns_answer(buf, w.len, answer, (size_t)size, &whole);
		if (error == DNS_REAL)
			return false;
		if (error != 0)
			errno = error;
		herror = error != 0 ? TRY_AGAIN : answer_error(answer, (size_t)size, whole);
	}
	set_error(state, herror);
	*result = herror == NETDB_SUCCESS ? (int)whole : -1;
	return true;
}

/* As res_querydomain(3). */
static bool
query_domain(res_state state, const char *name, const char *domain, int class, int type,
    uint8_t *answer, int size, int *result)
{
	char full[FULL_NAME_SIZE];
	int n;

	if (domain == NULL)
		return query(state, name, class, type, answer, size, result);
	n = snprintf(full, sizeof(full), "%s.%s", name, domain);
	if (n < 0 || (size_t)n >= sizeof(full))
		return false;
	return query(state, full, class, type, answer, size, result);
}

/* As res_send(3). */
static bool
exchange(const uint8_t *message, int len, uint8_t *answer, int size, int *result)
{
	size_t whole = 0;
	int error;

	/* The C library refuses what is too short. */
	if (len < DNS_HEADER_SIZE || size < DNS_HEADER_SIZE)
		return false;
	error = dns_answer(message, (size_t)len, answer, (size_t)size, &whole);
	if (error == DNS_REAL)
		return false;
	if (error != 0)
		errno = error;
	*result = error != 0 ? -1 : (int)whole;
	return true;
}

EXPORT int
res_query(const char *name, int class, int type, unsigned char *answer, int size)
{
	int result;

	if (query(NULL, name, class, type, answer, size, &result))
		return result;
	return real.res_query(name, class, type, answer, size);
}

EXPORT int
res_search(const char *name, int class, int type, unsigned char *answer, int size)
{
	int result;

	if (query(NULL, name, class, type, answer, size, &result))
		return result;
	return real.res_search(name, class, type, answer, size);
}

EXPORT int
res_querydomain(const char *name, const char *domain, int class, int type, unsigned char *answer,
    int size)
{
	int result;

	if (query_domain(NULL, name, domain, class, type, answer, size, &result))
		return result;
	return real.res_querydomain(name, domain, class, type, answer, size);
}

EXPORT int
res_send(const unsigned char *message, int len, unsigned char *answer, int size)
{
	int result;

	if (exchange(message, len, answer, size, &result))
		return result;
	return real.res_send(message, len, answer, size);
}

EXPORT int
res_nquery(res_state state, const char *name, int class, int type, unsigned char *answer, int size)
{
	int result;

	if (query(state, name, class, type, answer, size, &result))
		return result;
	return real.res_nquery(state, name, class, type, answer, size);
}

EXPORT int
res_nsearch(res_state state, const char *name, int class, int type, unsigned char *answer,
    int size)
{
	int result;

	if (query(state, name, class, type, answer, size, &result))
		return result;
	return real.res_nsearch(state, name, class, type, answer, size);
}

EXPORT int
res_nquerydomain(res_state state, const char *name, const char *domain, int class, int type,
    unsigned char *answer, int size)
{
	int result;

	if (query_domain(state, name, domain, class, type, answer, size, &result))
		return result;
	return real.res_nquerydomain(state, name, domain, class, type, answer, size);
}

EXPORT int
res_nsend(res_state state, const unsigned char *message, int len, unsigned char *answer, int size)
{
	int result;

	if (exchange(message, len, answer, size, &result))
		return result;
	return real.res_nsend(state, message, len, answer, size);
}

EXPORT_ALIAS(__res_query, res_query);
EXPORT_ALIAS(__res_search, res_search);
EXPORT_ALIAS(__res_querydomain, res_querydomain);
EXPORT_ALIAS(__res_send, res_send);
EXPORT_ALIAS(__res_nquery, res_nquery);
EXPORT_ALIAS(__res_nsearch, res_nsearch);
EXPORT_ALIAS(__res_nquerydomain, res_nquerydomain);
EXPORT_ALIAS(__res_nsend, res_nsend);
