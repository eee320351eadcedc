/* SPDX-License-Identifier: ISC */
/*
 * What connects or looks names up inside the C library, where no hook of
 * connect(2) or getaddrinfo(3) sees it: rcmd(3), rexec(3) and ruserok(3). With a
 * host that is reached directly they are the C library's. With any other they
 * fail: the first two have the other side connect back to the client's own
 * address and port, which is not the proxy's, and the last trusts a host by the
 * names that name servers give it.
 */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "libsocksify/hook.h"
#include "libsocksify/init.h"
#include "libsocksify/real.h"
#include "libsocksify/resolve.h"

/* Whether the C library may look @host up, or need not, and connect to it. */
static bool
may_reach(const char *host)
{
	struct hosts_answer answer;
	struct endpoint address;

	if (host == NULL || !init_active() || resolve_name_is_direct(host))
		return true;
	if (endpoint_parse_ip(&address, host) == 0)
		return resolve_is_direct(&address);
	if (!resolve_is_listed(host) || resolve_name(host, AF_UNSPEC, &answer) != 0)
		return false;
	for (unsigned i = 0; i < answer.count; i++) {
		if (!resolve_is_direct(&answer.addresses[i]))
			return false;
	}
	return true;
}

static int
refuse(void)
{
	errno = ENETUNREACH;
	return -1;
}

EXPORT int
rcmd_af(char **host, unsigned short port, const char *local, const char *remote,
    const char *command, int *errors, sa_family_t family)
{
	if (!may_reach(*host))
		return refuse();
	return real.rcmd_af(host, port, local, remote, command, errors, family);
}

EXPORT int
rcmd(char **host, unsigned short port, const char *local, const char *remote,
    const char *command, int *errors)
{
	if (!may_reach(*host))
		return refuse();
	return real.rcmd(host, port, local, remote, command, errors);
}

EXPORT int
rexec_af(char **host, int port, const char *user, const char *password, const char *command,
    int *errors, sa_family_t family)
{
	if (!may_reach(*host))
		return refuse();
	return real.rexec_af(host, port, user, password, command, errors, family);
}

EXPORT int
rexec(char **host, int port, const char *user, const char *password, const char *command,
    int *errors)
{
	if (!may_reach(*host))
		return refuse();
	return real.rexec(host, port, user, password, command, errors);
}

EXPORT int
ruserok_af(const char *host, int superuser, const char *remote, const char *local,
    sa_family_t family)
{
	if (!may_reach(host))
		return refuse();
	return real.ruserok_af(host, superuser, remote, local, family);
}

EXPORT int
ruserok(const char *host, int superuser, const char *remote, const char *local)
{
	if (!may_reach(host))
		return refuse();
	return real.ruserok(host, superuser, remote, local);
}

EXPORT int
iruserok_af(const void *address, int superuser, const char *remote, const char *local,
    sa_family_t family)
{
	struct endpoint e = { .family = (uint8_t)family };

	if (family == AF_INET || family == AF_INET6) {
		memcpy(e.ip, address, endpoint_bits(&e) / 8);
		if (init_active() && !resolve_is_direct(&e))
			return refuse();
	}
	return real.iruserok_af(address, superuser, remote, local, family);
}

EXPORT int
iruserok(uint32_t address, int superuser, const char *remote, const char *local)
{
	return iruserok_af(&address, superuser, remote, local, AF_INET);
}
