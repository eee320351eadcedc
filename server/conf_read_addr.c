/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_read_addr.h"

#include <errno.h>
#include <string.h>

/* Names for ports; /etc/services is not read, so that a file means the same anywhere. */
static const struct conf_word services[] = {
	{ "bgp", 179 },
	{ "domain", 53 },
	{ "finger", 79 },
	{ "ftp", 21 },
	{ "ftp-data", 20 },
	{ "ftps", 990 },
	{ "git", 9418 },
	{ "gopher", 70 },
	{ "http", 80 },
	{ "http-alt", 8080 },
	{ "https", 443 },
	{ "imap", 143 },
	{ "imap2", 143 },
	{ "imaps", 993 },
	{ "ipp", 631 },
	{ "ircd", 6667 },
	{ "kerberos", 88 },
	{ "ldap", 389 },
	{ "ldaps", 636 },
	{ "mdns", 5353 },
	{ "ms-sql-s", 1433 },
	{ "ms-wbt-server", 3389 },
	{ "mysql", 3306 },
	{ "nfs", 2049 },
	{ "nntp", 119 },
	{ "nntps", 563 },
	{ "ntp", 123 },
	{ "pop3", 110 },
	{ "pop3s", 995 },
	{ "postgresql", 5432 },
	{ "rsync", 873 },
	{ "rtsp", 554 },
	{ "sip", 5060 },
	{ "smtp", 25 },
	{ "snmp", 161 },
	{ "socks", 1080 },
	{ "ssh", 22 },
	{ "submission", 587 },
	{ "submissions", 465 },
	{ "sunrpc", 111 },
	{ "syslog", 514 },
	{ "telnet", 23 },
	{ "tftp", 69 },
	{ "whois", 43 },
	{ "www", 80 },
	{ "xmpp-client", 5222 },
	{ NULL, 0 },
};

static const struct conf_word operators[] = {
	{ "=", PORT_EQ }, { "eq", PORT_EQ },
	{ "!=", PORT_NE }, { "ne", PORT_NE }, { "neq", PORT_NE },
	{ "<", PORT_LT }, { "lt", PORT_LT },
	{ "<=", PORT_LE }, { "le", PORT_LE },
	{ ">", PORT_GT }, { "gt", PORT_GT },
	{ ">=", PORT_GE }, { "ge", PORT_GE },
	{ NULL, 0 },
};

static int
fail_port(struct conf_parser *p, const struct conf_token *t)
{
	struct conf_nearest nearest = { 0 };

	for (const struct conf_word *w = services; t->type == CONF_WORD && w->name != NULL; w++)
		conf_nearest_try(&nearest, t->text, w->name);
	if (nearest.name != NULL)
		return conf_lex_fail(&p->lex, t, "expected a port from 0 to 65535 or a service; "
		    "did you mean \"%s\"?", nearest.name);
	return conf_lex_fail(&p->lex, t, "expected a port from 0 to 65535 or a service");
}

static int
read_port_number(struct conf_parser *p, struct conf_token *t, uint16_t *port)
{
	const struct conf_word *service;
	uint32_t value;

	if (conf_lex_next(&p->lex, t, CONF_NAME) < 0)
		return -EINVAL;
	if (t->type != CONF_WORD)
		return fail_port(p, t);
	service = conf_word_find(services, t->text);
	if (service != NULL)
		value = service->value;
	else if (conf_parse_number(t->text, UINT16_MAX, &value) < 0)
		return fail_port(p, t);
	*port = (uint16_t)value;
	return 0;
}

static bool
next_is(struct conf_parser *p, const char *text)
{
	struct conf_token t;

	return conf_lex_peek(&p->lex, &t, CONF_NAME) == 0 && conf_token_is(&t, text);
}

/* The operator, if one stands there; ':' and nothing at all mean '='. */
static int
read_operator(struct conf_parser *p, enum match_port_op *op)
{
	const struct conf_word *found;
	struct conf_token t;

	*op = PORT_EQ;
	if (conf_lex_peek(&p->lex, &t, CONF_NAME) < 0)
		return conf_lex_next(&p->lex, &t, CONF_NAME);
	found = conf_word_find(operators, t.text);
	if (found != NULL)
		*op = (enum match_port_op)found->value;
	return found != NULL || conf_token_is(&t, ":") ? conf_lex_next(&p->lex, &t, CONF_NAME) : 0;
}

