/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/external.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/compiler.h"
#include "server/interface.h"

/* Of one interface or name, more are not looked at. */
#define ADDRESSES_MAX	16

static const struct {
	const char	*net;
	unsigned	 prefix;
} limited_scopes[] = {
	{ "10.0.0.0", 8 },
	{ "172.16.0.0", 12 },
	{ "192.168.0.0", 16 },
	{ "fc00::", 7 },
	{ "127.0.0.0", 8 },
	{ "::1", 128 },
	{ "169.254.0.0", 16 },
};

/* 0: global; the more the fewer can reach it. */
static unsigned
scope(const struct endpoint *e)
{
	struct endpoint net;

	for (unsigned i = 0; i < ARRAY_SIZE(limited_scopes); i++) {
		if (endpoint_parse_ip(&net, limited_scopes[i].net) == 0 &&
		    endpoint_in_prefix(e, &net, limited_scopes[i].prefix))
			return i + 1;
	}
	return 0;
}

struct ordered {
	struct endpoint	*addresses;
	unsigned	 count;
	unsigned	 max;
};

/* Behind those of the same scope. */
static int
insert_by_scope(const char *name UNUSED, const struct endpoint *e, void *arg)
{
	struct ordered *o = arg;
	unsigned at = 0;

	if (endpoint_is_ip6_link_local(e))
		return 0;
	while (at < o->count && scope(&o->addresses[at]) <= scope(e))
		at++;
	if (at == o->max)
		return 0;
	if (o->count == o->max)
		o->count--;
	memmove(&o->addresses[at + 1], &o->addresses[at], (o->count - at) * sizeof(*e));
	o->addresses[at] = *e;
	o->count++;
	return 0;
}

int
external_interface(const char *name, struct endpoint *addresses, unsigned max)
{
	struct ordered o = { .addresses = addresses, .max = max };
	int error = interface_each_address(name, insert_by_scope, &o);

	return error < 0 ? error : (int)o.count;
}

/* The addresses of a host name: how many, or a negative EAI_ code. */
static int
look_up(const char *name, struct endpoint *addresses, unsigned max)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	unsigned count = 0;
	int r = getaddrinfo(name, NULL, &hints, &list);

	if (r != 0)
		return r;
	for (struct addrinfo *i = list; i != NULL && count < max; i = i->ai_next) {
		if (endpoint_from_sockaddr(&addresses[count], i->ai_addr, i->ai_addrlen) == 0)
			count++;
	}
	freeaddrinfo(list);
	return (int)count;
}

static int PRINTF_LIKE(4, 5)
fail(int error, char *text, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, size, fmt, args);
	va_end(args);
	return error;
}

/* The addresses that one entry of the list means: how many, or -errno with a message. */
static int
entry_addresses(const struct conf_address *entry, struct endpoint *addresses, unsigned max,
    char *error, size_t size)
{
	const char *name = entry->host.name;
	int n;

	if (entry->host.type == HOST_IP) {
		addresses[0] = entry->host.endpoint;
		return 1;
	}
	n = external_interface(name, addresses, max);
	if (n > 0)
		return n;
	if (n == 0)
		return fail(-EADDRNOTAVAIL, error, size,
		    "line %u: external interface %s has no address", entry->line, name);
	if (n != -ENODEV)
		return fail(n, error, size, "line %u: cannot list the interfaces: %s", entry->line,
		    strerror(-n));
	n = look_up(name, addresses, max);
	if (n < 0)
		return fail(-EADDRNOTAVAIL, error, size,
		    "line %u: external address %s is no interface and no known name: %s",
		    entry->line, name, gai_strerror(n));
	return n;
}

static void
take_source(struct connector_sources *sources, const struct endpoint *e)
{
	struct endpoint *source = e->family == AF_INET ? &sources->ip4 : &sources->ip6;

	if (source->family != AF_UNSPEC)
		return;
	*source = *e;
	source->port = 0;
}

int
external_resolve(const struct conf *c, struct connector_sources *sources, char *error,
    size_t error_size)
{
	struct endpoint addresses[ADDRESSES_MAX];

	memset(sources, 0, sizeof(*sources));
	if (c->external_count == 0)
		return fail(-EINVAL, error, error_size, "no external address is given");
	for (unsigned i = 0; i < c->external_count; i++) {
		int n = entry_addresses(&c->external[i], addresses, ADDRESSES_MAX, error,
		    error_size);

		if (n < 0)
			return n;
		for (int k = 0; k < n; k++) {
			/* external.protocol chooses among what an interface or a name has. */
			if (c->external[i].host.type == HOST_IP ||
			    conf_has_protocol(c->external_protocols, &addresses[k]))
				take_source(sources, &addresses[k]);
		}
	}
	return 0;
}
