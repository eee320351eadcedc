/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/socksconf_route.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "common/conf_addr.h"
#include "common/url.h"
#include "libsocksify/settings_add.h"

#define TCP_COMMANDS	(ROUTE_COMMAND_CONNECT | ROUTE_COMMAND_BIND | ROUTE_COMMAND_BINDREPLY)
#define UDP_COMMANDS	(ROUTE_COMMAND_UDPASSOCIATE | ROUTE_COMMAND_UDPREPLY)

/* Bits of struct socksconf_route.protocols. */
enum { SPOKEN_V4 = 1, SPOKEN_V4A = 2, SPOKEN_V5 = 4, SPOKEN_HTTP = 8 };

struct socksconf_route {
	struct settings_route	 route;
	uint8_t			 methods;	/* PROXY_METHOD_* */
	uint8_t			 spoken;	/* SPOKEN_*; 0: not given */
	bool			 by_url;	/* .proxy has its protocol already */
	struct proxy		 proxy;
	struct host		 host;		/* unless .proxy has a path */
};

static const struct conf_word commands[] = {
	{ "bind", ROUTE_COMMAND_BIND },
	{ "bindreply", ROUTE_COMMAND_BINDREPLY },
	{ "connect", ROUTE_COMMAND_CONNECT },
	{ "udpassociate", ROUTE_COMMAND_UDPASSOCIATE },
	{ "udpreply", ROUTE_COMMAND_UDPREPLY },
	{ NULL, 0 },
};

static const struct conf_word protocols[] = {
	{ "tcp", ROUTE_PROTOCOL_TCP },
	{ "udp", ROUTE_PROTOCOL_UDP },
	{ NULL, 0 },
};

static const struct conf_word proxyprotocols[] = {
	{ "socks_v4", SPOKEN_V4 },
	{ "socks_v4a", SPOKEN_V4A },
	{ "socks_v5", SPOKEN_V5 },
	{ "http", SPOKEN_HTTP },
	{ "http_v1.0", SPOKEN_HTTP },
	{ NULL, 0 },
};

static const struct conf_word methods[] = {
	{ "none", PROXY_METHOD_NONE },
	{ "username", PROXY_METHOD_USERNAME },
	{ "gssapi", PROXY_METHOD_GSSAPI },
	{ NULL, 0 },
};

static int
fail_full(struct socksconf_parser *p)
{
	return conf_lex_fail(&p->lex, NULL, "expected at most %d routes by %d proxies",
	    SETTINGS_ROUTES, SETTINGS_PROXIES);
}

static int
keep_name(struct socksconf_parser *p, const char *text, uint32_t *name)
{
	int error = 0;

	*name = settings_add_text(p->settings, text, &error);
	return error == 0 ? 0 : conf_lex_fail(&p->lex, NULL, "expected fewer or shorter names");
}

static int
take_address(struct socksconf_parser *p, const struct conf_token *t,
    const struct conf_addr *from, struct settings_address *a)
{
	char text[ENDPOINT_TEXT_SIZE];

	switch (from->type) {
	case CONF_ADDR_ANY:
		a->type = SETTINGS_ANY;
		return 0;
	case CONF_ADDR_NET:
		a->type = SETTINGS_NET;
		a->prefix = (uint8_t)from->prefix;
		conf_addr_network(from, &a->net);
		if (from->host_bits)
			socksconf_warn(p, t->line, "\"%s\" means %s/%u", t->text,
			    endpoint_format_ip(&a->net, text), from->prefix);
		return 0;
	case CONF_ADDR_NAME:
		a->type = SETTINGS_NAME;
		return keep_name(p, t->text, &a->name);
	case CONF_ADDR_DOMAIN:
		a->type = SETTINGS_DOMAIN;
		return keep_name(p, t->text, &a->name);
	}
	return -EINVAL;
}

/* An address, and the port condition behind it. @names: whether it may be a name. */
static int
read_address(struct socksconf_parser *p, struct settings_address *a, bool names)
{
	struct conf_addr addr;
	struct conf_port port;
	struct conf_token t;

	if (conf_value(&p->values, &t, "an address") < 0 || conf_addr_parse(&p->lex, &t, &addr) < 0)
		return -EINVAL;
	if (!names && addr.type != CONF_ADDR_ANY && addr.type != CONF_ADDR_NET)
		return conf_lex_fail(&p->lex, &t, "expected an address with its mask: "
		    "what a program is bound to has no name");
	if (take_address(p, &t, &addr, a) < 0 || conf_addr_read_port(&p->lex, &port, &t) < 0)
		return -EINVAL;
	a->port_op = (uint8_t)port.op;
	a->port = port.port;
	a->port_last = port.last;
	return 0;
}

static int
read_from(struct socksconf_parser *p, void *field)
{
	return read_address(p, field, false);
}

static int
read_to(struct socksconf_parser *p, void *field)
{
	return read_address(p, field, true);
}

static int
read_commands(struct socksconf_parser *p, void *field)
{
	return socksconf_words(p, commands, field);
}

