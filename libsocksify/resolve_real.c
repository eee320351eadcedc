/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/resolve_real.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

/*
 * Finds @name behind us once. Two threads that come at the same time find the
 * same; the C library always has these functions.
 */
static void *
find(void *_Atomic *known, const char *name)
{
	void *f = atomic_load_explicit(known, memory_order_acquire);

	if (f == NULL) {
		f = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(known, f, memory_order_release);
	}
	return f;
}

/* Defines resolve_real_NAME, which passes its arguments on. */
#define REAL(type, name, parameters, arguments) \
type \
resolve_real_##name parameters \
{ \
	static void *_Atomic known; \
	type (*real) parameters = (__typeof__(real))find(&known, #name); \
\
	return real arguments; \
}

REAL(int, getaddrinfo, (const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res), (node, service, hints, res))
REAL(int, getaddrinfo_a, (int mode, struct gaicb *list[], int n, struct sigevent *event),
    (mode, list, n, event))
REAL(int, getnameinfo, (const struct sockaddr *sa, socklen_t salen, char *host,
    socklen_t hostlen, char *service, socklen_t servicelen, int flags),
    (sa, salen, host, hostlen, service, servicelen, flags))
REAL(struct hostent *, gethostbyname, (const char *name), (name))
REAL(struct hostent *, gethostbyname2, (const char *name, int family), (name, family))
REAL(struct hostent *, gethostbyaddr, (const void *address, socklen_t len, int family),
    (address, len, family))
REAL(int, gethostbyname_r, (const char *name, struct hostent *ret, char *buf, size_t size,
    struct hostent **result, int *error), (name, ret, buf, size, result, error))
REAL(int, gethostbyname2_r, (const char *name, int family, struct hostent *ret, char *buf,
    size_t size, struct hostent **result, int *error),
    (name, family, ret, buf, size, result, error))
REAL(int, gethostbyaddr_r, (const void *address, socklen_t len, int family,
    struct hostent *ret, char *buf, size_t size, struct hostent **result, int *error),
    (address, len, family, ret, buf, size, result, error))
