/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/route.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "libsocksify/names.h"
#include "libsocksify/settings_load.h"

/* The unspecified address reaches this host, as loopback does (Linux, tcp_v4_connect). */
static bool
is_this_host(const struct endpoint *to)
{
	return endpoint_is_loopback(to) || endpoint_is_any(to);
}

/* A proxy is never asked for the unspecified address: not all understand it as loopback. */
static void
any_to_loopback(struct endpoint *e)
{
	if (!endpoint_is_any(e))
		return;
	if (e->family == AF_INET)
		e->ip[0] = 127;
	e->ip[e->family == AF_INET ? 3 : 15] = 1;
}

/* What the proxy is to be asked for: 0, or -ENOENT for a reserved address without a name. */
static int
route_target(const struct endpoint *to, struct host *dst)
{
	memset(dst, 0, sizeof(*dst));
	dst->endpoint = *to;
	if (names_is_reserved(to)) {
		dst->type = HOST_NAME;
		return names_lookup(to, dst->name);
	}
	dst->type = HOST_IP;
	any_to_loopback(&dst->endpoint);
	return 0;
}

static bool
is_proxy(const struct settings *settings, const struct endpoint *to)
{
	for (uint32_t i = 0; i < settings->proxy_count; i++) {
		const struct proxy *proxy = &settings->proxies[i];

		for (unsigned j = 0; j < proxy->address_count; j++) {
			if (endpoint_equal(to, &proxy->addresses[j]))
				return true;
		}
	}
	return false;
}

void
route_connect(const struct endpoint *to, struct route *route)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);

	*route = (struct route){ .way = ROUTE_DIRECT };
	if (settings == NULL || is_proxy(settings, to))
		return;
	if (is_this_host(to) && !settings->proxy_loopback)
		return;
	if (failed || settings->route_count == 0 || route_target(to, &route->dst) < 0) {
		route->way = ROUTE_REFUSE;
		route->error = ENETUNREACH;
		return;
	}
	route->way = ROUTE_PROXY;
	route->proxy = &settings->proxies[settings->routes[0].proxy];
}

/* "localhost" and everything below it (RFC 6761 section 6.3), with or without a last dot. */
static bool
is_localhost(const char *name, size_t len)
{
	static const char localhost[] = "localhost";
	size_t n = sizeof(localhost) - 1;

	if (len < n || strncasecmp(name + len - n, localhost, n) != 0)
		return false;
	return len == n || name[len - n - 1] == '.';
}

static bool
is_own_hostname(const char *name, size_t len)
{
	char own[HOST_NAME_MAX_LEN + 1];

	if (gethostname(own, sizeof(own)) < 0)
		return false;
	own[sizeof(own) - 1] = '\0';
	return strlen(own) == len && strncasecmp(own, name, len) == 0;
}

enum route_name
route_name(const char *name)
{
	bool failed;
	size_t len = strlen(name);

	if (settings_load(&failed) == NULL)
		return ROUTE_NAME_LOCAL;
	if (len > 0 && name[len - 1] == '.')
		len--;
	return is_localhost(name, len) || is_own_hostname(name, len) ? ROUTE_NAME_LOOPBACK :
	    ROUTE_NAME_REMOTE;
}
