/* SPDX-License-Identifier: ISC */
/*
 * A configuration file: it is taken or refused with one line, and the rules of
 * one that is taken can be asked.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/conf_parse.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
ask(const struct conf *c, const char *from, const char *to, const char *name)
{
	struct rule_query q = {
		.to_name = name, .command = RULE_CMD_CONNECT, .protocol = RULE_TCP,
		.proxyprotocol = RULE_SOCKS_V5, .method = AUTH_USERNAME,
	};
	const struct rule *r;
	bool needs_address;

	endpoint_parse_ip(&q.from, from);
	if (to != NULL)
		endpoint_parse_ip(&q.to, to);
	q.to.port = 80;
	r = rule_find(c->socks_rules, c->socks_rule_count, &q, &needs_address);
	require(r != NULL && r->number <= c->socks_rule_count);
	require(to == NULL || !needs_address);
	q.client = true;
	r = rule_find(c->client_rules, c->client_rule_count, &q, &needs_address);
	require(r != NULL && r->number <= c->client_rule_count);
}

/* What every process relies on without looking again. */
static void
check(const struct conf *c)
{
	require(c->internal_count > 0 && c->internal_count <= CONF_INTERNAL_MAX);
	require(c->external_count > 0 && c->external_count <= CONF_EXTERNAL_MAX);
	require(c->socksmethod_count <= AUTH_METHODS && c->clientmethod_count <= AUTH_METHODS);
	for (unsigned i = 0; i < c->internal_count; i++)
		require(host_port(&c->internal[i].host) != 0);
	for (unsigned i = 0; i < c->socks_rule_count; i++)
		require(c->socks_rules[i].number == i + 1 && c->socks_rules[i].commands != 0);
	for (unsigned i = 0; i < c->warning_count; i++)
		require(strchr(c->warnings[i], '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct conf_interface lo = { .name = "lo" };
	char error[512] = "";
	struct conf *c = conf_parse("f", (const char *)data, len, error, sizeof(error));

	require((c == NULL) == (error[0] != '\0') && strchr(error, '\n') == NULL);
	if (c == NULL)
		return 0;
	endpoint_parse_ip(&lo.address, "127.0.0.1");
	require(conf_bind_interfaces(c, &lo, 1) == 0);
	check(c);
	ask(c, "127.0.0.1", "10.0.0.1", NULL);
	ask(c, "::1", "2001:db8::1", "www.example.com");
	ask(c, "192.0.2.1", NULL, "www.example.com.");
	conf_free(c);
	return 0;
}
