/* SPDX-License-Identifier: ISC */
/*
 * gethostbyname(), gethostbyaddr() and their kin. Numeric names are answered here
 * too: the C library asks name servers for some that look numeric and are not.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "libsocksify/hook.h"
#include "libsocksify/real.h"
#include "libsocksify/resolve.h"

#define HOST_REAL	(-1)	/* beside errnos: the C library's function is to be called */

/* Room for the largest hostent that pack_hostent() makes. */
#define HOSTENT_SIZE	4096

/* What the calls without _r return; POSIX lets the next call overwrite it. */
static struct hostent	static_entry;
static char		static_buffer[HOSTENT_SIZE];

/* A piece of the caller's buffer. */
struct room {
	char	*at;
	size_t	 left;
};

/* @n bytes of @room, aligned for pointers; NULL when there are too few. */
static void *
room_take(struct room *room, size_t n)
{
	size_t pad = -(uintptr_t)room->at & (_Alignof(char *) - 1);
	char *p;

	if (room->left < pad || room->left - pad < n)
		return NULL;
	p = room->at + pad;
	room->at = p + n;
	room->left -= pad + n;
	return p;
}

/* The aliases of @family, with NULL behind the last one; NULL when there is no room. */
static char **
pack_aliases(struct room *room, const struct hosts_answer *answer, int family)
{
	unsigned count = 0;
	char **list, **next;

	for (size_t i = 0; i < answer->aliases_len; i += strlen(answer->aliases + i) + 1)
		count += (uint8_t)answer->aliases[i] == family;
	next = list = room_take(room, (count + 1) * sizeof(*list));
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < answer->aliases_len; i += strlen(answer->aliases + i) + 1) {
		const char *alias = answer->aliases + i + 1;

		if ((uint8_t)answer->aliases[i] != family)
			continue;
		*next = room_take(room, strlen(alias) + 1);
		if (*next == NULL)
			return NULL;
		memcpy(*next++, alias, strlen(alias) + 1);
	}
	*next = NULL;
	return list;
}

/* Lays out @count addresses of @family, @ip one behind the other, and the names: 0, or ERANGE. */
static int
pack_hostent(struct hostent *ret, struct room room, const struct hosts_answer *answer, int family,
    const uint8_t *ip, unsigned count)
{
	size_t length = family == AF_INET ? 4 : 16, size = strlen(answer->canonical) + 1;
	char **list = room_take(&room, (count + 1) * sizeof(*list));
	char *bytes = room_take(&room, count * length);
	char *text = room_take(&room, size);
	char **aliases = pack_aliases(&room, answer, family);

	if (list == NULL || aliases == NULL || bytes == NULL || text == NULL)
		return ERANGE;
	memcpy(bytes, ip, count * length);
	memcpy(text, answer->canonical, size);
	for (unsigned i = 0; i < count; i++)
		list[i] = bytes + i * length;
	list[count] = NULL;
	*ret = (struct hostent){
		.h_name = text, .h_aliases = aliases, .h_addrtype = family,
		.h_length = (int)length, .h_addr_list = list,
	};
	return 0;
}

/*
 * The end of every _r function: sets *error and *result, returns an errno. As in
 * the C library h_errno is set too; there are programs that look there.
 */
static int
finish(int herror, int rc, struct hostent *ret, struct hostent **result, int *error)
{
	*result = herror == NETDB_SUCCESS ? ret : NULL;
	*error = h_errno = herror;
	return rc;
}

static int
finish_packed(int rc, struct hostent *ret, struct hostent **result, int *error)
{
	return finish(rc == 0 ? NETDB_SUCCESS : NETDB_INTERNAL, rc, ret, result, error);
}

/* Fills @answer for a numeric @name, whose own text is its canonical name. */
static bool
parse_numeric(const char *name, struct hosts_answer *answer)
{
	struct endpoint *e = &answer->addresses[0];
	struct in_addr in;

	memset(answer, 0, sizeof(*answer));
	if (strlen(name) >= sizeof(answer->canonical))
		return false;
	if (inet_pton(AF_INET6, name, e->ip) == 1) {
		e->family = AF_INET6;
	} else if (inet_aton(name, &in) != 0) {
		e->family = AF_INET;
		memcpy(e->ip, &in, sizeof(in));
	} else {
		return false;
	}
	answer->count = 1;
	memcpy(answer->canonical, name, strlen(name) + 1);
	return true;
}

static int
host_by_name(const char *name, int family, struct hostent *ret, struct room room,
    struct hostent **result, int *error)
{
	size_t length = family == AF_INET ? 4 : 16;
	struct hosts_answer answer;
	uint8_t ip[HOSTS_MAX * 16];
	unsigned count = 0;
	int rc;

