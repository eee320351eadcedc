/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_parse_rule.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "server/conf_option.h"
#include "server/conf_read_addr.h"

#define TCP_COMMANDS	(RULE_CMD_CONNECT | RULE_CMD_BIND | RULE_CMD_BINDREPLY)
#define UDP_COMMANDS	(RULE_CMD_UDPASSOCIATE | RULE_CMD_UDPREPLY)

static const struct conf_word commands[] = {
	{ "bind", RULE_CMD_BIND },
	{ "bindreply", RULE_CMD_BINDREPLY },
	{ "connect", RULE_CMD_CONNECT },
	{ "udpassociate", RULE_CMD_UDPASSOCIATE },
	{ "udpreply", RULE_CMD_UDPREPLY },
	{ NULL, 0 },
};

static const struct conf_word protocols[] = {
	{ "tcp", RULE_TCP },
	{ "udp", RULE_UDP },
	{ NULL, 0 },
};

static const struct conf_word proxyprotocols[] = {
	{ "socks_v4", RULE_SOCKS_V4 },
	{ "socks_v5", RULE_SOCKS_V5 },
	{ NULL, 0 },
};

static const struct conf_word logs[] = {
	{ "connect", RULE_LOG_CONNECT },
	{ "data", RULE_LOG_DATA },
	{ "disconnect", RULE_LOG_DISCONNECT },
	{ "error", RULE_LOG_ERROR },
	{ "ioop", RULE_LOG_IOOPERATION },
	{ "iooperation", RULE_LOG_IOOPERATION },
	{ "tcpinfo", RULE_LOG_TCPINFO },
	{ NULL, 0 },
};

static int
read_from(struct conf_parser *p, void *field)
{
	return conf_read_rule_addr(p, field, false);
}

/* The address accepted on has no name; a target may. */
static int
read_to(struct conf_parser *p, void *field)
{
	return conf_read_rule_addr(p, field, p->scope == CONF_SOCKS_RULE);
}

static int
read_commands(struct conf_parser *p, void *field)
{
	return conf_value_words(&p->values, commands, field);
}

static int
read_protocols(struct conf_parser *p, void *field)
{
	return conf_value_words(&p->values, protocols, field);
}

static int
read_proxyprotocols(struct conf_parser *p, void *field)
{
	return conf_value_words(&p->values, proxyprotocols, field);
}

/* Payloads, single operations and TCP_INFO are not logged: Dante's words, said to be in vain. */
static int
read_log(struct conf_parser *p, void *field)
{
	int error = conf_value_words(&p->values, logs, field);

	if (error == 0 && (*(unsigned *)field & (RULE_LOG_DATA | RULE_LOG_IOOPERATION |
	    RULE_LOG_TCPINFO)) != 0 && conf_warn(p->conf, p->rule->line,
	    "\"log: data\", \"iooperation\" and \"tcpinfo\" write no lines of their own") < 0)
		return conf_fail_memory(p);
	return error;
}

/* An empty global clientmethod list stands for "none". */
static int
read_clientmethods(struct conf_parser *p, void *field)
{
	enum auth_method method;
	struct conf_token t;

	do {
		if (conf_read_method(p, true, &t, &method) < 0)
			return -EINVAL;
		*(unsigned *)field |= 1u << method;
	} while (conf_value_follows(&p->values));
	return 0;
}

static int
read_socksmethods(struct conf_parser *p, void *field)
{
	enum auth_method method;
	struct conf_token t;

	do {
		if (conf_read_method(p, false, &t, &method) < 0)
			return -EINVAL;
		if (!conf_has_socksmethod(p->conf, method))
			return conf_lex_fail(&p->lex, &t, "expected a method of the global "
			    "socksmethod: \"%s\" is not in it", t.text);
		*(unsigned *)field |= 1u << method;
	} while (conf_value_follows(&p->values));
	return 0;
}

/* What "method" meant before it was split in two depends on the kind of rule. */
static int
read_method(struct conf_parser *p, void *field UNUSED)
{
	if (p->scope == CONF_CLIENT_RULE)
		return read_clientmethods(p, &p->rule->clientmethods);
	return read_socksmethods(p, &p->rule->socksmethods);
}

static_assert(offsetof(struct rule, timeout_io_udp) ==
    offsetof(struct rule, timeout_io_tcp) + sizeof(int), "timeout.io sets both");

#define BOTH		(CONF_CLIENT_RULE | CONF_SOCKS_RULE)
#define FIELD(f)	.offset = offsetof(struct rule, f)
#define SECONDS(f, n)	FIELD(f), .scopes = BOTH, .read = conf_read_number, .max = INT_MAX, \
			    .fields = n

