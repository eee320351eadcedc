/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/resolve.h"

#include <errno.h>
#include <string.h>

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

/* Whether this host has a way to it: connecting a datagram socket sends nothing. */
static bool
is_reachable(const struct endpoint *address)
{
	struct endpoint to = *address;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = (int)RAW(SYS_socket, to.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool reachable;

	if (fd < 0)
		return false;
	to.port = ANY_PORT;
	len = endpoint_to_sockaddr(&to, &ss);
	reachable = RAW(SYS_connect, fd, &ss, len) == 0;
	RAW(SYS_close, fd);
	return reachable;
}

static bool
is_after(const struct hosts_answer *answer, const bool *reachable, unsigned a, unsigned b)
{
	if (reachable[a] != reachable[b])
		return reachable[b];
	return answer->addresses[a].family == AF_INET && answer->addresses[b].family == AF_INET6;
}

/*
 * RFC 6724 section 6, as far as the addresses of one host differ in it: those
 * that can be reached first (rule 1), IPv6 before IPv4 (rule 6, with the default
 * table), and else the file's order (rule 10).
 */
static void
answer_sort(struct hosts_answer *answer)
{
	bool reachable[HOSTS_MAX], differ = false;

	for (unsigned i = 1; i < answer->count; i++)
		differ |= answer->addresses[i].family != answer->addresses[0].family;
	for (unsigned i = 0; differ && i < answer->count; i++)
		reachable[i] = is_reachable(&answer->addresses[i]);
	for (unsigned i = 1; differ && i < answer->count; i++) {
		for (unsigned j = i; j > 0 && is_after(answer, reachable, j - 1, j); j--) {
			struct endpoint address = answer->addresses[j];
			bool can = reachable[j];

			answer->addresses[j] = answer->addresses[j - 1];
			answer->addresses[j - 1] = address;
			reachable[j] = reachable[j - 1];
			reachable[j - 1] = can;
		}
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

int
resolve_address(const struct endpoint *address, char *name)
{
	if (names_is_reserved(address))
		return names_lookup(address, name);
	if (resolve_is_inert() || (!is_this_host(address) && route_is_direct(address)))
		return RESOLVE_REAL;
	return hosts_find_address(HOSTS_FILE, address, name);
}