	if (resolve_is_inert())
		return HOST_REAL;
	if (family != AF_INET && family != AF_INET6)
		return finish(NETDB_INTERNAL, EAFNOSUPPORT, ret, result, error);
	rc = parse_numeric(name, &answer) ? 0 : resolve_name(name, family, &answer);
	if (rc == RESOLVE_REAL)
		return HOST_REAL;
	if (rc == -ENOSPC)
		return finish(TRY_AGAIN, EAGAIN, ret, result, error);
	if (rc < 0)
		return finish(HOST_NOT_FOUND, 0, ret, result, error);
	for (unsigned i = 0; i < answer.count; i++) {
		if (answer.addresses[i].family == family)
			memcpy(ip + length * count++, answer.addresses[i].ip, length);
	}
	if (count == 0)
		return finish(HOST_NOT_FOUND, 0, ret, result, error);
	rc = pack_hostent(ret, room, &answer, family, ip, count);
	return finish_packed(rc, ret, result, error);
}

static int
host_by_address(const void *address, socklen_t len, int family, struct hostent *ret,
    struct room room, struct hostent **result, int *error)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct hosts_answer answer;
	struct endpoint e;
	int rc;

	if (family == AF_INET && len == sizeof(sin.sin_addr)) {
		memcpy(&sin.sin_addr, address, len);
		rc = endpoint_from_sockaddr(&e, (struct sockaddr *)&sin, sizeof(sin));
	} else if (family == AF_INET6 && len == sizeof(sin6.sin6_addr)) {
		memcpy(&sin6.sin6_addr, address, len);
		rc = endpoint_from_sockaddr(&e, (struct sockaddr *)&sin6, sizeof(sin6));
	} else {
		rc = -EINVAL;
	}
	if (rc < 0)
		return HOST_REAL;
	rc = resolve_address(&e, &answer);
	if (rc == RESOLVE_REAL)
		return HOST_REAL;
	if (rc < 0)
		return finish(HOST_NOT_FOUND, 0, ret, result, error);
	rc = pack_hostent(ret, room, &answer, family, address, 1);
	return finish_packed(rc, ret, result, error);
}

/* What the C library's resolver gives for a name that is direct is direct. */
static void
note_direct(const char *name, const struct hostent *found)
{
	struct endpoint e;

	if (found == NULL || !resolve_name_is_direct(name))
		return;
	for (char **ip = found->h_addr_list; *ip != NULL; ip++) {
		e = (struct endpoint){ .family = (uint8_t)found->h_addrtype };
		memcpy(e.ip, *ip, endpoint_bits(&e) / 8);
		resolve_note_direct(&e);
	}
}

static struct room
static_room(void)
{
	return (struct room){ static_buffer, sizeof(static_buffer) };
}

EXPORT int
gethostbyname2_r(const char *name, int family, struct hostent *ret, char *buf, size_t size,
    struct hostent **result, int *error)
{
	int rc = host_by_name(name, family, ret, (struct room){ buf, size }, result, error);

	if (rc != HOST_REAL)
		return rc;
	rc = real.gethostbyname2_r(name, family, ret, buf, size, result, error);
	note_direct(name, rc == 0 ? *result : NULL);
	return rc;
}

EXPORT int
gethostbyname_r(const char *name, struct hostent *ret, char *buf, size_t size,
    struct hostent **result, int *error)
{
	int rc = host_by_name(name, AF_INET, ret, (struct room){ buf, size }, result, error);

	if (rc != HOST_REAL)
		return rc;
	rc = real.gethostbyname_r(name, ret, buf, size, result, error);
	note_direct(name, rc == 0 ? *result : NULL);
	return rc;
}

EXPORT int
gethostbyaddr_r(const void *address, socklen_t len, int family, struct hostent *ret, char *buf,
    size_t size, struct hostent **result, int *error)
{
	int rc = host_by_address(address, len, family, ret, (struct room){ buf, size }, result,
	    error);

	if (rc == HOST_REAL)
		return real.gethostbyaddr_r(address, len, family, ret, buf, size, result, error);
	return rc;
}

EXPORT struct hostent *
gethostbyname2(const char *name, int family)
{
	struct hostent *result;

	if (host_by_name(name, family, &static_entry, static_room(), &result, &h_errno) ==
	    HOST_REAL) {
		result = real.gethostbyname2(name, family);
		note_direct(name, result);
	}
	return result;
}

EXPORT struct hostent *
gethostbyname(const char *name)
{
	struct hostent *result;

	if (host_by_name(name, AF_INET, &static_entry, static_room(), &result, &h_errno) ==
	    HOST_REAL) {
		result = real.gethostbyname(name);
		note_direct(name, result);
	}
	return result;
}

EXPORT struct hostent *
gethostbyaddr(const void *address, socklen_t len, int family)
{
	struct hostent *result;

	if (host_by_address(address, len, family, &static_entry, static_room(), &result,
	    &h_errno) == HOST_REAL)
		return real.gethostbyaddr(address, len, family);
	return result;
}
