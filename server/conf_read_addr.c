/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_read_addr.h"

#include <errno.h>
#include <string.h>

#include "common/conf_addr.h"

/* A network with bits set behind its mask is taken as Dante does, but it may be a slip. */
static int
warn_host_bits(struct conf_parser *p, const struct conf_token *t, const struct conf_addr *a)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct endpoint net;

	conf_addr_network(a, &net);
	if (conf_warn(p->conf, t->line, "\"%s\" means %s/%u", t->text,
	    endpoint_format_ip(&net, text), a->prefix) < 0)
		return conf_fail_memory(p);
	return 0;
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
take_rule_name(struct conf_parser *p, const struct conf_token *t, struct rule_addr *a, bool names)
{
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

static int
take_rule_addr(struct conf_parser *p, const struct conf_token *t, const struct conf_addr *from,
    struct rule_addr *a, bool names)
{
	switch (from->type) {
	case CONF_ADDR_ANY:
		a->type = RULE_ADDR_ANY;
		return 0;
	case CONF_ADDR_NET:
		a->type = RULE_ADDR_PREFIX;
		a->net = from->net;
		a->prefix = from->prefix;
		return from->host_bits ? warn_host_bits(p, t, from) : 0;
	case CONF_ADDR_NAME:
	case CONF_ADDR_DOMAIN:
		break;
	}
	return take_rule_name(p, t, a, names);
}

int
conf_read_rule_addr(struct conf_parser *p, struct rule_addr *a, bool names)
{
	struct conf_addr addr;
	struct conf_port port;
	struct conf_token t;

	if (conf_value(&p->values, &t, "an address") < 0 || conf_addr_parse(&p->lex, &t, &addr) < 0 ||
	    take_rule_addr(p, &t, &addr, a, names) < 0 ||
	    conf_addr_read_port(&p->lex, &port, &t) < 0)
		return -EINVAL;
	a->port_op = port.op;
	a->port = port.port;
	a->port_last = port.last;
	return 0;
}

int
conf_read_address(struct conf_parser *p, struct host *h, uint16_t *port)
{
	struct conf_port given;
	struct conf_token t;

	if (conf_value(&p->values, &t, "an address") < 0)
		return -EINVAL;
	if (strchr(t.text, '/') != NULL)
		return conf_lex_fail(&p->lex, &t, "expected an address without a mask for %s",
		    p->keyword->name);
	if (t.text[0] == '.' || host_parse(h, t.text) < 0)
		return conf_lex_fail(&p->lex, &t, "expected an address, a host or an interface "
		    "for %s", p->keyword->name);
	if (h->type == HOST_NAME && conf_addr_check_name(&p->lex, &t) < 0)
		return -EINVAL;
	if (port == NULL)
		return 0;
	if (conf_addr_read_port(&p->lex, &given, &t) < 0)
		return -EINVAL;
	if (given.op != PORT_ANY && (given.op != PORT_EQ || given.port == 0))
		return conf_lex_fail(&p->lex, &t, "expected \"port = \" and one port from 1 to "
		    "65535 for %s", p->keyword->name);
	if (given.op == PORT_EQ)
		*port = given.port;
	return 0;
}
