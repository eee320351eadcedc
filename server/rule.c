/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/rule.h"

#include <assert.h>
#include <stddef.h>

#include "common/compiler.h"

/* What a condition says of a query whose target may have no address yet. */
enum match { MATCH_NO, MATCH_YES, MATCH_NEEDS_ADDRESS };

static const struct rule implicit_block = {
	.verdict = RULE_BLOCK,
	.from.type = RULE_ADDR_ANY,
	.to.type = RULE_ADDR_ANY,
	.commands = RULE_CMD_ANY,
	.protocols = RULE_TCP | RULE_UDP,
	.proxyprotocols = RULE_SOCKS_V4 | RULE_SOCKS_V5,
	.timeout_negotiate = -1,
	.timeout_connect = -1,
	.timeout_io_tcp = -1,
	.timeout_io_udp = -1,
	.timeout_tcp_fin_wait = -1,
};

static bool
port_matches(const struct rule_addr *a, uint16_t port)
{
	return match_port(a->port_op, a->port, a->port_last, port);
}

static bool
interface_has(const struct rule_addr *a, const struct endpoint *e)
{
	for (unsigned i = 0; i < a->address_count; i++) {
		if (endpoint_same_ip(&a->addresses[i], e))
			return true;
	}
	return false;
}

/* @e without a family: not known yet. @name: what was asked for, or NULL. */
static enum match
host_matches(const struct rule_addr *a, const struct endpoint *e, const char *name)
{
	bool matches = false;

	switch (a->type) {
	case RULE_ADDR_ANY:
		return MATCH_YES;
	case RULE_ADDR_NAME:
		matches = name != NULL && match_name(name, a->name);
		break;
	case RULE_ADDR_SUFFIX:
		matches = name != NULL && match_domain(name, a->name);
		break;
	case RULE_ADDR_PREFIX:
		if (e->family == AF_UNSPEC)
			return MATCH_NEEDS_ADDRESS;
		matches = endpoint_in_prefix(e, &a->net, a->prefix);
		break;
	case RULE_ADDR_INTERFACE:
		if (e->family == AF_UNSPEC)
			return MATCH_NEEDS_ADDRESS;
		matches = interface_has(a, e);
		break;
	}
	return matches ? MATCH_YES : MATCH_NO;
}

/* The conditions of a socks rule that are not addresses. */
static bool
request_matches(const struct rule *r, const struct rule_query *q)
{
	return (r->commands & q->command) != 0 && (r->protocols & q->protocol) != 0 &&
	    (r->proxyprotocols & q->proxyprotocol) != 0 &&
	    (r->socksmethods == 0 || (r->socksmethods & 1u << q->method) != 0);
}

/* The target's address comes last, so that one is asked for only where it decides. */
static enum match
rule_matches(const struct rule *r, const struct rule_query *q)
{
	if (!q->client && !request_matches(r, q))
		return MATCH_NO;
	if (!port_matches(&r->from, q->from.port) || !port_matches(&r->to, q->to.port))
		return MATCH_NO;
	if (host_matches(&r->from, &q->from, NULL) != MATCH_YES)
		return MATCH_NO;
	return host_matches(&r->to, &q->to, q->to_name);
}

const struct rule *
rule_find(const struct rule *rules, unsigned count, const struct rule_query *q,
    bool *needs_address)
{
	if (needs_address != NULL)
		*needs_address = false;
	for (unsigned i = 0; i < count; i++) {
		switch (rule_matches(&rules[i], q)) {
		case MATCH_YES:
			return &rules[i];
		case MATCH_NO:
			break;
		case MATCH_NEEDS_ADDRESS:
			if (needs_address != NULL)
				*needs_address = true;
			return &implicit_block;
		}
	}
	return &implicit_block;
}

const char *
auth_method_name(enum auth_method method)
{
	static const char *const names[] = {
		[AUTH_NONE] = "none",
		[AUTH_USERNAME] = "username",
		[AUTH_GSSAPI] = "gssapi",
	};

	static_assert(ARRAY_SIZE(names) == AUTH_METHODS, "a method without a name");
	return method < AUTH_METHODS ? names[method] : "unknown";
}

const char *
rule_command_name(unsigned command)
{
	switch (command) {
	case RULE_CMD_CONNECT:
		return "connect";
	case RULE_CMD_BIND:
		return "bind";
	case RULE_CMD_BINDREPLY:
		return "bindreply";
	case RULE_CMD_UDPASSOCIATE:
		return "udpassociate";
	case RULE_CMD_UDPREPLY:
		return "udpreply";
	default:
		return "unknown";
	}
}
