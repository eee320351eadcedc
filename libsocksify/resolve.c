/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/resolve.h"

#include <errno.h>
#include <string.h>

#include "libsocksify/names.h"
#include "libsocksify/route.h"

/*
 * Only what would break a program or a log is refused; which names exist is for
 * the proxy to say. A colon or a percent sign is of a malformed IPv6 address.
 */
static bool
is_host_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > HOST_NAME_MAX_LEN || name[0] == '.')
		return false;
	for (const unsigned char *p = (const unsigned char *)name; *p != '\0'; p++) {
		if (*p <= ' ' || *p == 0x7f || *p == ':' || *p == '%' || *p == '/')
			return false;
	}
	return true;
}

static void
answer_loopback(struct hosts_answer *answer)
{
	answer->addresses[0] = (struct endpoint){ .family = AF_INET, .ip = { 127, [3] = 1 } };
	answer->addresses[1] = (struct endpoint){ .family = AF_INET6, .ip = { [15] = 1 } };
	answer->count = 2;
}

int
resolve_name(const char *name, int family, struct hosts_answer *answer)
{
	if (!is_host_name(name))
		return -ENOENT;
	hosts_find_name(HOSTS_FILE, name, answer);
	if (answer->count > 0)
		return 0;
	memcpy(answer->canonical, name, strlen(name) + 1);
	if (route_name(name) != ROUTE_NAME_REMOTE) {
		answer_loopback(answer);
		return 0;
	}
	answer->count = 1;
	return names_address(name, family == AF_INET6 ? AF_INET6 : AF_INET,
	    &answer->addresses[0]);
}

int
resolve_address(const struct endpoint *address, char *name)
{
	if (names_is_reserved(address))
		return names_lookup(address, name);
	return hosts_find_address(HOSTS_FILE, address, name);
}
