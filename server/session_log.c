/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/session_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#define LIBBSD_OPENBSD_VIS
#include <bsd/vis.h>

#include "common/compiler.h"
#include "common/socks5.h"
#include "server/log.h"

/* Any one of the words that ask for a line about a block (facts of Dante's log). */
#define LOG_ON_BLOCK	(RULE_LOG_CONNECT | RULE_LOG_DISCONNECT | RULE_LOG_DATA | \
			 RULE_LOG_IOOPERATION)
#define LOG_ON_FAILURE	(RULE_LOG_ERROR | RULE_LOG_DISCONNECT)

#define ENCODED_SIZE	(4 * 255 + 1)	/* vis(3): four bytes for one, at most */
#define ADDRESS_SIZE	(ENDPOINT_TEXT_SIZE + 8)
#define WHY_SIZE	(4 * (HOST_TEXT_SIZE + 100) + 1)
#define WHO_SIZE	(ENCODED_SIZE + 32 + 2 * ADDRESS_SIZE)
#define TARGET_SIZE	(ENCODED_SIZE + 2 * ADDRESS_SIZE)

static bool
wanted(const struct session_rule *rule, unsigned words)
{
	return (rule->log & words) != 0 || log_debug_level() > 0;
}

/* "10.0.0.2.40000"; what is not known is 0.0.0.0.0. */
static void
format_endpoint(const struct endpoint *e, char *text, size_t size)
{
	char ip[ENDPOINT_TEXT_SIZE];

	if (e->family == AF_UNSPEC)
		snprintf(text, size, "0.0.0.0.0");
	else
		snprintf(text, size, "%s.%u", endpoint_format_ip(e, ip), e->port);
}

/*
 * What clients send is encoded, so that a name cannot forge a line of the log.
 * @to has room for ENCODED_SIZE.
 */
static void
encode(const char *from, char *to)
{
	strvis(to, from, VIS_WHITE | VIS_CSTYLE);
}

static void
format_source(const struct session *s, char *text, size_t size)
{
	char client[ADDRESS_SIZE], internal[ADDRESS_SIZE], user[ENCODED_SIZE];

	format_endpoint(&s->client, client, sizeof(client));
	format_endpoint(&s->internal, internal, sizeof(internal));
	if (s->user[0] == '\0') {
		snprintf(text, size, "%s %s", client, internal);
		return;
	}
	encode(s->user, user);
	snprintf(text, size, "%s%%%s@%s %s", s->method == AUTH_NONE ? "userid" :
	    auth_method_name((enum auth_method)s->method), user, client, internal);
}

/* The address connected to, or, while there is none, what was asked for. */
static void
format_target(const struct session *s, char *text, size_t size)
{
	char external[ADDRESS_SIZE], remote[ENCODED_SIZE + 8], name[ENCODED_SIZE];

	format_endpoint(&s->external, external, sizeof(external));
	if (s->remote.family != AF_UNSPEC) {
		format_endpoint(&s->remote, remote, sizeof(remote));
	} else if (s->dst.type == HOST_NAME) {
		encode(s->dst.name, name);
		snprintf(remote, sizeof(remote), "%s.%u", name, host_port(&s->dst));
	} else {
		format_endpoint(&s->dst.endpoint, remote, sizeof(remote));
	}
	snprintf(text, size, "%s %s", external, remote);
}

static const char *
command_text(const struct session *s)
{
	switch (s->command) {
	case SOCKS5_BIND:
		return "tcp/bind";
	case SESSION_BINDREPLY:
		return "tcp/bindreply";
	case SOCKS5_UDP_ASSOCIATE:
		return "udp/udpassociate";
	default:
		return "tcp/connect";
	}
}

static const char *
verdict_text(bool pass)
{
	return pass ? "pass" : "block";
}

void
session_log_accept(const struct session *s, bool pass)
{
	char source[WHO_SIZE];

	if (!wanted(&s->client_rule, pass ? RULE_LOG_CONNECT : LOG_ON_BLOCK))
		return;
	format_source(s, source, sizeof(source));
	log_info("%s(%u): tcp/accept %c: %s", verdict_text(pass), s->client_rule.number,
	    pass ? '[' : ']', source);
}

void
session_log_negotiation(const struct session *s, const char *why, uint64_t after_ms)
{
	char source[WHO_SIZE];

	if (!wanted(&s->client_rule, LOG_ON_FAILURE))
		return;
	format_source(s, source, sizeof(source));
	log_info("block(%u): tcp/accept ]: %s: %s after %" PRIu64 ".%03" PRIu64 " seconds",
	    s->client_rule.number, source, why, after_ms / 1000, after_ms % 1000);
}

void
session_log_connect(const struct session *s)
{
	char source[WHO_SIZE], target[TARGET_SIZE];

	if (!wanted(&s->socks_rule, RULE_LOG_CONNECT))
		return;
	format_source(s, source, sizeof(source));
	format_target(s, target, sizeof(target));
	log_info("pass(%u): %s [: %s -> %s", s->socks_rule.number, command_text(s), source,
	    target);
}

void
session_log_block(const struct session *s)
{
	char source[WHO_SIZE], target[TARGET_SIZE];

	if (!wanted(&s->socks_rule, LOG_ON_BLOCK))
		return;
	format_source(s, source, sizeof(source));
	format_target(s, target, sizeof(target));
	log_info("block(%u): %s ]: %s -> %s", s->socks_rule.number, command_text(s), source,
	    target);
}

void
session_log_failure(const struct session *s, const char *why)
{
	char source[WHO_SIZE], target[TARGET_SIZE], said[WHY_SIZE];

	/* It may quote the name that was asked for; its own words keep their spaces. */
	strnvis(said, why, sizeof(said), VIS_TAB | VIS_NL | VIS_CSTYLE);
	format_source(s, source, sizeof(source));
	format_target(s, target, sizeof(target));
	if (wanted(&s->socks_rule, LOG_ON_FAILURE))
		log_info("block(%u): %s ]: %s -> %s: %s", s->socks_rule.number,
		    command_text(s), source, target, said);
	if (wanted(&s->client_rule, LOG_ON_FAILURE))
		log_info("block(%u): tcp/accept ]: %s: request was not performed due to error: %s",
		    s->client_rule.number, source, said);
}

void
session_log_end(const struct session *s, const struct session_bytes *b, const char *how,
    bool error, uint64_t now_ms)
{
	unsigned words = RULE_LOG_DISCONNECT | (error ? RULE_LOG_ERROR : 0);
	uint64_t seconds = (now_ms - s->accepted_ms) / 1000;
	char source[WHO_SIZE], target[TARGET_SIZE];

	format_source(s, source, sizeof(source));
	format_target(s, target, sizeof(target));
	if (wanted(&s->socks_rule, words))
		log_info("pass(%u): %s ]: %" PRIu64 " -> %s -> %" PRIu64 ", %" PRIu64
		    " -> %s -> %" PRIu64 ": %s.  Session duration: %" PRIu64 "s",
		    s->socks_rule.number, command_text(s), b->client_written, source,
		    b->client_read, b->remote_written, target, b->remote_read, how, seconds);
	if (wanted(&s->client_rule, words))
		log_info("pass(%u): tcp/accept ]: %" PRIu64 " -> %s -> %" PRIu64
		    ": %s.  Session duration: %" PRIu64 "s", s->client_rule.number,
		    b->client_written, source, b->client_read, how, seconds);
}
