/* SPDX-License-Identifier: ISC */
/*
 * What the user asked for: the proxies, which connections go by which, and what
 * is told of it.
 *
 * The launcher writes it, with the table of names, into one file that every
 * process of the tree maps (its path is in SOCKSIFY_STATE); so it survives exec,
 * and no password stands in an environment. A library preloaded by hand, without
 * the launcher, reads the same files and variables itself. Read-only after
 * settings_load().
 *
 * It holds no pointer: texts of any length are offsets into .text. What a
 * process maps may be damaged; settings_load() has checked every number before
 * anybody else looks.
 */
#ifndef LIBSOCKSIFY_SETTINGS_H
#define LIBSOCKSIFY_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/match.h"

#define SETTINGS_PROXIES	32
#define SETTINGS_ADDRESSES	8	/* of one proxy */
#define SETTINGS_ROUTES		256
#define SETTINGS_TEXT		(32 * 1024)
#define SETTINGS_LOGS		4
#define PROXY_PATH_SIZE		108	/* sun_path, unix(7) */

/* How a proxy is spoken to. */
enum proxy_protocol {
	PROXY_SOCKS5,
	PROXY_SOCKS4,		/* names are looked up here: SOCKS4 has none */
	PROXY_SOCKS4A,
	PROXY_HTTP,		/* CONNECT, RFC 9110 section 9.3.6 */
	PROXY_PROTOCOLS,
};

/* Bits of struct proxy.methods. */
enum {
	PROXY_METHOD_NONE = 1,
	PROXY_METHOD_USERNAME = 2,
	PROXY_METHOD_GSSAPI = 4,
};

struct proxy {
	uint8_t		 protocol;		/* enum proxy_protocol */
	uint8_t		 methods;		/* that may be offered; 0: what the credentials suggest */
	uint8_t		 address_count;		/* 0: .path */
	/* For messages, and to be resolved: "HOST:PORT", "[V6]:PORT" or "unix:PATH" in .text. */
	uint32_t	 name;
	uint32_t	 line;			/* of the file that says so, or 0 */
	/* Resolved, in the order to try them; direct without any route that says so. */
	struct endpoint	 addresses[SETTINGS_ADDRESSES];
	char		 path[PROXY_PATH_SIZE];	/* of a UNIX socket; '@' first: an abstract one */
	char		 username[256];		/* "": no username/password method is offered */
	char		 password[256];
};

/* What the "from" or the "to" of a route matches. */
enum settings_address_type {
	SETTINGS_ANY,		/* 0/0: every address of either family, and every name */
	SETTINGS_NET,		/* .net/.prefix */
	SETTINGS_NAME,		/* that name and no other */
	SETTINGS_DOMAIN,	/* ".example.com": the domain and all below it; ".": any name */
	SETTINGS_ADDRESS_TYPES,
};

struct settings_address {
	uint8_t		 type;			/* enum settings_address_type */
	uint8_t		 prefix;		/* bits of .net that count */
	uint8_t		 port_op;		/* enum match_port_op */
	uint16_t	 port, port_last;
	uint32_t	 name;			/* in .text */
	struct endpoint	 net;
};

/* Bits of struct settings_route.commands and .protocols. */
enum {
	ROUTE_COMMAND_CONNECT = 1,
	ROUTE_COMMAND_BIND = 2,
	ROUTE_COMMAND_BINDREPLY = 4,
	ROUTE_COMMAND_UDPASSOCIATE = 8,
	ROUTE_COMMAND_UDPREPLY = 16,
	ROUTE_COMMAND_ANY = 31,
};
enum { ROUTE_PROTOCOL_TCP = 1, ROUTE_PROTOCOL_UDP = 2, ROUTE_PROTOCOL_ANY = 3 };

struct settings_route {
	uint8_t		 direct;		/* 0 or 1 */
	uint8_t		 automatic;		/* made by us: a local network, NO_PROXY */
	uint8_t		 commands, protocols;
	uint16_t	 proxy;			/* index, unless direct */
	uint32_t	 line;			/* of the file that says so, or 0 */
	struct settings_address from, to;
};

/* How names that no rule keeps local are treated: resolveprotocol. */
enum settings_names {
	NAMES_RESERVED,		/* a reserved address, and the proxy is told the name: "fake" */
	NAMES_RESOLVED,		/* the resolver's addresses: "udp" and "tcp" */
};

struct settings_log {
	uint32_t	 path;			/* in .text, absolute; "": standard error */
	uint8_t		 errors;		/* 0 or 1: failures alone (errorlog) */
	/* The file that standard error was when it was chosen: what else is there gets nothing. */
	uint64_t	 device, inode;
};

struct settings {
	struct proxy		 proxies[SETTINGS_PROXIES];
	struct settings_route	 routes[SETTINGS_ROUTES];	/* in the order of their choice */
	uint32_t		 proxy_count, route_count;
	uint8_t			 proxy_loopback;	/* --proxy-loopback; 0 or 1, as all of these */
	uint8_t			 direct_fallback;	/* direct where no route matches, not ENETUNREACH */
	uint8_t			 verbose;		/* -v, or debug: 1 and more: a line a connection */
	uint8_t			 names;			/* enum settings_names */
	uint32_t		 connect_timeout;	/* seconds for one proxy; 0: the default */
	uint32_t		 route_maxfail;		/* failures that mark a proxy bad; 0: never */
	uint32_t		 route_badexpire;	/* seconds that it then stays bad */
	struct endpoint		 reserved4, reserved6;	/* the ranges of reserved addresses */
	uint8_t			 reserved4_prefix, reserved6_prefix;	/* bits; 0: the default range */
	uint32_t		 log_count;
	struct settings_log	 logs[SETTINGS_LOGS];
	uint32_t		 nameserver;		/* for res_query(3) and its like: HOST[:PORT] in .text */
	uint32_t		 text_used;		/* bytes of .text; offset 0 is the empty text */
	char			 text[SETTINGS_TEXT];
};

/* The text at @offset, of settings that have been checked. */
static inline const char *
settings_text(const struct settings *settings, uint32_t offset)
{
	return settings->text + offset;
}

/*
 * Fills in what settings start with: no proxy, no route, Dante's defaults
 * (route.maxfail 1, route.badexpire 300). All else is zero.
 */
void	 settings_init(struct settings *settings);
/* Puts a copy of @text into .text: its offset, or 0 with -ENOSPC in *error when there is no room. */
uint32_t settings_add_text(struct settings *settings, const char *text, int *error);
/* Appends a route of all destinations, commands and protocols by proxy @index: 0, or -ENOSPC. */
int	 settings_route_all(struct settings *settings, unsigned index);
/* Whether every number and text in what may be damaged memory is sound. */
bool	 settings_are_sound(const struct settings *settings);

#endif