static int
read_protocols(struct socksconf_parser *p, void *field)
{
	return socksconf_words(p, protocols, field);
}

static int
read_methods(struct socksconf_parser *p, void *field)
{
	return socksconf_words(p, methods, field);
}

static int
read_proxyprotocols(struct socksconf_parser *p, void *field)
{
	struct conf_token t;

	if (conf_lex_peek(&p->lex, &t, CONF_VALUE) == 0 && conf_token_is(&t, "upnp"))
		return conf_lex_fail(&p->lex, &t, "expected another protocol: UPnP is not "
		    "supported");
	return socksconf_words(p, proxyprotocols, field);
}

static int
take_url(struct socksconf_parser *p, const struct conf_token *t, struct socksconf_route *r)
{
	struct url url;
	const char *why;
	int error = url_parse(&url, t->text, &why);

	if (error == 0) {
		proxy_from_url(&r->proxy, &url);
		r->host = url.host;
		r->by_url = true;
	}
	if (error == -EPROTONOSUPPORT)
		error = conf_lex_fail(&p->lex, t, "expected a URL of socks5, socks5h, socks4, "
		    "socks4a or http");
	else if (error < 0)
		error = conf_lex_fail(&p->lex, t, "expected a proxy URL: %s", why);
	explicit_bzero(&url, sizeof(url));
	return error;
}

static int
take_path(struct socksconf_parser *p, const struct conf_token *t, struct socksconf_route *r)
{
	if (proxy_take_path(&r->proxy, t->text) == 0)
		return 0;
	return conf_lex_fail(&p->lex, t, "expected unix:/PATH or unix:@NAME of at most "
	    "%zu bytes", sizeof(r->proxy.path) - 1);
}

static int
take_host(struct socksconf_parser *p, struct conf_token *t, struct socksconf_route *r)
{
	struct conf_port port;

	if (strchr(t->text, '/') != NULL)
		return conf_lex_fail(&p->lex, t, "expected an address without a mask for via");
	if (t->text[0] == '.' || host_parse(&r->host, t->text) < 0)
		return conf_lex_fail(&p->lex, t, "expected a host, a URL or \"direct\" for via");
	if (r->host.type == HOST_NAME && conf_addr_check_name(&p->lex, t) < 0)
		return -EINVAL;
	if (conf_addr_read_port(&p->lex, &port, t) < 0)
		return -EINVAL;
	if (port.op != PORT_ANY && (port.op != PORT_EQ || port.port == 0))
		return conf_lex_fail(&p->lex, t, "expected \"port = \" and one port from 1 to "
		    "65535 for via");
	r->host.endpoint.port = port.op == PORT_EQ ? port.port : URL_SOCKS_PORT;
	return 0;
}

static int
read_via(struct socksconf_parser *p, void *field)
{
	struct socksconf_route *r = field;
	struct conf_token t;
	int error = 0;

	if (conf_value(&p->values, &t, "a host, a URL or \"direct\"") < 0)
		return -EINVAL;
	if (conf_token_is(&t, "direct"))
		r->route.direct = 1;
	else if (strstr(t.text, "://") != NULL)
		error = take_url(p, &t, r);
	else if (strncmp(t.text, "unix:", 5) == 0)
		error = take_path(p, &t, r);
	else
		error = take_host(p, &t, r);
	/* It may have held a password. */
	explicit_bzero(&t, sizeof(t));
	return error;
}

#define ROUTE(f)	.offset = offsetof(struct socksconf_route, f)
#define IGNORED(why)	.take = socksconf_read_ignored, .repeats = true, .note = why
#define NO_GSSAPI	"GSS-API is not built in"
#define NO_OPTIONS	"the program sets the options of its sockets"

const struct socksconf_keyword socksconf_route_options[] = {
	{ "clientcompatibility", IGNORED(NO_GSSAPI) },
	{ "command", read_commands, ROUTE(route.commands), .repeats = true },
	{ "extension", IGNORED("programs do not listen through a proxy") },
	{ "external.", IGNORED(NO_OPTIONS) },
	{ "from", read_from, ROUTE(route.from) },
	{ "gssapi.enctype", IGNORED(NO_GSSAPI) },
	{ "gssapi.keytab", IGNORED(NO_GSSAPI) },
	{ "gssapi.servicename", IGNORED(NO_GSSAPI) },
	{ "internal.", IGNORED(NO_OPTIONS) },
	{ "method", read_methods, ROUTE(methods), .repeats = true },
	{ "protocol", read_protocols, ROUTE(route.protocols), .repeats = true },
	{ "proxyprotocol", read_proxyprotocols, ROUTE(spoken), .repeats = true },
	{ "redirect", NULL, .note = "addresses are not redirected" },
	{ "socksmethod", read_methods, ROUTE(methods), .repeats = true },
	{ "to", read_to, ROUTE(route.to) },
	{ "via", read_via, .offset = 0 },
	{ .name = NULL },
};
static_assert(ARRAY_SIZE(socksconf_route_options) <= SOCKSCONF_KEYWORDS_MAX,
    "room in option_seen");