/* "port OP N" or "port A - B", if it stands there; else a->port_op stays. */
static int
read_port(struct conf_parser *p, struct rule_addr *a, struct conf_token *t)
{
	if (!next_is(p, "port"))
		return 0;
	if (conf_lex_next(&p->lex, t, CONF_NAME) < 0 || read_operator(p, &a->port_op) < 0 ||
	    read_port_number(p, t, &a->port) < 0)
		return -EINVAL;
	if (a->port_op != PORT_EQ || !next_is(p, "-"))
		return 0;
	if (conf_lex_next(&p->lex, t, CONF_NAME) < 0 ||
	    read_port_number(p, t, &a->port_last) < 0)
		return -EINVAL;
	a->port_op = PORT_RANGE;
	if (a->port_last < a->port)
		return conf_lex_fail(&p->lex, t, "expected a last port that is not below the "
		    "first, %u", a->port);
	return 0;
}

/* Digits and dots only: meant as an IPv4 address, whatever else it could be. */
static bool
looks_numeric(const char *text)
{
	return strspn(text, "0123456789.") == strlen(text) && strcmp(text, ".") != 0;
}

/* A host, domain or interface name, of the bytes that those are made of. */
static int
check_name(struct conf_parser *p, const struct conf_token *t)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *name = t->text;

	if (strchr(name, ':') != NULL)
		return conf_lex_fail(&p->lex, t, "expected an address or a name: this is no "
		    "IPv6 address");
	if (looks_numeric(name))
		return conf_lex_fail(&p->lex, t, "expected an address or a name: this is no "
		    "IPv4 address");
	for (size_t i = 0; name[i] != '\0'; i++) {
		if (strchr(letters, name[i]) == NULL && strchr("0123456789-._", name[i]) == NULL)
			return conf_lex_fail(&p->lex, t, "expected an address or a name: "
			    "letters, digits, '-', '_' and '.'");
	}
	if (strlen(name) > HOST_NAME_MAX_LEN)
		return conf_lex_fail(&p->lex, t, "expected a name of at most %d bytes",
		    HOST_NAME_MAX_LEN);
	return 0;
}

/* The number of one bits at the front of a netmask, or -EINVAL for one with holes. */
static int
mask_bits(const struct endpoint *mask)
{
	uint32_t m = (uint32_t)mask->ip[0] << 24 | (uint32_t)mask->ip[1] << 16 |
	    (uint32_t)mask->ip[2] << 8 | mask->ip[3];
	int bits = 0;

	for (; (m & 0x80000000) != 0; m <<= 1)
		bits++;
	return m == 0 ? bits : -EINVAL;
}

/* "/8" and "/255.0.0.0". @mapped: the address was written as ::ffff:a.b.c.d. */
static int
read_mask(struct conf_parser *p, const struct conf_token *t, const char *text, bool mapped,
    struct rule_addr *a)
{
	unsigned skip = mapped ? 96 : 0, max = endpoint_bits(&a->net) + skip;
	struct endpoint mask;
	uint16_t bits;
	int n;

	if (!mapped && a->net.family == AF_INET && endpoint_parse_ip(&mask, text) == 0) {
		n = mask_bits(&mask);
		if (n < 0)
			return conf_lex_fail(&p->lex, t, "expected a mask of ones and then zeros");
		a->prefix = (unsigned)n;
		return 0;
	}
	if (port_parse(text, &bits) < 0 || bits > max || bits < skip)
		return conf_lex_fail(&p->lex, t, "expected a mask from %u to %u bits", skip, max);
	a->prefix = bits - skip;
	return 0;
}

