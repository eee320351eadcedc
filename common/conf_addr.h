/* SPDX-License-Identifier: ISC */
/*
 * Addresses and ports of Dante's configuration language, as rules and routes
 * write them. No I/O, no look-up. Functions return 0, or -EINVAL once the error
 * has been written.
 */
#ifndef COMMON_CONF_ADDR_H
#define COMMON_CONF_ADDR_H

#include "common/addr.h"
#include "common/conf_lex.h"
#include "common/match.h"

enum conf_addr_type {
	CONF_ADDR_ANY,		/* 0/0: any address of either family, and any name */
	CONF_ADDR_NET,		/* .net/.prefix */
	CONF_ADDR_NAME,		/* a host, or where the parser says so an interface */
	CONF_ADDR_DOMAIN,	/* starts with a dot */
};

struct conf_addr {
	enum conf_addr_type	 type;
	struct endpoint		 net;		/* CONF_ADDR_NET; as written */
	unsigned		 prefix;	/* bits of .net that count */
	bool			 host_bits;	/* some are set behind these: perhaps a slip */
};

struct conf_port {
	enum match_port_op	 op;		/* PORT_ANY: none was given */
	uint16_t		 port;
	uint16_t		 last;		/* PORT_RANGE */
};

/*
 * "192.0.2.0/24", "192.0.2.0/255.255.255.0", "2001:db8::/32", "0/0", "name" or
 * ".domain", which @t holds. An address without its mask is an error.
 */
int	 conf_addr_parse(struct conf_lex *l, const struct conf_token *t, struct conf_addr *a);
/* The network of a CONF_ADDR_NET, without bits behind its mask. */
void	 conf_addr_network(const struct conf_addr *a, struct endpoint *net);
/* Whether @t is made as a host, domain or interface name is. */
int	 conf_addr_check_name(struct conf_lex *l, const struct conf_token *t);
/* "port OP N" or "port A - B", if that comes next; @t: its last token. */
int	 conf_addr_read_port(struct conf_lex *l, struct conf_port *port, struct conf_token *t);

#endif
