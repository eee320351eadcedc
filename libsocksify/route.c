/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/route.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/match.h"
#include "libsocksify/direct_addresses.h"
#include "libsocksify/health.h"
#include "libsocksify/names.h"
#include "libsocksify/settings_load.h"

/* Where a connection goes, as routes see it. */
struct target {
	const struct settings	*settings;
	const struct endpoint	*from;		/* AF_UNSPEC: not bound */
	const struct host	*to;
	bool			 this_host;	/* only routes that name loopback count */
};

static const int reason_errors[] = {
	[ROUTE_NO_REASON] = 0,
	[ROUTE_UNCONFIGURED] = ENETUNREACH,
	[ROUTE_UNKNOWN_NAME] = ENETUNREACH,
	[ROUTE_NO_MATCH] = ENETUNREACH,
	[ROUTE_NO_ADDRESS] = EHOSTUNREACH,
	[ROUTE_NO_TCP] = EPROTONOSUPPORT,
};

_Static_assert(ARRAY_SIZE(reason_errors) == ROUTE_REASONS, "an errno for every reason");

void
route_refuse(struct route *route, enum route_reason reason)
{
	route->way = ROUTE_REFUSE;
	route->reason = reason;
	route->error = reason_errors[reason];
}

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

/* Direct, to an address. */
static void
route_init(const struct settings *settings, const struct endpoint *to, struct route *route)
{
	memset(route, 0, sizeof(*route));
	route->settings = settings;
	route->dst.type = HOST_IP;
	route->dst.endpoint = *to;
}

