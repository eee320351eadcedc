/* SPDX-License-Identifier: ISC */
/* The configuration as an object. */
#include <config.h>

#include "server/conf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf *
conf_new(const char *file)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->internal_protocols = c->external_protocols = CONF_IPV4 | CONF_IPV6;
	c->user_passwordcache = 30;
	c->timeout_negotiate = 30;
	c->timeout_connect = 30;
	c->timeout_io_udp = 86400;
	c->file = strdup(file);
	if (c->file == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

static void
rules_free(struct rule *rules, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		free(rules[i].from.addresses);
		free(rules[i].to.addresses);
	}
	free(rules);
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	rules_free(c->client_rules, c->client_rule_count);
	rules_free(c->socks_rules, c->socks_rule_count);
	for (unsigned i = 0; i < c->warning_count; i++)
		free(c->warnings[i]);
	free(c->warnings);
	free(c->file);
	free(c);
}

bool
conf_has_protocol(unsigned protocols, const struct endpoint *e)
{
	return (protocols & (e->family == AF_INET ? CONF_IPV4 : CONF_IPV6)) != 0;
}

bool
conf_has_socksmethod(const struct conf *c, enum auth_method method)
{
	for (unsigned i = 0; i < c->socksmethod_count; i++) {
		if (c->socksmethods[i] == method)
			return true;
	}
	return false;
}

int
conf_warn(struct conf *c, unsigned line, const char *fmt, ...)
{
	char where[16] = "", text[256], *warning, **grown;
	va_list args;
	size_t size;

	grown = realloc(c->warnings, (c->warning_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	c->warnings = grown;
	if (line != 0)
		snprintf(where, sizeof(where), "%u:", line);
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	size = strlen(c->file) + sizeof(where) + sizeof(text) + 3;
	warning = malloc(size);
	if (warning == NULL)
		return -ENOMEM;
	snprintf(warning, size, "%s:%s %s", c->file, where, text);
	c->warnings[c->warning_count++] = warning;
	return 0;
}

/* The addresses of @list that the interface of @a has. */
static int
bind_address(struct rule_addr *a, const struct conf_interface *list, unsigned count)
{
	struct endpoint *addresses;
	unsigned n = 0;

	if (a->type != RULE_ADDR_INTERFACE && a->type != RULE_ADDR_NAME)
		return 0;
	for (unsigned i = 0; i < count; i++)
		n += strcmp(list[i].name, a->name) == 0;
	if (n == 0 && a->type == RULE_ADDR_NAME)
		return 0;
	addresses = calloc(n + 1, sizeof(*addresses));
	if (addresses == NULL)
		return -ENOMEM;
	free(a->addresses);
	a->type = RULE_ADDR_INTERFACE;
	a->addresses = addresses;
	a->address_count = n;
	for (unsigned i = 0, next = 0; i < count; i++) {
		if (strcmp(list[i].name, a->name) == 0)
			addresses[next++] = list[i].address;
	}
	return 0;
}

static int
bind_rule(struct conf *c, const struct rule *r, struct rule_addr *a,
    const struct conf_interface *list, unsigned count)
{
	int error = bind_address(a, list, count);

	if (error < 0 || c->interfaces_bound || a->type != RULE_ADDR_INTERFACE ||
	    a->address_count > 0)
		return error;
	return conf_warn(c, r->line, "no interface \"%s\" on this machine: this %s rule will "
	    "match nothing until there is one", a->name,
	    r->verdict == RULE_PASS ? "pass" : "block");
}

static int
bind_rules(struct conf *c, struct rule *rules, unsigned n,
    const struct conf_interface *list, unsigned count)
{
	for (unsigned i = 0; i < n; i++) {
		struct rule *r = &rules[i];

		if (bind_rule(c, r, &r->from, list, count) < 0 ||
		    bind_rule(c, r, &r->to, list, count) < 0)
			return -ENOMEM;
	}
	return 0;
}

int
conf_bind_interfaces(struct conf *c, const struct conf_interface *list, unsigned count)
{
	if (bind_rules(c, c->client_rules, c->client_rule_count, list, count) < 0 ||
	    bind_rules(c, c->socks_rules, c->socks_rule_count, list, count) < 0)
		return -ENOMEM;
	c->interfaces_bound = true;
	return 0;
}
