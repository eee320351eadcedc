/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/conf_addr.h"

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
fail_port(struct conf_lex *l, const struct conf_token *t)
{
	struct conf_nearest nearest = { 0 };

	for (const struct conf_word *w = services; t->type == CONF_WORD && w->name != NULL; w++)
		conf_nearest_try(&nearest, t->text, w->name);
	if (nearest.name != NULL)
		return conf_lex_fail(l, t, "expected a port from 0 to 65535 or a service; "
		    "did you mean \"%s\"?", nearest.name);
	return conf_lex_fail(l, t, "expected a port from 0 to 65535 or a service");
}

static int
read_port_number(struct conf_lex *l, struct conf_token *t, uint16_t *port)
{
	const struct conf_word *service;
	uint32_t value;

	if (conf_lex_next(l, t, CONF_NAME) < 0)
		return -EINVAL;
	if (t->type != CONF_WORD)
		return fail_port(l, t);
	service = conf_word_find(services, t->text);
	if (service != NULL)
		value = service->value;
	else if (conf_parse_number(t->text, UINT16_MAX, &value) < 0)
		return fail_port(l, t);
	*port = (uint16_t)value;
	return 0;
}

static bool
next_is(struct conf_lex *l, const char *text)
{
	struct conf_token t;

	return conf_lex_peek(l, &t, CONF_NAME) == 0 && conf_token_is(&t, text);
}

/* The operator, if one stands there; ':' and nothing at all mean '='. */
static int
read_operator(struct conf_lex *l, enum match_port_op *op)
{
	const struct conf_word *found;
	struct conf_token t;

	*op = PORT_EQ;
	if (conf_lex_peek(l, &t, CONF_NAME) < 0)
		return conf_lex_next(l, &t, CONF_NAME);
	found = conf_word_find(operators, t.text);
	if (found != NULL)
		*op = (enum match_port_op)found->value;
	return found != NULL || conf_token_is(&t, ":") ? conf_lex_next(l, &t, CONF_NAME) : 0;
}

int
conf_addr_read_port(struct conf_lex *l, struct conf_port *port, struct conf_token *t)
{
	*port = (struct conf_port){ .op = PORT_ANY };
	if (!next_is(l, "port"))
		return 0;
	if (conf_lex_next(l, t, CONF_NAME) < 0 || read_operator(l, &port->op) < 0 ||
	    read_port_number(l, t, &port->port) < 0)
		return -EINVAL;
	if (port->op != PORT_EQ || !next_is(l, "-"))
		return 0;
	if (conf_lex_next(l, t, CONF_NAME) < 0 || read_port_number(l, t, &port->last) < 0)
		return -EINVAL;
	port->op = PORT_RANGE;
	if (port->last < port->port)
		return conf_lex_fail(l, t, "expected a last port that is not below the "
		    "first, %u", port->port);
	return 0;
}

/* Digits and dots only: meant as an IPv4 address, whatever else it could be. */
static bool
looks_numeric(const char *text)
{
	return strspn(text, "0123456789.") == strlen(text) && strcmp(text, ".") != 0;
}

int
conf_addr_check_name(struct conf_lex *l, const struct conf_token *t)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *name = t->text;

	if (strchr(name, ':') != NULL)
		return conf_lex_fail(l, t, "expected an address or a name: this is no "
		    "IPv6 address");
	if (looks_numeric(name))
		return conf_lex_fail(l, t, "expected an address or a name: this is no "
		    "IPv4 address");
	for (size_t i = 0; name[i] != '\0'; i++) {
		if (strchr(letters, name[i]) == NULL && strchr("0123456789-._", name[i]) == NULL)
			return conf_lex_fail(l, t, "expected an address or a name: "
			    "letters, digits, '-', '_' and '.'");
	}
	if (strlen(name) > HOST_NAME_MAX_LEN)
		return conf_lex_fail(l, t, "expected a name of at most %d bytes",
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
parse_mask(struct conf_lex *l, const struct conf_token *t, const char *text, bool mapped,
    struct conf_addr *a)
{
	unsigned skip = mapped ? 96 : 0, max = endpoint_bits(&a->net) + skip;
	struct endpoint mask;
	uint16_t bits;
	int n;

	if (!mapped && a->net.family == AF_INET && endpoint_parse_ip(&mask, text) == 0) {
		n = mask_bits(&mask);
		if (n < 0)
			return conf_lex_fail(l, t, "expected a mask of ones and then zeros");
		a->prefix = (unsigned)n;
		return 0;
	}
	if (port_parse(text, &bits) < 0 || bits > max || bits < skip)
		return conf_lex_fail(l, t, "expected a mask from %u to %u bits", skip, max);
	a->prefix = bits - skip;
	return 0;
}

/* Whether a bit is set behind the mask. */
static bool
has_host_bits(const struct conf_addr *a)
{
	struct endpoint net;

	conf_addr_network(a, &net);
	return !endpoint_same_ip(&net, &a->net);
}

static int
parse_network(struct conf_lex *l, const struct conf_token *t, const char *slash,
    struct conf_addr *a)
{
	size_t n = (size_t)(slash - t->text);
	char ip[CONF_WORD_SIZE];

	if (strcmp(t->text, "0/0") == 0) {
		a->type = CONF_ADDR_ANY;
		return 0;
	}
	memcpy(ip, t->text, n);
	ip[n] = '\0';
	if (endpoint_parse_ip(&a->net, ip) < 0)
		return conf_lex_fail(l, t, "expected an IPv4 or IPv6 address before the "
		    "mask, or 0/0");
	a->type = CONF_ADDR_NET;
	if (parse_mask(l, t, slash + 1, a->net.family == AF_INET && strchr(ip, ':') != NULL, a) < 0)
		return -EINVAL;
	a->host_bits = has_host_bits(a);
	return 0;
}

int
conf_addr_parse(struct conf_lex *l, const struct conf_token *t, struct conf_addr *a)
{
	const char *slash = strchr(t->text, '/');

	*a = (struct conf_addr){ .type = CONF_ADDR_NAME };
	if (slash != NULL)
		return parse_network(l, t, slash, a);
	if (endpoint_parse_ip(&a->net, t->text) == 0)
		return conf_lex_fail(l, t, "expected a mask, as in %s/%u", t->text,
		    strchr(t->text, ':') == NULL ? 32 : 128);
	if (t->text[0] == '.')
		a->type = CONF_ADDR_DOMAIN;
	return conf_addr_check_name(l, t);
}

void
conf_addr_network(const struct conf_addr *a, struct endpoint *net)
{
	*net = a->net;
	for (unsigned i = a->prefix; i < endpoint_bits(net); i++)
		net->ip[i / 8] &= (uint8_t)~(0x80 >> i % 8);
}
