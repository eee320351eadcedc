/* SPDX-License-Identifier: ISC */
/* Client rules and socks rules. */
#ifndef SERVER_CONF_PARSE_RULE_H
#define SERVER_CONF_PARSE_RULE_H

#include "server/conf_read.h"

/* In the order of the alphabet; ends with a row without a name. */
extern const struct conf_keyword conf_rule_keywords[];

/*
 * The rest of "client|socks pass|block { … }", behind the verdict: 0, or -EINVAL
 * once the error has been written.
 */
int	 conf_read_rule(struct conf_parser *p, enum conf_scope scope, enum rule_verdict verdict,
	    unsigned line);

#endif