const struct conf_keyword conf_rule_keywords[] = {
	{ .name = "clientmethod", FIELD(clientmethods), .scopes = BOTH,
	    .read = read_clientmethods, .repeats = true },
	{ .name = "command", FIELD(commands), .scopes = CONF_SOCKS_RULE,
	    .read = read_commands, .repeats = true },
	{ .name = "from", FIELD(from), .scopes = BOTH, .read = read_from },
	{ .name = "log", FIELD(log), .scopes = BOTH, .read = read_log, .repeats = true },
	{ .name = "method", FIELD(socksmethods), .scopes = BOTH, .read = read_method,
	    .repeats = true, .instead = "socksmethod or clientmethod" },
	{ .name = "protocol", FIELD(protocols), .scopes = CONF_SOCKS_RULE,
	    .read = read_protocols, .repeats = true },
	{ .name = "proxyprotocol", FIELD(proxyprotocols), .scopes = CONF_SOCKS_RULE,
	    .read = read_proxyprotocols, .repeats = true },
	{ .name = "socksmethod", FIELD(socksmethods), .scopes = BOTH,
	    .read = read_socksmethods, .repeats = true },
	{ .name = "timeout.connect", SECONDS(timeout_connect, 1) },
	{ .name = "timeout.io", SECONDS(timeout_io_tcp, 2) },
	{ .name = "timeout.io.tcp", SECONDS(timeout_io_tcp, 1) },
	{ .name = "timeout.io.udp", SECONDS(timeout_io_udp, 1) },
	{ .name = "timeout.negotiate", SECONDS(timeout_negotiate, 1) },
	{ .name = "timeout.tcp_fin_wait", SECONDS(timeout_tcp_fin_wait, 1) },
	{ .name = "to", FIELD(to), .scopes = BOTH, .read = read_to },
	{ .name = NULL },
};
static_assert(ARRAY_SIZE(conf_rule_keywords) <= CONF_KEYWORDS_MAX, "room in rule_seen");

/* The commands that the protocols of a rule carry. */
static unsigned
protocol_commands(unsigned set)
{
	return ((set & RULE_TCP) != 0 ? TCP_COMMANDS : 0u) |
	    ((set & RULE_UDP) != 0 ? UDP_COMMANDS : 0u);
}

/*
 * What the rule leaves open: every protocol of its commands, every command of its
 * protocols. Commands and protocols that exclude each other leave no request.
 */
static int
complete_commands(struct conf_parser *p, struct rule *r, const struct conf_token *end)
{
	unsigned wanted = r->commands, carried;

	if (r->proxyprotocols == 0)
		r->proxyprotocols = RULE_SOCKS_V4 | RULE_SOCKS_V5;
	if (r->commands == 0)
		r->commands = RULE_CMD_ANY;
	if (r->protocols == 0)
		r->protocols = ((r->commands & TCP_COMMANDS) != 0 ? RULE_TCP : 0u) |
		    ((r->commands & UDP_COMMANDS) != 0 ? RULE_UDP : 0u);
	carried = protocol_commands(r->protocols);
	r->commands &= carried;
	if (r->commands == 0)
		return conf_lex_fail(&p->lex, end, "expected commands and protocols that go "
		    "together: connect and bind are tcp, udpassociate is udp");
	if ((wanted & ~carried) != 0 && conf_warn(p->conf, r->line,
	    "the rule has commands that its protocols do not carry") < 0)
		return conf_fail_memory(p);
	return 0;
}

/* -EINVAL if the keyword of the rule's table has not been given. */
static int
check_given(struct conf_parser *p, const char *name, const struct conf_token *end)
{
	for (unsigned i = 0; conf_rule_keywords[i].name != NULL; i++) {
		if (strcmp(conf_rule_keywords[i].name, name) == 0 && p->rule_seen[i] != 0)
			return 0;
	}
	return conf_lex_fail(&p->lex, end, "expected \"%s: ADDRESS\" in the rule of line %u", name,
	    p->rule->line);
}

/* The array doubles whenever its count is a power of two. */
static int
append_rule(struct conf_parser *p, struct rule *r, struct rule **rules, unsigned *count)
{
	struct rule *grown = *rules;

	if (*count == CONF_RULES_MAX)
		return conf_lex_fail(&p->lex, NULL, "expected at most %d rules of a kind",
		    CONF_RULES_MAX);
	if ((*count & (*count - 1)) == 0)
		grown = reallocarray(*rules, *count == 0 ? 1 : *count * 2, sizeof(*grown));
	if (grown == NULL)
		return conf_fail_memory(p);
	*rules = grown;
	r->number = *count + 1;
	grown[(*count)++] = *r;
	return 0;
}

static int
read_body(struct conf_parser *p, struct rule *r)
{
	struct conf_token t;

	for (;;) {
		if (conf_lex_next(&p->lex, &t, CONF_NAME) < 0)
			return -EINVAL;
		if (conf_token_is(&t, "}"))
			break;
		if (t.type == CONF_END)
			return conf_lex_fail(&p->lex, &t, "expected \"}\" to end the rule of "
			    "line %u", r->line);
		if (conf_read_option(p, &t) < 0)
			return -EINVAL;
	}
	if (check_given(p, "from", &t) < 0 || check_given(p, "to", &t) < 0)
		return -EINVAL;
	return complete_commands(p, r, &t);
}

int
conf_read_rule(struct conf_parser *p, enum conf_scope scope, enum rule_verdict verdict,
    unsigned line)
{
	struct rule r = {
		.verdict = verdict, .line = line,
		.timeout_negotiate = -1, .timeout_connect = -1, .timeout_io_tcp = -1,
		.timeout_io_udp = -1, .timeout_tcp_fin_wait = -1,
	};
	int error;

	p->scope = scope;
	p->rule = &r;
	memset(p->rule_seen, 0, sizeof(p->rule_seen));
	error = conf_expect_punct(&p->lex, "{", verdict == RULE_PASS ? "pass" : "block");
	if (error == 0)
		error = read_body(p, &r);
	p->rule = NULL;
	if (error < 0)
		return error;
	if (scope == CONF_CLIENT_RULE)
		return append_rule(p, &r, &p->conf->client_rules, &p->conf->client_rule_count);
	return append_rule(p, &r, &p->conf->socks_rules, &p->conf->socks_rule_count);
}
