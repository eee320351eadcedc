/* SPDX-License-Identifier: ISC */
/*
 * The lines that sessions leave in the log, in Dante's grammar:
 *
 *	verdict(rule): tcp/command X: SRC -> DST: text
 *
 * X is "[" at the start and "]" at the end, on a block and on an error. SRC is
 * "[method%user@]client server", DST "local remote"; addresses are written with
 * a dot before the port. In the place of the method "userid" says that the name is
 * a SOCKS4 client's own word. A pass that failed is logged as a block, as Dante does.
 * Which lines are written is up to the log: words of the rule that decided.
 */
#ifndef SERVER_SESSION_LOG_H
#define SERVER_SESSION_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "server/session.h"

/* Bytes moved, for the line that ends a session. */
struct session_bytes {
	uint64_t	client_written, client_read;
	uint64_t	remote_read, remote_written;
};

/* The client was let in, or blocked, by its client rule. */
void	session_log_accept(const struct session *s, bool pass);
/* The client's negotiation failed: @why, and whether it was a question of time. */
void	session_log_negotiation(const struct session *s, const char *why, uint64_t after_ms);
/*
 * The request was carried out; a BIND twice: when it begins to wait, and, as
 * SESSION_BINDREPLY, when its connection has come.
 */
void	session_log_connect(const struct session *s);
/* The socks rules blocked the request. */
void	session_log_block(const struct session *s);
/* The rules let it pass but it failed: the socks rule's line and the client rule's. */
void	session_log_failure(const struct session *s, const char *why);
/* The session is over: @how as Dante words it ("local client closed"), @error: by an I/O error. */
void	session_log_end(const struct session *s, const struct session_bytes *bytes,
	    const char *how, bool error, uint64_t now_ms);

#endif
