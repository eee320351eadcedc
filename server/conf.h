/* SPDX-License-Identifier: ISC */
/*
 * The configuration of socksifyd, as its file says it: nothing here is resolved,
 * opened or bound. The parser does no I/O: every process of the server parses
 * the same bytes, which the mother has read once.
 */
#ifndef SERVER_CONF_H
#define SERVER_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "server/rule.h"

#define CONF_INTERNAL_MAX	64
#define CONF_EXTERNAL_MAX	64
#define CONF_LOG_MAX		8
#define CONF_PORT_DEFAULT	1080
#define CONF_USER_SIZE		64
#define CONF_PATH_SIZE		512

enum conf_log_type { CONF_LOG_FILE, CONF_LOG_STDOUT, CONF_LOG_STDERR, CONF_LOG_SYSLOG };

struct conf_log {
	enum conf_log_type	 type;
	int			 facility;	/* CONF_LOG_SYSLOG: LOG_DAEMON … */
	char			 path[CONF_PATH_SIZE];
};

/* An address, host name or interface name as written, and for .internal its port. */
struct conf_address {
	struct host	 host;
	unsigned	 line;
};

struct conf {
	struct conf_log		 logoutput[CONF_LOG_MAX];
	unsigned		 logoutput_count;
	struct conf_address	 internal[CONF_INTERNAL_MAX];
	unsigned		 internal_count;
	struct conf_address	 external[CONF_EXTERNAL_MAX];
	unsigned		 external_count;
	/* In order of preference. */
	enum auth_method	 clientmethods[AUTH_METHODS];
	unsigned		 clientmethod_count;
	enum auth_method	 socksmethods[AUTH_METHODS];
	unsigned		 socksmethod_count;
	char			 user_privileged[CONF_USER_SIZE];	/* "": not given */
	char			 user_unprivileged[CONF_USER_SIZE];
	char			 user_passwordfile[CONF_PATH_SIZE];	/* "": the system's accounts */
	unsigned		 user_passwordcache;	/* seconds a success is remembered; 0: never */
	int			 debug;
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
};

/*
 * Parses @len bytes of @text. @file is only named in messages. Returns a new
 * configuration for conf_free(), or NULL with a message of one line (file, line,
 * the word and what was expected) in @error.
 */
struct conf	*conf_parse(const char *file, const char *text, size_t len,
		    char *error, size_t error_size);
void		 conf_free(struct conf *c);

/* Whether the global list of @c has this socks method. */
bool		 conf_has_socksmethod(const struct conf *c, enum auth_method method);

#endif
