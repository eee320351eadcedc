/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_add.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define UNIX_PREFIX	"unix:"

/* The room that names need: a few hundred at the least. */
#define RANGE4_MIN	8
#define RANGE4_MAX	24
#define RANGE6_MIN	16
#define RANGE6_MAX	112

static_assert(URL_PATH_SIZE == PROXY_PATH_SIZE, "every path of a URL fits a proxy");

void
proxy_from_url(struct proxy *proxy, const struct url *url)
{
	static const uint8_t protocols[] = {
		[URL_SOCKS5] = PROXY_SOCKS5,
		[URL_SOCKS4] = PROXY_SOCKS4,
		[URL_SOCKS4A] = PROXY_SOCKS4A,
		[URL_HTTP] = PROXY_HTTP,
	};

	memset(proxy, 0, sizeof(*proxy));
	proxy->protocol = protocols[url->kind];
	memcpy(proxy->path, url->path, sizeof(proxy->path));
	memcpy(proxy->username, url->username, sizeof(proxy->username));
	memcpy(proxy->password, url->password, sizeof(proxy->password));
}

int
proxy_take_path(struct proxy *proxy, const char *text)
{
	const char *path = text + strlen(UNIX_PREFIX);
	size_t n;

	if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) != 0)
		return -EINVAL;
	n = strlen(path);
	if ((path[0] != '/' && path[0] != '@') || n < 2 || n >= sizeof(proxy->path))
		return -EINVAL;
	memcpy(proxy->path, path, n + 1);
	return 0;
}

/* Whether @other is spoken to as @proxy is; where they are is compared by name. */
static bool
is_same(const struct settings *settings, const struct proxy *proxy, const char *name,
    const struct proxy *other)
{
	return other->protocol == proxy->protocol && other->methods == proxy->methods &&
	    strcmp(settings_text(settings, other->name), name) == 0 &&
	    strcmp(other->username, proxy->username) == 0 &&
	    strcmp(other->password, proxy->password) == 0;
}

int
settings_add_proxy(struct settings *settings, struct proxy *proxy, const struct host *host,
    unsigned *index)
{
	char name[HOST_TEXT_SIZE];
	int error = 0;

	if (proxy->path[0] == '\0') {
		host_format(host, name);
	} else {
		strcpy(name, UNIX_PREFIX);
		strcat(name, proxy->path);
	}
	for (*index = 0; *index < settings->proxy_count; ++*index) {
		if (is_same(settings, proxy, name, &settings->proxies[*index]))
			return 0;
	}
	if (*index == SETTINGS_PROXIES)
		return -ENOSPC;
	proxy->name = settings_add_text(settings, name, &error);
	if (error == 0)
		settings->proxies[settings->proxy_count++] = *proxy;
	return error;
}

int
settings_add_route(struct settings *settings, const struct settings_route *route)
{
	if (settings->route_count == SETTINGS_ROUTES)
		return -ENOSPC;
	settings->routes[settings->route_count++] = *route;
	return 0;
}

int
settings_add_direct(struct settings *settings, const struct settings_address *to)
{
	const struct settings_route route = {
		.direct = 1, .automatic = 1, .to = *to,
		.commands = ROUTE_COMMAND_ANY, .protocols = ROUTE_PROTOCOL_ANY,
	};

	return settings_add_route(settings, &route);
}

int
settings_add_log(struct settings *settings, const char *path, bool errors)
{
	struct settings_log log = { .errors = errors };
	int error = 0;

	for (uint32_t i = 0; i < settings->log_count; i++) {
		if (settings->logs[i].errors == errors &&
		    strcmp(settings_text(settings, settings->logs[i].path), path) == 0)
			return 0;
	}
	if (settings->log_count == SETTINGS_LOGS)
		return -ENOSPC;
	log.path = settings_add_text(settings, path, &error);
	if (error == 0)
		settings->logs[settings->log_count++] = log;
	return error;
}

static bool
has_host_bits(const struct endpoint *net, unsigned prefix)
{
	for (unsigned i = prefix; i < endpoint_bits(net); i++) {
		if ((net->ip[i / 8] & 0x80 >> i % 8) != 0)
			return true;
	}
	return false;
}

/* What may be a program's own business: nobody else's address, and not this host's. */
static bool
is_usable(const struct endpoint *net, unsigned prefix)
{
	struct endpoint loopback = { .family = net->family };

	loopback.ip[net->family == AF_INET ? 3 : 15] = 1;
	if (net->family == AF_INET)
		loopback.ip[0] = 127;
	return !endpoint_in_prefix(&loopback, net, prefix) && !endpoint_is_loopback(net) &&
	    !endpoint_is_any(net);
}

/* "ADDRESS/BITS": 0, or -EINVAL. */
static int
parse_range(const char *text, struct endpoint *net, uint16_t *prefix)
{
	const char *slash = strchr(text, '/');
	char ip[ENDPOINT_TEXT_SIZE];
	size_t n = slash == NULL ? sizeof(ip) : (size_t)(slash - text);

	if (n >= sizeof(ip))
		return -EINVAL;
	memcpy(ip, text, n);
	ip[n] = '\0';
	if (endpoint_parse_ip(net, ip) < 0 || port_parse(slash + 1, prefix) < 0)
		return -EINVAL;
	/* ::ffff:198.18.0.0/111 means the same as 198.18.0.0/15, and is taken for a slip. */
	return net->family == AF_INET && strchr(ip, ':') != NULL ? -EINVAL : 0;
}

int
settings_add_range(struct settings *settings, const char *text, const char **why)
{
	struct endpoint net;
	uint16_t prefix;
	bool ip4;

	*why = "an address and a mask in bits, as in 198.18.0.0/15";
	if (parse_range(text, &net, &prefix) < 0)
		return -EINVAL;
	ip4 = net.family == AF_INET;
	*why = ip4 ? "a mask from 8 to 24 bits" : "a mask from 16 to 112 bits";
	if (prefix < (ip4 ? RANGE4_MIN : RANGE6_MIN) || prefix > (ip4 ? RANGE4_MAX : RANGE6_MAX))
		return -EINVAL;
	*why = "a network without bits behind its mask";
	if (has_host_bits(&net, prefix))
		return -EINVAL;
	*why = "a range without this host's own addresses";
	if (!is_usable(&net, prefix))
		return -EINVAL;
	*why = "one range of each family";
	if ((ip4 ? settings->reserved4_prefix : settings->reserved6_prefix) != 0)
		return -EINVAL;
	*why = NULL;
	*(ip4 ? &settings->reserved4 : &settings->reserved6) = net;
	*(ip4 ? &settings->reserved4_prefix : &settings->reserved6_prefix) = (uint8_t)prefix;
	return 0;
}

static unsigned
route_rank(const struct settings *settings, const struct settings_route *route)
{
	static const unsigned ranks[] = {
		[PROXY_SOCKS4] = 1,
		[PROXY_SOCKS4A] = 1,
		[PROXY_SOCKS5] = 2,
		[PROXY_HTTP] = 3,
	};

	return route->direct ? 0 : ranks[settings->proxies[route->proxy].protocol];
}

void
settings_sort_routes(struct settings *settings)
{
	struct settings_route *routes = settings->routes;

	for (uint32_t i = 1; i < settings->route_count; i++) {
		struct settings_route moved = routes[i];
		unsigned rank = route_rank(settings, &moved);
		uint32_t j = i;

		for (; j > 0 && route_rank(settings, &routes[j - 1]) > rank; j--)
			routes[j] = routes[j - 1];
		routes[j] = moved;
	}
}