/* What the proxy is to be asked for: 0, or -ENOENT for a reserved address without a name. */
static int
route_target(const struct endpoint *to, struct host *dst)
{
	int error;

	if (!names_is_reserved(to)) {
		any_to_loopback(&dst->endpoint);
		return 0;
	}
	error = names_lookup(to, dst->name);
	if (error == 0)
		dst->type = HOST_NAME;
	return error;
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

/* "localhost" and everything below it (RFC 6761 section 6.3), with or without a last dot. */
static bool
is_localhost(const char *name)
{
	return match_domain(name, ".localhost");
}

/* Whether @address is of loopback alone, so that who wrote it meant that. */
static bool
names_loopback(const struct settings *settings, const struct settings_address *address)
{
	if (address->type == SETTINGS_NAME)
		return is_localhost(settings_text(settings, address->name));
	return address->type == SETTINGS_NET && endpoint_is_loopback(&address->net) &&
	    address->prefix >= (address->net.family == AF_INET ? 8 : 128);
}

static bool
matches_port(const struct settings_address *address, uint16_t port)
{
	return match_port((enum match_port_op)address->port_op, address->port, address->port_last,
	    port);
}

static bool
matches_name(const struct settings *settings, const struct settings_address *address,
    const char *name)
{
	const char *wanted = settings_text(settings, address->name);

	switch ((enum settings_address_type)address->type) {
	case SETTINGS_ANY:
		return true;
	case SETTINGS_NAME:
		return match_name(name, wanted);
	case SETTINGS_DOMAIN:
		return match_domain(name, wanted);
	case SETTINGS_NET:
	case SETTINGS_ADDRESS_TYPES:
		break;
	}
	return false;
}

static bool
matches_ip(const struct settings *settings, const struct settings_address *address,
    const struct endpoint *ip)
{
	switch ((enum settings_address_type)address->type) {
	case SETTINGS_ANY:
		return true;
	case SETTINGS_NET:
		return endpoint_in_prefix(ip, &address->net, address->prefix);
	case SETTINGS_NAME:
		/* The only name whose address is known without looking it up. */
		return endpoint_is_loopback(ip) && names_loopback(settings, address);
	case SETTINGS_DOMAIN:
	case SETTINGS_ADDRESS_TYPES:
		break;
	}
	return false;
}

static bool
matches_from(const struct settings_address *from, const struct endpoint *bound)
{
	/* What is bound to nothing has the unspecified address, which only 0/0 contains. */
	if (from->type != SETTINGS_ANY && (from->type != SETTINGS_NET ||
	    !(bound->family == AF_UNSPEC ? from->prefix == 0 :
	    endpoint_in_prefix(bound, &from->net, from->prefix))))
		return false;
	return matches_port(from, bound->port);
}

static bool
is_for_connect(const struct settings_route *r)
{
	return (r->commands & ROUTE_COMMAND_CONNECT) != 0 && (r->protocols & ROUTE_PROTOCOL_TCP) != 0;
}

static bool
matches(const struct settings_route *r, const struct target *t)
{
	const struct host *to = t->to;

	if (!is_for_connect(r) || (t->this_host && !names_loopback(t->settings, &r->to)))
		return false;
	return matches_port(&r->to, host_port(to)) && matches_from(&r->from, t->from) &&
	    (to->type == HOST_NAME ? matches_name(t->settings, &r->to, to->name) :
	    matches_ip(t->settings, &r->to, &to->endpoint));
}

static void
add_candidate(struct route *route, uint8_t proxy)
{
	if (memchr(route->candidates, proxy, route->candidate_count) == NULL)
		route->candidates[route->candidate_count++] = proxy;
}

/* The candidates, as far as the first direct route; whether that was the first match of all. */
static bool
walk(const struct target *t, struct route *route)
{
	const struct settings *settings = t->settings;

	for (uint32_t i = 0; i < settings->route_count; i++) {
		const struct settings_route *r = &settings->routes[i];

		if (!matches(r, t))
			continue;
		if (r->direct)
			return route->candidate_count == 0;
		add_candidate(route, (uint8_t)r->proxy);
	}
	return false;
}

/* Least recently failed first; those that failed at the same time stay in their order. */
static void
sort_by_failure(struct route *route)
{
	int64_t failed[SETTINGS_PROXIES];
	unsigned j;

	for (unsigned i = 0; i < route->candidate_count; i++) {
		uint8_t proxy = route->candidates[i];
		int64_t when = health_last_failure(proxy);

		for (j = i; j > 0 && failed[j - 1] > when; j--) {
			failed[j] = failed[j - 1];
			route->candidates[j] = route->candidates[j - 1];
		}
		failed[j] = when;
		route->candidates[j] = proxy;
	}
}

/* Leaves out those that are bad, unless all are: one of them may be up by now. */
static void
prefer_healthy(const struct settings *settings, struct route *route)
{
	int64_t now = health_now();
	uint8_t good[SETTINGS_PROXIES], count = 0;

	for (unsigned i = 0; i < route->candidate_count; i++) {
		if (!health_is_bad(settings, route->candidates[i], now))
			good[count++] = route->candidates[i];
	}
	if (count == 0) {
		sort_by_failure(route);
		return;
	}
	memcpy(route->candidates, good, count);
	route->candidate_count = count;
}

/* For a host that is known, and whose address is not what routes are about. */
static void
decide(const struct target *t, struct route *route)
{
	bool direct = walk(t, route);

	if (route->candidate_count > 0) {
		route->way = ROUTE_PROXY;
		prefer_healthy(t->settings, route);
		return;
	}
	if (t->this_host)
		return;
	if (!direct && !t->settings->direct_fallback)
		route_refuse(route, ROUTE_NO_MATCH);
	else if (t->to->type == HOST_NAME)
		route_refuse(route, ROUTE_NO_ADDRESS);
}

void
route_decide(const struct settings *settings, const struct endpoint *from,
    const struct endpoint *to, struct route *route)
{
	struct target t = { .settings = settings, .from = from, .to = &route->dst };

	route_init(settings, to, route);
	if (is_proxy(settings, to))
		return;
	if (route_target(to, &route->dst) < 0) {
		route_refuse(route, ROUTE_UNKNOWN_NAME);
		return;
	}
	if (route->dst.type == HOST_IP && direct_addresses_has(to))
		return;
	t.this_host = is_this_host(to) && !settings->proxy_loopback;
	decide(&t, route);
}

void
route_decide_host(const struct settings *settings, const struct host *to, struct route *route)
{
	const struct endpoint unbound = { .family = AF_UNSPEC };
	struct target t = { .settings = settings, .from = &unbound, .to = &route->dst };

	if (to->type == HOST_IP) {
		route_decide(settings, &unbound, &to->endpoint, route);
		return;
	}
	route_init(settings, &to->endpoint, route);
	route->dst = *to;
	t.this_host = is_localhost(to->name) && !settings->proxy_loopback;
	decide(&t, route);
	/* Nobody has given a reserved address for it yet, so that it can be looked up. */
	if (route->reason == ROUTE_NO_ADDRESS) {
		route->way = ROUTE_DIRECT;
		route->reason = ROUTE_NO_REASON;
		route->error = 0;
	}
}

void
route_connect(const struct endpoint *from, const struct endpoint *to, struct route *route)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);

	if (settings != NULL && !failed) {
		route_decide(settings, from, to, route);
		return;
	}
	route_init(settings, to, route);
	if (failed && (settings->proxy_loopback || !is_this_host(to)))
		route_refuse(route, ROUTE_UNCONFIGURED);
}