/* A network with bits set behind its mask is taken as Dante does, but it may be a slip. */
static int
warn_host_bits(struct conf_parser *p, const struct conf_token *t, const struct rule_addr *a)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct endpoint net = a->net;

	for (unsigned i = a->prefix; i < endpoint_bits(&net); i++)
		net.ip[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	if (endpoint_same_ip(&net, &a->net))
		return 0;
	if (conf_warn(p->conf, t->line, "\"%s\" means %s/%u", t->text,
	    endpoint_format_ip(&net, text), a->prefix) < 0)
		return conf_fail_memory(p);
	return 0;
}

static int
read_network(struct conf_parser *p, const struct conf_token *t, const char *slash,
    struct rule_addr *a)
{
	size_t n = (size_t)(slash - t->text);
	char ip[CONF_WORD_SIZE];

	if (strcmp(t->text, "0/0") == 0) {
		a->type = RULE_ADDR_ANY;
		return 0;
	}
	memcpy(ip, t->text, n);
	ip[n] = '\0';
	if (endpoint_parse_ip(&a->net, ip) < 0)
		return conf_lex_fail(&p->lex, t, "expected an IPv4 or IPv6 address before the "
		    "mask, or 0/0");
	a->type = RULE_ADDR_PREFIX;
	if (read_mask(p, t, slash + 1, a->net.family == AF_INET && strchr(ip, ':') != NULL, a) < 0)
		return -EINVAL;
	return warn_host_bits(p, t, a);
}

/* Whether @name can be an interface: a name with a domain is a host's, "eth0.7" is not. */
static bool
is_interface(const char *name)
{
	const char *dot = strrchr(name, '.');

	return strlen(name) < CONF_INTERFACE_SIZE && (dot == NULL ||
	    (dot[1] != '\0' && strspn(dot + 1, "0123456789") == strlen(dot + 1)));
}

static int
read_rule_name(struct conf_parser *p, const struct conf_token *t, struct rule_addr *a, bool names)
{
	if (check_name(p, t) < 0)
		return -EINVAL;
	if (!names && !is_interface(t->text))
		return conf_lex_fail(&p->lex, t, "expected an address or an interface: no host "
		    "name is looked up here");
	memcpy(a->name, t->text, strlen(t->text) + 1);
	if (!names)
		a->type = RULE_ADDR_INTERFACE;
	else
		a->type = t->text[0] == '.' ? RULE_ADDR_SUFFIX : RULE_ADDR_NAME;
	return 0;
}

int
conf_read_rule_addr(struct conf_parser *p, struct rule_addr *a, bool names)
{
	struct conf_token t;
	const char *slash;
	int error;

	if (conf_read_value(p, &t, "an address") < 0)
		return -EINVAL;
	slash = strchr(t.text, '/');
	if (slash != NULL)
		error = read_network(p, &t, slash, a);
	else if (endpoint_parse_ip(&a->net, t.text) == 0)
		error = conf_lex_fail(&p->lex, &t, "expected a mask, as in %s/%u", t.text,
		    strchr(t.text, ':') == NULL ? 32 : 128);
	else
		error = read_rule_name(p, &t, a, names);
	return error < 0 ? error : read_port(p, a, &t);
}

int
conf_read_address(struct conf_parser *p, struct host *h, uint16_t *port)
{
	struct rule_addr a = { .port_op = PORT_ANY };
	struct conf_token t;

	if (conf_read_value(p, &t, "an address") < 0)
		return -EINVAL;
	if (strchr(t.text, '/') != NULL)
		return conf_lex_fail(&p->lex, &t, "expected an address without a mask for %s",
		    p->keyword->name);
	if (t.text[0] == '.' || host_parse(h, t.text) < 0)
		return conf_lex_fail(&p->lex, &t, "expected an address, a host or an interface "
		    "for %s", p->keyword->name);
	if (h->type == HOST_NAME && check_name(p, &t) < 0)
		return -EINVAL;
	if (port == NULL)
		return 0;
	if (read_port(p, &a, &t) < 0)
		return -EINVAL;
	if (a.port_op != PORT_ANY && (a.port_op != PORT_EQ || a.port == 0))
		return conf_lex_fail(&p->lex, &t, "expected \"port = \" and one port from 1 to "
		    "65535 for %s", p->keyword->name);
	if (a.port_op == PORT_EQ)
		*port = a.port;
	return 0;
}
