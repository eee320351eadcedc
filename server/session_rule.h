/* SPDX-License-Identifier: ISC */
/* Which socks rule decides about a session, and what it leaves with it. */
#ifndef SERVER_SESSION_RULE_H
#define SERVER_SESSION_RULE_H

#include <stdbool.h>

#include "server/conf.h"
#include "server/session.h"

/*
 * The rule that decides about the target at @to, or, without a family, not yet at
 * any; the port is the one that was asked for. @needs_address as of rule_find().
 */
const struct rule *session_rule_find(const struct conf *conf, const struct session *s,
	    const struct endpoint *to, bool *needs_address);
/* The one about a connection that @peer has made to where the client has bound: to the client. */
const struct rule *session_rule_find_reply(const struct conf *conf, const struct session *s,
	    const struct endpoint *peer);

/* For the log alone. */
void	 session_rule_note(struct session *s, const struct rule *rule);
/* And for its time limits. */
void	 session_rule_apply(struct session *s, const struct rule *rule);

#endif