static bool
is_own_hostname(const char *name)
{
	char own[HOST_NAME_MAX_LEN + 1];

	if (gethostname(own, sizeof(own)) < 0)
		return false;
	own[sizeof(own) - 1] = '\0';
	return match_name(own, name);
}

/*
 * Whether a connection to @port of @name is direct, as far as that is known
 * before there is one: a route that asks for a certain "from" may match, so its
 * proxy keeps the name from the resolver, and its "direct" does not give it up.
 * @otherwise is where no route matches.
 */
static bool
port_is_local(const struct settings *settings, const char *name, uint16_t port, bool otherwise)
{
	for (uint32_t i = 0; i < settings->route_count; i++) {
		const struct settings_route *r = &settings->routes[i];
		bool certain = r->from.type == SETTINGS_ANY && r->from.port_op == PORT_ANY;

		if (!is_for_connect(r) || (r->direct && !certain) || !matches_port(&r->to, port) ||
		    !matches_name(settings, &r->to, name))
			continue;
		return r->direct;
	}
	return otherwise;
}

/*
 * Whether every port is. What a port's routes are changes at the ports that the
 * routes speak of and nowhere else, so looking at these and their neighbours is
 * looking at all.
 */
static bool
name_is_local(const struct settings *settings, const char *name, bool otherwise)
{
	if (!port_is_local(settings, name, 0, otherwise))
		return false;
	for (uint32_t i = 0; i < settings->route_count; i++) {
		const struct settings_address *to = &settings->routes[i].to;

		if (to->port_op == PORT_ANY || !matches_name(settings, to, name))
			continue;
		if (!port_is_local(settings, name, to->port, otherwise) ||
		    !port_is_local(settings, name, (uint16_t)(to->port + 1), otherwise) ||
		    !port_is_local(settings, name, (uint16_t)(to->port - 1), otherwise) ||
		    !port_is_local(settings, name, to->port_last, otherwise) ||
		    !port_is_local(settings, name, (uint16_t)(to->port_last + 1), otherwise))
			return false;
	}
	return true;
}

enum route_name
route_decide_name(const struct settings *settings, const char *name)
{
	if (is_localhost(name) || is_own_hostname(name))
		return ROUTE_NAME_LOOPBACK;
	if (settings->names == NAMES_RESOLVED ||
	    name_is_local(settings, name, settings->direct_fallback != 0))
		return ROUTE_NAME_LOCAL;
	return ROUTE_NAME_REMOTE;
}

enum route_name
route_name(const char *name)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);

	return settings == NULL ? ROUTE_NAME_LOCAL : route_decide_name(settings, name);
}

bool
route_decide_name_direct(const struct settings *settings, const char *name)
{
	return name_is_local(settings, name, false);
}

bool
route_name_is_direct(const char *name)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);

	return settings != NULL && !failed && route_decide_name_direct(settings, name);
}
