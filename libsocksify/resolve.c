/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "libsocksify/direct_addresses.h"
#include "libsocksify/names.h"
#include "libsocksify/raw.h"
#include "libsocksify/route.h"
#include "libsocksify/settings_load.h"

#define ANY_PORT	9	/* a probe sends nothing there */

bool
resolve_is_inert(void)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);

	return settings == NULL || (settings->names == NAMES_RESOLVED && !failed);
}

/*
 * Only what would break a program or a log is refused; which names exist is for
 * the proxy to say. A colon or a percent sign is of a malformed IPv6 address.
 */
static bool
is_host_name(const char *name)
{
	size_t n = strnlen(name, HOST_NAME_MAX_LEN + 1);

	if (n == 0 || n > HOST_NAME_MAX_LEN || name[0] == '.')
		return false;
	for (const unsigned char *p = (const unsigned char *)name; *p != '\0'; p++) {
		if (*p <= ' ' || *p == 0x7f || *p == ':' || *p == '%' || *p == '/')
			return false;
	}
	return true;
}

bool
resolve_is_real(const char *name)
{
	return resolve_is_inert() ||
	    (is_host_name(name) && route_name(name) == ROUTE_NAME_LOCAL);
}

bool
resolve_is_listed(const char *name)
{
	struct hosts_answer answer;

	if (!is_host_name(name))
		return false;
	hosts_find_name(HOSTS_FILE, name, &answer);
	return answer.count > 0 || route_name(name) == ROUTE_NAME_LOOPBACK;
}

static void
answer_loopback(struct hosts_answer *answer)
{
	answer->addresses[0] = (struct endpoint){ .family = AF_INET, .ip = { 127, [3] = 1 } };
	answer->addresses[1] = (struct endpoint){ .family = AF_INET6, .ip = { [15] = 1 } };
	answer->count = 2;
}

/* Of the rows of RFC 6724 section 2.1 those that matter: a label, other than the default one's. */
static int
label(const struct endpoint *e)
{
	if (e->family == AF_INET)
		return 4;
	if (endpoint_is_loopback(e))
		return 0;
	if ((e->ip[0] & 0xfe) == 0xfc)
		return 13;
	return endpoint_is_ip6_link_local(e) ? 11 : 1;
}

/* How far an address is from being the one to try first. */
enum distance {
	DISTANCE_MATCHING,	/* from an address of the same kind */
	DISTANCE_OTHER,
	DISTANCE_UNREACHABLE,
};

/* Connecting a datagram socket sends nothing. */
static enum distance
distance(const struct endpoint *address)
{
	struct endpoint to = *address, from;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = (int)RAW(SYS_socket, to.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	enum distance d = DISTANCE_UNREACHABLE;

	if (fd < 0)
		return d;
	to.port = ANY_PORT;
	len = endpoint_to_sockaddr(&to, &ss);
	if (RAW(SYS_connect, fd, &ss, len) == 0) {
		len = sizeof(ss);
		d = RAW(SYS_getsockname, fd, &ss, &len) == 0 &&
		    endpoint_from_sockaddr(&from, (struct sockaddr *)&ss, len) == 0 &&
		    label(&from) == label(address) ? DISTANCE_MATCHING : DISTANCE_OTHER;
	}
	RAW(SYS_close, fd);
	return d;
}

static bool
is_after(const struct endpoint *a, enum distance far_a, const struct endpoint *b,
    enum distance far_b)
{
	if (far_a != far_b)
		return far_a > far_b;
	return a->family == AF_INET && b->family == AF_INET6;
}

/*
 * RFC 6724 section 6, as far as the addresses of one host differ in it: those
 * that can be reached first (rule 1), from an address of their kind (rules 2 and
 * 5), IPv6 before IPv4 (rule 6), and else the file's order (rule 10).
 */
static void
answer_sort(struct hosts_answer *answer)
{
	enum distance far[HOSTS_MAX], d;
	struct endpoint *a = answer->addresses, e;
	bool differ = false;
	unsigned j;

	for (unsigned i = 1; i < answer->count; i++)
		differ |= a[i].family != a[0].family;
	for (unsigned i = 0; differ && i < answer->count; i++) {
		e = a[i];
		d = distance(&e);
		for (j = i; j > 0 && is_after(&a[j - 1], far[j - 1], &e, d); j--) {
			a[j] = a[j - 1];
			far[j] = far[j - 1];
		}
		a[j] = e;
		far[j] = d;
	}
}

static int
reserved_family(int family)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);

	if (family == AF_UNSPEC && settings->reserved4_prefix == 0 &&
	    settings->reserved6_prefix != 0)
		return AF_INET6;
	return family == AF_INET6 ? AF_INET6 : AF_INET;
}

int
resolve_name(const char *name, int family, struct hosts_answer *answer)
{
	enum route_name way;

	if (resolve_is_inert())
		return RESOLVE_REAL;
	if (!is_host_name(name))
		return -ENOENT;
	way = route_name(name);
	if (way == ROUTE_NAME_LOCAL)
		return RESOLVE_REAL;
	hosts_find_name(HOSTS_FILE, name, answer);
	if (answer->count == 0)
		memcpy(answer->canonical, name, strlen(name) + 1);
	if (answer->count == 0 && way == ROUTE_NAME_LOOPBACK)
		answer_loopback(answer);
	if (answer->count > 0) {
		answer_sort(answer);
		return 0;
	}
	answer->count = 1;
	return names_address(name, reserved_family(family), &answer->addresses[0]);
}

static bool
is_this_host(const struct endpoint *address)
{
	return endpoint_is_loopback(address) || endpoint_is_any(address);
}

bool
resolve_is_direct(const struct endpoint *address)
{
	const struct endpoint unbound = { .family = AF_UNSPEC };
	struct route route;

	route_connect(&unbound, address, &route);
	return route.way == ROUTE_DIRECT;
}

bool
resolve_name_is_direct(const char *name)
{
	struct in_addr in;

	return is_host_name(name) && inet_aton(name, &in) == 0 && route_name_is_direct(name);
}

void
resolve_note_direct(const struct endpoint *address)
{
	direct_addresses_add(address);
}

void
resolve_note_list(const char *name, const struct addrinfo *list)
{
	struct endpoint address;

	if (!resolve_name_is_direct(name))
		return;
	for (; list != NULL; list = list->ai_next) {
		if (endpoint_from_sockaddr(&address, list->ai_addr, list->ai_addrlen) == 0)
			resolve_note_direct(&address);
	}
}

int
resolve_address(const struct endpoint *address, struct hosts_answer *answer)
{
	if (names_is_reserved(address)) {
		answer->count = 0;
		answer->aliases_len = 0;
		return names_lookup(address, answer->canonical);
	}
	if (resolve_is_inert() || (!is_this_host(address) && resolve_is_direct(address)))
		return RESOLVE_REAL;
	hosts_find_address(HOSTS_FILE, address, answer);
	return answer->count > 0 ? 0 : -ENOENT;
}
