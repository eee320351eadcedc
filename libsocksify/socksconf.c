/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 * -------------------
 * The language is a list of "keyword: value …" options, followed by objects
 * "route { option … }". The file and the route have a table each of the keywords
 * they take; a row names the function that reads the values and the field they go
 * to. What Dante knows and we do not is a row, too: one that is ignored with a
 * warning, or, where the user would get something else than asked for, refused.
 *
 *	socksconf.c		the file, and the table of its global options
 *	socksconf_route.c	a route: its table, and the proxies that it needs
 *	socksconf_read.c	an option by the table of its place, and values
 *	settings_add.c		where all that goes to
 *	common/conf_addr.c	addresses and ports
 *	common/conf_lex.c	tokens
 *
 * The preloaded library runs this as well, in its constructor or in a hook that is
 * called before it: so it allocates nothing, and the settings that are written to
 * are the caller's.
 */
#include <config.h>

#include "libsocksify/socksconf.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/conf_addr.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/socksconf_route.h"

static const struct conf_word resolve_protocols[] = {
	{ "fake", NAMES_RESERVED },
	{ "tcp", NAMES_RESOLVED },
	{ "udp", NAMES_RESOLVED },
	{ NULL, 0 },
};

static int
read_debug(struct socksconf_parser *p, void *field)
{
	uint32_t level;

	if (socksconf_read_number(p, &level) < 0)
		return -EINVAL;
	*(uint8_t *)field = (uint8_t)level;
	return 0;
}

/* Standard output is the program's: what would go there goes to standard error. */
static int
read_log(struct socksconf_parser *p, bool errors)
{
	struct conf_token t;
	const char *path = t.text;

	if (conf_value(&p->values, &t, "stderr or a file name") < 0)
		return -EINVAL;
	if (conf_token_is(&t, "syslog") || strncmp(t.text, "syslog/", 7) == 0) {
		socksconf_warn(p, t.line, "%s: nothing is written to the system's log",
		    p->keyword->name);
		return 0;
	}
	if (conf_token_is(&t, "stdout"))
		socksconf_warn(p, t.line, "%s: standard output is left to the program; "
		    "standard error is used", p->keyword->name);
	if (conf_token_is(&t, "stdout") || conf_token_is(&t, "stderr"))
		path = "";
	else if (t.text[0] == '\0')
		return conf_lex_fail(&p->lex, &t, "expected a file name for %s",
		    p->keyword->name);
	if (settings_add_log(p->settings, path, errors) < 0)
		return conf_lex_fail(&p->lex, &t, "expected at most %d places for logs",
		    SETTINGS_LOGS);
	return 0;
}

static int
read_logoutput(struct socksconf_parser *p, void *field UNUSED)
{
	int error;

	do
		error = read_log(p, false);
	while (error == 0 && conf_value_follows(&p->values));
	return error;
}

static int
read_errorlog(struct socksconf_parser *p, void *field UNUSED)
{
	int error;

	do
		error = read_log(p, true);
	while (error == 0 && conf_value_follows(&p->values));
	return error;
}

static int
read_resolveprotocol(struct socksconf_parser *p, void *field)
{
	const struct conf_word *w;
	struct conf_token t;

	if (conf_value(&p->values, &t, "a word") < 0)
		return -EINVAL;
	w = conf_word_find(resolve_protocols, t.text);
	if (w == NULL)
		return conf_lex_fail_words(&p->lex, &t, resolve_protocols);
	*(uint8_t *)field = (uint8_t)w->value;
	return 0;
}

static int
read_reserved(struct socksconf_parser *p, void *field UNUSED)
{
	struct conf_token t;
	const char *why;

	do {
		if (conf_value(&p->values, &t, "a range of addresses") < 0)
			return -EINVAL;
		if (settings_add_range(p->settings, t.text, &why) < 0)
			return conf_lex_fail(&p->lex, &t, "expected %s", why);
	} while (conf_value_follows(&p->values));
	return 0;
}

static int
read_nameserver(struct socksconf_parser *p, void *field)
{
	char text[HOST_TEXT_SIZE];
	struct conf_port port;
	struct conf_token t;
	struct host host;
	int error = 0;

	if (conf_value(&p->values, &t, "a host") < 0)
		return -EINVAL;
	if (strchr(t.text, '/') != NULL || t.text[0] == '.' || host_parse(&host, t.text) < 0)
		return conf_lex_fail(&p->lex, &t, "expected a host for nameserver");
	if (host.type == HOST_NAME && conf_addr_check_name(&p->lex, &t) < 0)
		return -EINVAL;
	if (conf_addr_read_port(&p->lex, &port, &t) < 0)
		return -EINVAL;
	if (port.op != PORT_ANY && (port.op != PORT_EQ || port.port == 0))
		return conf_lex_fail(&p->lex, &t, "expected \"port = \" and one port from 1 to "
		    "65535 for nameserver");
	host.endpoint.port = port.op == PORT_EQ ? port.port : 53;
	*(uint32_t *)field = settings_add_text(p->settings, host_format(&host, text), &error);
	return error == 0 ? 0 : conf_lex_fail(&p->lex, &t, "expected fewer or shorter names");
}

