/* SPDX-License-Identifier: ISC */
/*
 * A session: what the stages know of one client's connection, and how it goes
 * from one to the next. The descriptors travel beside it: the client's from
 * negotiate to request, the client's and the remote host's from request to io.
 */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include <stdint.h>

#include "common/addr.h"
#include "common/cursor.h"
#include "server/rule.h"

/* A command of ours: what a BIND has become when its connection came. */
#define SESSION_BINDREPLY	0x82

#define SESSION_EARLY_MAX	1024	/* bytes that came behind the request */

/* What a rule that passed a session leaves with it. */
struct session_rule {
	uint16_t	number;
	uint8_t		log;		/* RULE_LOG_* */
};

struct session {
	uint64_t	 accepted_ms;	/* monotonic */
	struct endpoint	 client;	/* where the client is */
	struct endpoint	 internal;	/* the address it was accepted on */
	struct endpoint	 external;	/* our end of the connection to the remote host */
	struct endpoint	 remote;	/* the remote host, once its address is known */
	struct session_rule client_rule;
	struct session_rule socks_rule;
	uint32_t	 io_timeout;	/* seconds; 0: none */
	uint32_t	 fin_timeout;	/* seconds; 0: none */
	uint8_t		 version;	/* of SOCKS that the client speaks: 4 or 5 */
	uint8_t		 method;	/* enum auth_method */
	uint8_t		 command;	/* RFC 1928 CMD, or SESSION_BINDREPLY */
	/*
	 * Who the client is by .method. With AUTH_NONE what it says of itself in SOCKS4's
	 * USERID: for the log alone, as nothing proves it. "": nobody.
	 */
	char		 user[256];
	struct host	 dst;		/* what was asked for */
	uint8_t		 early[SESSION_EARLY_MAX];
	uint16_t	 early_len;
};

void	 session_pack(struct writer *w, const struct session *s);
/* 0, or -EPROTO when the message is not exactly a session. */
int	 session_unpack(struct reader *r, struct session *s);

/*
 * Of a time limit for a request (seconds, 0: none) what the client's version leaves:
 * SOCKS4 gives up after two minutes.
 */
uint32_t session_time_limit(const struct session *s, uint32_t seconds);

#endif
