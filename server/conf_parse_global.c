/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_parse_global.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "server/conf_read_addr.h"

static const struct conf_word facilities[] = {
	{ "auth", LOG_AUTH },
	{ "authpriv", LOG_AUTHPRIV },
	{ "daemon", LOG_DAEMON },
	{ "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
	{ "user", LOG_USER },
	{ NULL, 0 },
};

static const struct conf_word protocols[] = {
	{ "ipv4", CONF_IPV4 },
	{ "ipv6", CONF_IPV6 },
	{ NULL, 0 },
};

/* "syslog", "syslog/daemon", "stdout", "stderr" or a path. */
static int
read_log(struct conf_parser *p, struct conf_log *log)
{
	const struct conf_word *facility;
	struct conf_token t;

	if (conf_value(&p->values, &t, "syslog, stdout, stderr or a file name") < 0)
		return -EINVAL;
	*log = (struct conf_log){ .type = CONF_LOG_FILE, .facility = LOG_DAEMON };
	if (conf_token_is(&t, "stdout")) {
		log->type = CONF_LOG_STDOUT;
	} else if (conf_token_is(&t, "stderr")) {
		log->type = CONF_LOG_STDERR;
	} else if (conf_token_is(&t, "syslog")) {
		log->type = CONF_LOG_SYSLOG;
	} else if (t.type == CONF_WORD && strncmp(t.text, "syslog/", 7) == 0) {
		log->type = CONF_LOG_SYSLOG;
		memmove(t.text, t.text + 7, strlen(t.text + 7) + 1);
		facility = conf_word_find(facilities, t.text);
		if (facility == NULL)
			return conf_lex_fail_words(&p->lex, &t, facilities);
		log->facility = (int)facility->value;
	} else if (t.text[0] == '\0') {
		return conf_lex_fail(&p->lex, &t, "expected a file name for %s", p->keyword->name);
	} else {
		static_assert(CONF_WORD_SIZE <= CONF_PATH_SIZE, "every word fits a path");
		strcpy(log->path, t.text);
	}
	return 0;
}

static int
read_logs(struct conf_parser *p, struct conf_log *logs, unsigned *count)
{
	struct conf_log log;

	do {
		if (read_log(p, &log) < 0)
			return -EINVAL;
		if (*count == CONF_LOG_MAX)
			return conf_lex_fail(&p->lex, NULL, "expected at most %d places for %s",
			    CONF_LOG_MAX, p->keyword->name);
		logs[(*count)++] = log;
	} while (conf_value_follows(&p->values));
	return 0;
}

static int
read_logoutput(struct conf_parser *p, void *field)
{
	return read_logs(p, field, &p->conf->logoutput_count);
}

static int
read_errorlog(struct conf_parser *p, void *field)
{
	return read_logs(p, field, &p->conf->errorlog_count);
}

/* Whether both name the same address or host, without the port. */
static bool
same_host(const struct host *a, const struct host *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == HOST_NAME)
		return strcasecmp(a->name, b->name) == 0;
	return endpoint_same_ip(&a->endpoint, &b->endpoint);
}

/* One address of .internal or .external, none of them twice. */
static int
read_listed_address(struct conf_parser *p, struct conf_address *list, unsigned *count,
    unsigned max, bool port)
{
	struct conf_address a = { .line = p->keyword_line };
	struct conf_token t = { .type = CONF_WORD, .line = p->keyword_line };
	uint16_t number = port ? CONF_PORT_DEFAULT : 0;

	snprintf(t.text, sizeof(t.text), "%s", p->keyword->name);
	if (conf_read_address(p, &a.host, port ? &number : NULL) < 0)
		return -EINVAL;
	a.host.endpoint.port = number;
	for (unsigned i = 0; i < *count; i++) {
		if (same_host(&list[i].host, &a.host) && host_port(&list[i].host) == number)
			return conf_lex_fail(&p->lex, &t, "expected each address once: line %u "
			    "has this one already", list[i].line);
	}
	if (*count == max)
		return conf_lex_fail(&p->lex, &t, "expected at most %u addresses for %s", max,
		    p->keyword->name);
	list[(*count)++] = a;
	return 0;
}

static int
read_internal(struct conf_parser *p, void *field)
{
	return read_listed_address(p, field, &p->conf->internal_count, CONF_INTERNAL_MAX, true);
}

static int
read_external(struct conf_parser *p, void *field)
{
	return read_listed_address(p, field, &p->conf->external_count, CONF_EXTERNAL_MAX, false);
}

static int
read_protocols(struct conf_parser *p, void *field)
{
	unsigned set = 0;

	if (conf_value_words(&p->values, protocols, &set) < 0)
		return -EINVAL;
	*(unsigned *)field = set;
	return 0;
}