/* Commands and protocols that exclude each other leave nothing that the route is for. */
static int
complete_commands(struct socksconf_parser *p, struct settings_route *r,
    const struct conf_token *end)
{
	unsigned carried;

	if (r->commands == 0)
		r->commands = ROUTE_COMMAND_ANY;
	if (r->protocols == 0)
		r->protocols = ROUTE_PROTOCOL_ANY;
	carried = ((r->protocols & ROUTE_PROTOCOL_TCP) != 0 ? TCP_COMMANDS : 0u) |
	    ((r->protocols & ROUTE_PROTOCOL_UDP) != 0 ? UDP_COMMANDS : 0u);
	r->commands &= (uint8_t)carried;
	if (r->commands == 0)
		return conf_lex_fail(&p->lex, end, "expected commands and protocols that go "
		    "together: connect and bind are tcp, udpassociate is udp");
	return 0;
}

static int
check_given(struct socksconf_parser *p, const char *name, const struct conf_token *end,
    unsigned line)
{
	const struct socksconf_keyword *k = socksconf_find(socksconf_route_options, name);

	if (p->option_seen[k - socksconf_route_options] != 0)
		return 0;
	return conf_lex_fail(&p->lex, end, "expected \"%s: …\" in the route of line %u", name,
	    line);
}

static int
add_by(struct socksconf_parser *p, struct socksconf_route *r, enum proxy_protocol protocol)
{
	struct settings_route route = r->route;
	struct proxy proxy = r->proxy;
	unsigned index;
	int error;

	proxy.protocol = (uint8_t)protocol;
	proxy.methods = protocol == PROXY_SOCKS5 ? r->methods : 0;
	proxy.line = r->route.line;
	error = settings_add_proxy(p->settings, &proxy, &r->host, &index);
	explicit_bzero(&proxy, sizeof(proxy));
	if (error < 0)
		return fail_full(p);
	route.proxy = (uint16_t)index;
	return settings_add_route(p->settings, &route) < 0 ? fail_full(p) : 0;
}

/* The protocol of a URL is the one; what else is said of it must agree. */
static int
add_by_url(struct socksconf_parser *p, struct socksconf_route *r, const struct conf_token *end)
{
	static const uint8_t spoken[] = {
		[PROXY_SOCKS5] = SPOKEN_V5,
		[PROXY_SOCKS4] = SPOKEN_V4,
		[PROXY_SOCKS4A] = SPOKEN_V4 | SPOKEN_V4A,
		[PROXY_HTTP] = SPOKEN_HTTP,
	};

	if (r->spoken != 0 && (r->spoken & spoken[r->proxy.protocol]) == 0)
		return conf_lex_fail(&p->lex, end, "expected the URL and the proxyprotocol of the "
		    "route of line %u to agree", r->route.line);
	return add_by(p, r, (enum proxy_protocol)r->proxy.protocol);
}

/* A proxy that speaks several is asked by the one that can do most, but HTTP is another service. */
static int
add_route(struct socksconf_parser *p, struct socksconf_route *r, const struct conf_token *end)
{
	int error = 0;

	if (r->route.direct)
		return settings_add_route(p->settings, &r->route) < 0 ? fail_full(p) : 0;
	if (r->by_url)
		return add_by_url(p, r, end);
	if (r->spoken == 0 || (r->spoken & SPOKEN_V5) != 0)
		error = add_by(p, r, PROXY_SOCKS5);
	else if ((r->spoken & SPOKEN_V4A) != 0)
		error = add_by(p, r, PROXY_SOCKS4A);
	else if ((r->spoken & SPOKEN_V4) != 0)
		error = add_by(p, r, PROXY_SOCKS4);
	if (error == 0 && (r->spoken & SPOKEN_HTTP) != 0)
		error = add_by(p, r, PROXY_HTTP);
	return error;
}

static int
read_inside(struct socksconf_parser *p, struct socksconf_route *r, bool inside)
{
	struct conf_token t;

	for (;;) {
		if (conf_lex_next(&p->lex, &t, CONF_NAME) < 0)
			return -EINVAL;
		if (inside ? t.type == CONF_END : conf_token_is(&t, "}"))
			break;
		if (t.type == CONF_END)
			return conf_lex_fail(&p->lex, &t, "expected \"}\" to end the route of "
			    "line %u", r->route.line);
		if (socksconf_option(p, &t) < 0)
			return -EINVAL;
	}
	if (check_given(p, "from", &t, r->route.line) < 0 ||
	    check_given(p, "to", &t, r->route.line) < 0 ||
	    check_given(p, "via", &t, r->route.line) < 0 ||
	    complete_commands(p, &r->route, &t) < 0)
		return -EINVAL;
	return add_route(p, r, &t);
}

int
socksconf_read_route(struct socksconf_parser *p, unsigned line, bool inside)
{
	struct socksconf_route r = { .route.line = line };
	int error;

	p->route = &r;
	memset(p->option_seen, 0, sizeof(p->option_seen));
	error = read_inside(p, &r, inside);
	p->route = NULL;
	explicit_bzero(&r, sizeof(r));
	return error;
}
