/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_MAXFAIL		1	/* Dante's */
#define DEFAULT_BADEXPIRE	300	/* seconds; Dante's */
#define ALL_METHODS		(PROXY_METHOD_NONE | PROXY_METHOD_USERNAME | PROXY_METHOD_GSSAPI)

void
settings_init(struct settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->route_maxfail = DEFAULT_MAXFAIL;
	settings->route_badexpire = DEFAULT_BADEXPIRE;
	settings->text_used = 1;
}

uint32_t
settings_add_text(struct settings *settings, const char *text, int *error)
{
	size_t size = strlen(text) + 1;
	uint32_t at = settings->text_used;

	if (size == 1)
		return 0;
	if (size > SETTINGS_TEXT - at) {
		*error = -ENOSPC;
		return 0;
	}
	memcpy(settings->text + at, text, size);
	settings->text_used += (uint32_t)size;
	return at;
}

int
settings_route_all(struct settings *settings, unsigned index)
{
	if (settings->route_count == SETTINGS_ROUTES)
		return -ENOSPC;
	settings->routes[settings->route_count++] = (struct settings_route){
		.commands = ROUTE_COMMAND_ANY,
		.protocols = ROUTE_PROTOCOL_ANY,
		.proxy = (uint16_t)index,
	};
	return 0;
}

static bool
is_ended(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static bool
endpoint_is_sound(const struct endpoint *e)
{
	return e->family == AF_INET || e->family == AF_INET6;
}

static bool
proxy_is_sound(const struct settings *s, const struct proxy *p)
{
	if (p->protocol >= PROXY_PROTOCOLS || p->methods > ALL_METHODS ||
	    p->address_count > SETTINGS_ADDRESSES || p->name >= s->text_used ||
	    !is_ended(p->path, sizeof(p->path)) ||
	    !is_ended(p->username, sizeof(p->username)) ||
	    !is_ended(p->password, sizeof(p->password)))
		return false;
	for (unsigned i = 0; i < p->address_count; i++) {
		if (!endpoint_is_sound(&p->addresses[i]) || p->addresses[i].port == 0)
			return false;
	}
	return p->address_count > 0 || p->path[0] != '\0';
}

static bool
address_is_sound(const struct settings *s, const struct settings_address *a)
{
	if (a->type >= SETTINGS_ADDRESS_TYPES || a->port_op > PORT_RANGE || a->name >= s->text_used)
		return false;
	return a->type != SETTINGS_NET ||
	    (endpoint_is_sound(&a->net) && a->prefix <= endpoint_bits(&a->net));
}

static bool
route_is_sound(const struct settings *s, const struct settings_route *r)
{
	return r->direct <= 1 && (r->direct || r->proxy < s->proxy_count) &&
	    address_is_sound(s, &r->from) && address_is_sound(s, &r->to);
}

static bool
range_is_sound(const struct endpoint *range, unsigned prefix, int family)
{
	return prefix == 0 || (range->family == family && prefix <= endpoint_bits(range));
}

static bool
numbers_are_sound(const struct settings *s)
{
	return s->proxy_count <= SETTINGS_PROXIES && s->route_count <= SETTINGS_ROUTES &&
	    s->log_count <= SETTINGS_LOGS && s->names <= NAMES_RESOLVED && s->text_used > 0 &&
	    s->text_used <= SETTINGS_TEXT && s->text[0] == '\0' &&
	    s->text[s->text_used - 1] == '\0' && s->nameserver < s->text_used &&
	    range_is_sound(&s->reserved4, s->reserved4_prefix, AF_INET) &&
	    range_is_sound(&s->reserved6, s->reserved6_prefix, AF_INET6);
}

bool
settings_are_sound(const struct settings *s)
{
	if (!numbers_are_sound(s))
		return false;
	for (uint32_t i = 0; i < s->proxy_count; i++) {
		if (!proxy_is_sound(s, &s->proxies[i]))
			return false;
	}
	for (uint32_t i = 0; i < s->route_count; i++) {
		if (!route_is_sound(s, &s->routes[i]))
			return false;
	}
	for (uint32_t i = 0; i < s->log_count; i++) {
		if (s->logs[i].path >= s->text_used)
			return false;
	}
	return true;
}
