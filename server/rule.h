/* SPDX-License-Identifier: ISC */
/*
 * Rules: which client may connect (client rules) and what it may ask for (socks
 * rules). First match wins; no match is the implicit block, rule 0.
 *
 * Pure: evaluation does no I/O and no name look-up.
 */
#ifndef SERVER_RULE_H
#define SERVER_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/match.h"

enum rule_verdict { RULE_BLOCK, RULE_PASS };

/* Bits of struct rule.commands. bindreply and udpreply are traffic coming back. */
enum {
	RULE_CMD_CONNECT = 1,
	RULE_CMD_BIND = 2,
	RULE_CMD_BINDREPLY = 4,
	RULE_CMD_UDPASSOCIATE = 8,
	RULE_CMD_UDPREPLY = 16,
	RULE_CMD_ANY = 31,
};
enum { RULE_TCP = 1, RULE_UDP = 2 };
enum { RULE_SOCKS_V4 = 1, RULE_SOCKS_V5 = 2 };

/* Bits of struct rule.log and of what a session carries with it. */
enum {
	RULE_LOG_CONNECT = 1,
	RULE_LOG_DISCONNECT = 2,
	RULE_LOG_DATA = 4,
	RULE_LOG_ERROR = 8,
	RULE_LOG_IOOPERATION = 16,
	RULE_LOG_TCPINFO = 32,
};

/* Authentication methods; bits 1 << x in the method sets. */
enum auth_method { AUTH_NONE, AUTH_USERNAME, AUTH_GSSAPI, AUTH_METHODS };

enum rule_addr_type {
	RULE_ADDR_ANY,		/* 0/0: any address of either family, and any name */
	RULE_ADDR_PREFIX,	/* 192.0.2.0/24, 2001:db8::/32 */
	RULE_ADDR_NAME,		/* that name and no other; see rule_find() on spelling */
	RULE_ADDR_SUFFIX,	/* ".example.com": the domain and all below it; ".": any name */
	RULE_ADDR_INTERFACE,	/* an address that the interface .name has: .addresses */
};

struct rule_addr {
	enum rule_addr_type	 type;
	struct endpoint		 net;		/* RULE_ADDR_PREFIX */
	unsigned		 prefix;	/* bits of .net that count */
	char			 name[HOST_NAME_MAX_LEN + 1];
	struct endpoint		*addresses;	/* RULE_ADDR_INTERFACE, owned by the conf */
	unsigned		 address_count;	/* of conf_bind_interfaces() */
	enum match_port_op	 port_op;
	uint16_t		 port;		/* first of a range */
	uint16_t		 port_last;	/* PORT_RANGE: last, inclusive */
};

struct rule {
	enum rule_verdict	 verdict;
	unsigned		 number;	/* in order of the file, from 1, per kind */
	unsigned		 line;		/* where in the file it starts */
	struct rule_addr	 from, to;
	unsigned		 commands;	/* RULE_CMD_*; for client rules RULE_CMD_ANY */
	unsigned		 protocols;	/* RULE_TCP | RULE_UDP */
	unsigned		 proxyprotocols;
	unsigned		 clientmethods;	/* 1 << enum auth_method; 0: the global list */
	unsigned		 socksmethods;
	unsigned		 log;		/* RULE_LOG_* */
	/* Seconds; -1 where the rule says nothing and the global value holds. */
	int			 timeout_negotiate;
	int			 timeout_connect;
	int			 timeout_io_tcp;
	int			 timeout_io_udp;
	int			 timeout_tcp_fin_wait;
};

struct rule_query {
	struct endpoint		 from;
	/* The target (socks rules) or the address accepted on (client rules). */
	const char		*to_name;	/* the name asked for, or NULL */
	struct endpoint		 to;		/* family AF_UNSPEC while not resolved; .port always */
	unsigned		 command;	/* one RULE_CMD_* bit */
	unsigned		 protocol;
	unsigned		 proxyprotocol;
	enum auth_method	 method;
	bool			 client;	/* a client rule is asked: only .from and .to count */
};

/*
 * The first rule that matches, or the implicit block (number 0), never NULL.
 *
 * Names are compared without regard to case or to a dot at the end. A rule on a
 * name looks at the name asked for and never at addresses; one on addresses
 * looks at the address alone. A name that is the text of an address must come
 * as that address: it would slip past the rules on addresses otherwise.
 *
 * While @q->to has no address (a name not yet resolved), a rule that would need
 * one to be decided ends the search with *needs_address true; its result then
 * means nothing and the caller asks again with each address. @needs_address may
 * be NULL when the address is known.
 */
const struct rule *rule_find(const struct rule *rules, unsigned count,
    const struct rule_query *q, bool *needs_address);

/* Names for logs and messages. */
const char *auth_method_name(enum auth_method method);
const char *rule_command_name(unsigned command);

#endif
