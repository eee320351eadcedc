/* SPDX-License-Identifier: ISC */
/*
 * The configuration of socksifyd, as its file says it: nothing here is resolved,
 * opened or bound. The parser does no I/O: every process of the server parses
 * the same bytes, which the mother has read once.
 *
 * The order is: conf_parse(), then conf_bind_interfaces() with the addresses of
 * this machine, again whenever they change.
 */
#ifndef SERVER_CONF_H
#define SERVER_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/compiler.h"
#include "server/rule.h"

#define CONF_INTERNAL_MAX	64
#define CONF_EXTERNAL_MAX	64
#define CONF_LOG_MAX		8
#define CONF_RULES_MAX		10000	/* of one kind */
#define CONF_PORT_DEFAULT	1080
#define CONF_USER_SIZE		64
#define CONF_PATH_SIZE		512
#define CONF_INTERFACE_SIZE	16	/* IF_NAMESIZE */

enum conf_log_type { CONF_LOG_FILE, CONF_LOG_STDOUT, CONF_LOG_STDERR, CONF_LOG_SYSLOG };

struct conf_log {
	enum conf_log_type	 type;
	int			 facility;	/* CONF_LOG_SYSLOG: LOG_DAEMON … */
	char			 path[CONF_PATH_SIZE];
};

/* Bits of .internal_protocols and .external_protocols. */
enum { CONF_IPV4 = 1, CONF_IPV6 = 2 };

/* An address, host name or interface name as written, and for .internal its port. */
struct conf_address {
	struct host	 host;
	unsigned	 line;
};

struct conf {
	struct conf_log		 logoutput[CONF_LOG_MAX];
	unsigned		 logoutput_count;
	struct conf_log		 errorlog[CONF_LOG_MAX];	/* errors and alerts, besides */
	unsigned		 errorlog_count;
	struct conf_address	 internal[CONF_INTERNAL_MAX];
	unsigned		 internal_count;
	struct conf_address	 external[CONF_EXTERNAL_MAX];
	unsigned		 external_count;
	/* Which addresses of an interface or of a host name count. */
	unsigned		 internal_protocols;
	unsigned		 external_protocols;
	/* In order of preference. */
	enum auth_method	 clientmethods[AUTH_METHODS];
	unsigned		 clientmethod_count;
	enum auth_method	 socksmethods[AUTH_METHODS];
	unsigned		 socksmethod_count;
	char			 user_privileged[CONF_USER_SIZE];	/* "": not given */
	char			 user_unprivileged[CONF_USER_SIZE];
	/* "": the accounts of the system. */
	char			 user_passwordfile[CONF_PATH_SIZE];
	unsigned		 user_passwordcache;	/* seconds; 0: nothing is remembered */
	int			 debug;			/* 0 to 2 */
	/* Seconds; 0: no limit. */
	unsigned		 timeout_negotiate;
	unsigned		 timeout_connect;
	unsigned		 timeout_io_tcp;
	unsigned		 timeout_io_udp;
	unsigned		 timeout_tcp_fin_wait;
	struct rule		*client_rules;
	unsigned		 client_rule_count;
	struct rule		*socks_rules;
	unsigned		 socks_rule_count;
	/* What is no error but should be said once at start: "FILE:LINE: …". */
	char			**warnings;
	unsigned		 warning_count;
	char			*file;			/* as given to conf_parse() */
	bool			 interfaces_bound;
};

/* One address of one interface of this machine. */
struct conf_interface {
	char		name[CONF_INTERFACE_SIZE];
	struct endpoint	address;
};

/* The default of every option; @file is copied. NULL: out of memory. */
struct conf	*conf_new(const char *file);
void		 conf_free(struct conf *c);

/* Adds "FILE:LINE: …" to the warnings; @line 0: the file as a whole. 0, or -ENOMEM. */
int		 conf_warn(struct conf *c, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * Tells the rules which addresses the interfaces have: a name in a rule that is
 * the name of one of @list means that interface and no host. @list is copied. An
 * interface that is not there matches nothing; the first call warns of it, for
 * it may be a host name where only interfaces can stand. 0, or -ENOMEM.
 */
int		 conf_bind_interfaces(struct conf *c, const struct conf_interface *list,
		    unsigned count);

/* Whether the family of @e is among the CONF_IPV4 and CONF_IPV6 of @protocols. */
bool		 conf_has_protocol(unsigned protocols, const struct endpoint *e);

/* Whether the global list of @c has this socks method. */
bool		 conf_has_socksmethod(const struct conf *c, enum auth_method method);

#endif
