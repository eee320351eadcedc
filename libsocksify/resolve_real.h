/* SPDX-License-Identifier: ISC */
/* The C library's resolver behind our hooks of the same names. */
#ifndef LIBSOCKSIFY_RESOLVE_REAL_H
#define LIBSOCKSIFY_RESOLVE_REAL_H

#include <netdb.h>

/* What a hook is: visible to the program, whatever the rest of the library is. */
#define RESOLVE_HOOK __attribute__((visibility("default")))

int	 resolve_real_getaddrinfo(const char *node, const char *service,
	    const struct addrinfo *hints, struct addrinfo **res);
int	 resolve_real_getaddrinfo_a(int mode, struct gaicb *list[], int n,
	    struct sigevent *event);
int	 resolve_real_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
	    socklen_t hostlen, char *service, socklen_t servicelen, int flags);
struct hostent *resolve_real_gethostbyname(const char *name);
struct hostent *resolve_real_gethostbyname2(const char *name, int family);
struct hostent *resolve_real_gethostbyaddr(const void *address, socklen_t len, int family);
int	 resolve_real_gethostbyname_r(const char *name, struct hostent *ret, char *buf,
	    size_t size, struct hostent **result, int *error);
int	 resolve_real_gethostbyname2_r(const char *name, int family, struct hostent *ret,
	    char *buf, size_t size, struct hostent **result, int *error);
int	 resolve_real_gethostbyaddr_r(const void *address, socklen_t len, int family,
	    struct hostent *ret, char *buf, size_t size, struct hostent **result, int *error);

#endif
