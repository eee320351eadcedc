/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_check.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* An address that clients of other machines may reach, as far as its text tells. */
static bool
is_public(const struct host *h)
{
	if (h->type == HOST_IP)
		return !endpoint_is_loopback(&h->endpoint);
	return strcmp(h->name, "lo") != 0 && strcasecmp(h->name, "localhost") != 0;
}

/* Anybody's requests, without so much as a password: usually not what was meant. */
static int
warn_open(struct conf *c)
{
	char text[HOST_TEXT_SIZE];

	if (!conf_has_socksmethod(c, AUTH_NONE))
		return 0;
	for (unsigned i = 0; i < c->internal_count; i++) {
		const struct conf_address *a = &c->internal[i];

		if (is_public(&a->host))
			return conf_warn(c, a->line, "socksmethod none on %s, which is not "
			    "loopback: whoever the rules let in needs no password",
			    host_format(&a->host, text));
	}
	return 0;
}

/* SOCKS4 has no methods, so that its clients are those of none. */
static int
warn_socks4(struct conf *c)
{
	for (unsigned i = 0; i < c->socks_rule_count; i++) {
		const struct rule *r = &c->socks_rules[i];
		bool none = r->socksmethods == 0 ? conf_has_socksmethod(c, AUTH_NONE) :
		    (r->socksmethods >> AUTH_NONE & 1) != 0;

		if (r->proxyprotocols == RULE_SOCKS_V4 && !none && conf_warn(c, r->line,
		    "the rule matches nobody: clients of socks_v4 have the socksmethod none") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int
warn_whole(struct conf *c)
{
	const struct {
		bool		 missing;
		const char	*text;
	} parts[] = {
		{ c->logoutput_count == 0, "no logoutput: nothing is logged" },
		{ c->socksmethod_count == 0, "no socksmethod: every request is blocked" },
		{ c->client_rule_count == 0, "no client rule: every client is blocked" },
		{ c->socks_rule_count == 0, "no socks rule: every request is blocked" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].missing && conf_warn(c, 0, "%s", parts[i].text) < 0)
			return -ENOMEM;
	}
	return warn_open(c) < 0 ? -ENOMEM : warn_socks4(c);
}

int
conf_check(struct conf_parser *p)
{
	struct conf_token end = { .type = CONF_END, .line = p->lex.line };

	if (p->conf->internal_count == 0)
		return conf_lex_fail(&p->lex, &end,
		    "expected \"internal: ADDRESS\": no address to listen on was given");
	if (p->conf->external_count == 0)
		return conf_lex_fail(&p->lex, &end,
		    "expected \"external: ADDRESS\": no address for outgoing traffic was given");
	return warn_whole(p->conf) < 0 ? conf_fail_memory(p) : 0;
}