static int
read_methods(struct conf_parser *p, enum auth_method *list, unsigned *count, bool client)
{
	enum auth_method method;
	struct conf_token t;

	do {
		unsigned i = 0;

		if (conf_read_method(p, client, &t, &method) < 0)
			return -EINVAL;
		while (i < *count && list[i] != method)
			i++;
		if (i == *count)
			list[(*count)++] = method;
		else if (conf_warn(p->conf, t.line, "%s lists \"%s\" again", p->keyword->name,
		    t.text) < 0)
			return conf_fail_memory(p);
	} while (conf_value_follows(&p->values));
	return 0;
}

static int
read_clientmethods(struct conf_parser *p, void *field)
{
	return read_methods(p, field, &p->conf->clientmethod_count, true);
}

static int
read_socksmethods(struct conf_parser *p, void *field)
{
	return read_methods(p, field, &p->conf->socksmethod_count, false);
}

/* A user or a path, for a field of keyword->max bytes. */
static int
read_text(struct conf_parser *p, void *field)
{
	struct conf_token t;

	if (conf_value(&p->values, &t, "a name") < 0)
		return -EINVAL;
	if (t.text[0] == '\0' || strlen(t.text) >= p->keyword->max)
		return conf_lex_fail(&p->lex, &t, "expected 1 to %u bytes for %s",
		    p->keyword->max - 1, p->keyword->name);
	memcpy(field, t.text, strlen(t.text) + 1);
	return 0;
}

/* A setting that would change nothing: what it is about is not in this version. */
static int
read_ignored(struct conf_parser *p, void *field UNUSED)
{
	struct conf_token t;

	if (conf_value(&p->values, &t, "a value") < 0)
		return -EINVAL;
	if (conf_warn(p->conf, p->keyword_line, "%s has no effect", p->keyword->name) < 0)
		return conf_fail_memory(p);
	return 0;
}

static_assert(offsetof(struct conf, timeout_io_udp) ==
    offsetof(struct conf, timeout_io_tcp) + sizeof(unsigned), "timeout.io sets both");

#define FIELD(f)	.scopes = CONF_GLOBAL, .offset = offsetof(struct conf, f)
#define TEXT(f)		FIELD(f), .read = read_text, .max = sizeof(((struct conf *)0)->f)
#define SECONDS(f, n)	FIELD(f), .read = conf_read_number, .max = INT_MAX, .fields = n

const struct conf_keyword conf_global_keywords[] = {
	{ .name = "child.maxidle", FIELD(file), .read = read_ignored },
	{ .name = "clientmethod", FIELD(clientmethods), .read = read_clientmethods,
	    .repeats = true },
	{ .name = "connecttimeout", SECONDS(timeout_connect, 1), .instead = "timeout.connect" },
	{ .name = "debug", FIELD(debug), .read = conf_read_number, .max = 2, .fields = 1 },
	{ .name = "errorlog", FIELD(errorlog), .read = read_errorlog, .repeats = true },
	{ .name = "external", FIELD(external), .read = read_external, .repeats = true },
	{ .name = "external.protocol", FIELD(external_protocols), .read = read_protocols },
	{ .name = "internal", FIELD(internal), .read = read_internal, .repeats = true },
	{ .name = "internal.protocol", FIELD(internal_protocols), .read = read_protocols },
	{ .name = "iotimeout", SECONDS(timeout_io_tcp, 2), .instead = "timeout.io" },
	{ .name = "logoutput", FIELD(logoutput), .read = read_logoutput, .repeats = true },
	{ .name = "method", FIELD(socksmethods), .read = read_socksmethods, .repeats = true,
	    .instead = "socksmethod" },
	{ .name = "socksmethod", FIELD(socksmethods), .read = read_socksmethods,
	    .repeats = true },
	{ .name = "timeout.connect", SECONDS(timeout_connect, 1) },
	{ .name = "timeout.io", SECONDS(timeout_io_tcp, 2) },
	{ .name = "timeout.io.tcp", SECONDS(timeout_io_tcp, 1) },
	{ .name = "timeout.io.udp", SECONDS(timeout_io_udp, 1) },
	{ .name = "timeout.negotiate", SECONDS(timeout_negotiate, 1) },
	{ .name = "timeout.tcp_fin_wait", SECONDS(timeout_tcp_fin_wait, 1) },
	{ .name = "user.libwrap", FIELD(file), .read = read_ignored },
	{ .name = "user.notprivileged", TEXT(user_unprivileged) },
	{ .name = "user.passwordcache", SECONDS(user_passwordcache, 1) },
	{ .name = "user.passwordfile", TEXT(user_passwordfile) },
	{ .name = "user.privileged", TEXT(user_privileged) },
	{ .name = "user.unprivileged", TEXT(user_unprivileged) },
	{ .name = NULL },
};
static_assert(ARRAY_SIZE(conf_global_keywords) <= CONF_KEYWORDS_MAX, "room in global_seen");