#define FIELD(f)	.offset = offsetof(struct settings, f)
#define NUMBER(f)	socksconf_read_number, FIELD(f), .max = INT_MAX
#define IGNORED(why)	.take = socksconf_read_ignored, .repeats = true, .note = why
#define REFUSED(why)	.take = NULL, .note = why
#define NO_OPTIONS	"the program sets the options of its sockets"
#define NO_TIMEOUT	"the connection is the program's, and its time limits hold"
#define SERVERS		"this one belongs in the configuration of a server"

static const struct socksconf_keyword global_options[] = {
	{ "block", REFUSED(SERVERS) },
	{ "client", REFUSED(SERVERS) },
	{ "clientmethod", REFUSED(SERVERS) },
	{ "connecttimeout", NUMBER(connect_timeout), .instead = "timeout.connect" },
	{ "debug", read_debug, FIELD(verbose), .max = 2 },
	{ "errorlog", read_errorlog, .repeats = true },
	{ "external", REFUSED(SERVERS) },
	{ "external.", IGNORED(NO_OPTIONS) },
	{ "internal", REFUSED(SERVERS) },
	{ "internal.", IGNORED(NO_OPTIONS) },
	{ "iotimeout", IGNORED(NO_TIMEOUT) },
	{ "localdomain", IGNORED("names are sent to the proxy as the program has them") },
	{ "logoutput", read_logoutput, .repeats = true },
	{ "monitor", REFUSED(SERVERS) },
	{ "nameserver", read_nameserver, FIELD(nameserver) },
	{ "pass", REFUSED(SERVERS) },
	{ "reserved", read_reserved, .repeats = true },
	{ "resolveprotocol", read_resolveprotocol, FIELD(names) },
	{ "route.badexpire", NUMBER(route_badexpire) },
	{ "route.maxfail", NUMBER(route_maxfail) },
	{ "socks", REFUSED(SERVERS) },
	{ "timeout.connect", NUMBER(connect_timeout) },
	{ "timeout.io", IGNORED(NO_TIMEOUT) },
	{ "timeout.io.", IGNORED(NO_TIMEOUT) },
	{ "timeout.negotiate", IGNORED("timeout.connect is for all that a proxy is asked for") },
	{ "timeout.tcp_fin_wait", IGNORED(NO_TIMEOUT) },
	{ "udp.connectdst", IGNORED("it is of the server's sockets") },
	{ "user.", REFUSED(SERVERS) },
	{ .name = NULL },
};
static_assert(ARRAY_SIZE(global_options) <= SOCKSCONF_KEYWORDS_MAX, "room in global_seen");

static int
parser_init(struct socksconf_parser *p, struct settings *settings, const char *file,
    const char *text, size_t len, const struct settings_report *report)
{
	*p = (struct socksconf_parser){
		.settings = settings, .report = report,
		.globals = global_options, .options = socksconf_route_options,
	};
	p->values = (struct conf_values){
		.lex = &p->lex, .is_keyword = socksconf_is_keyword, .parser = p,
	};
	return conf_lex_init(&p->lex, file, text, len, report->error, report->error_size);
}

int
socksconf_parse(struct settings *settings, const char *file, const char *text, size_t len,
    const struct settings_report *report)
{
	struct socksconf_parser p;
	struct conf_token t;
	int error = parser_init(&p, settings, file, text, len, report);

	while (error == 0) {
		error = conf_lex_next(&p.lex, &t, CONF_NAME);
		if (error < 0 || t.type == CONF_END)
			break;
		if (!conf_token_is(&t, "route")) {
			error = socksconf_option(&p, &t);
			continue;
		}
		p.routes = true;
		error = conf_expect_punct(&p.lex, "{", "route");
		if (error == 0)
			error = socksconf_read_route(&p, t.line, false);
	}
	return error;
}

int
socksconf_parse_route(struct settings *settings, const char *variable, const char *text,
    const struct settings_report *report)
{
	struct socksconf_parser p;

	if (parser_init(&p, settings, variable, text, strlen(text), report) < 0)
		return -EINVAL;
	return socksconf_read_route(&p, 1, true);
}

int
socksconf_parse_option(struct settings *settings, const char *variable, const char *keyword,
    const char *text, const struct settings_report *report)
{
	struct conf_token name = { .type = CONF_WORD, .line = 1 }, t;
	const struct socksconf_keyword *k = socksconf_find(global_options, keyword);
	struct socksconf_parser p;

	if (parser_init(&p, settings, variable, text, strlen(text), report) < 0)
		return -EINVAL;
	strcpy(name.text, keyword);
	p.keyword = k;
	p.values.keyword = k->name;
	p.name = &name;
	if (k->take(&p, (char *)settings + k->offset) < 0 ||
	    conf_lex_next(&p.lex, &t, CONF_VALUE) < 0)
		return -EINVAL;
	if (t.type != CONF_END)
		return conf_lex_fail(&p.lex, &t, "expected nothing behind the value");
	return 0;
}
