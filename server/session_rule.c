/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/session_rule.h"

#include "common/socks4.h"
#include "common/socks5.h"

static unsigned
rule_proxyprotocol(const struct session *s)
{
	return s->version == SOCKS4_VERSION ? RULE_SOCKS_V4 : RULE_SOCKS_V5;
}

static unsigned
rule_command(uint8_t command)
{
	switch (command) {
	case SOCKS5_BIND:
		return RULE_CMD_BIND;
	case SOCKS5_UDP_ASSOCIATE:
		return RULE_CMD_UDPASSOCIATE;
	default:
		return RULE_CMD_CONNECT;
	}
}

const struct rule *
session_rule_find(const struct conf *conf, const struct session *s, const struct endpoint *to,
    bool *needs_address)
{
	struct rule_query q = {
		.from = s->client,
		.to_name = s->dst.type == HOST_NAME ? s->dst.name : NULL,
		.to = *to,
		.command = rule_command(s->command),
		.protocol = s->command == SOCKS5_UDP_ASSOCIATE ? RULE_UDP : RULE_TCP,
		.proxyprotocol = rule_proxyprotocol(s),
		.method = (enum auth_method)s->method,
	};

	q.to.port = host_port(&s->dst);
	return rule_find(conf->socks_rules, conf->socks_rule_count, &q, needs_address);
}

const struct rule *
session_rule_find_reply(const struct conf *conf, const struct session *s,
    const struct endpoint *peer)
{
	const struct rule_query q = {
		.from = *peer,
		.to = s->client,
		.command = RULE_CMD_BINDREPLY,
		.protocol = RULE_TCP,
		.proxyprotocol = rule_proxyprotocol(s),
		.method = (enum auth_method)s->method,
	};

	return rule_find(conf->socks_rules, conf->socks_rule_count, &q, NULL);
}

void
session_rule_note(struct session *s, const struct rule *rule)
{
	s->socks_rule.number = (uint16_t)rule->number;
	s->socks_rule.log = (uint8_t)rule->log;
}

void
session_rule_apply(struct session *s, const struct rule *rule)
{
	session_rule_note(s, rule);
	if (rule->timeout_io_tcp >= 0)
		s->io_timeout = (uint32_t)rule->timeout_io_tcp;
	if (rule->timeout_tcp_fin_wait >= 0)
		s->fin_timeout = (uint32_t)rule->timeout_tcp_fin_wait;
}
