/* SPDX-License-Identifier: ISC */
/*
 * The parser's state, the rows of its tables, and the readers of values that all
 * options share; see conf_parse.c. Functions return 0, or -EINVAL once the error
 * has been written.
 */
#ifndef SERVER_CONF_READ_H
#define SERVER_CONF_READ_H

#include "common/conf_value.h"
#include "server/conf.h"

#define CONF_KEYWORDS_MAX	64	/* rows of one table */

enum conf_scope {
	CONF_GLOBAL = 1,
	CONF_CLIENT_RULE = 2,
	CONF_SOCKS_RULE = 4,
};

struct conf_keyword;

struct conf_parser {
	struct conf_lex		 lex;
	struct conf_values	 values;
	struct conf		*conf;
	/* The tables of the file and of rules; they end with a row without a name. */
	const struct conf_keyword *global_keywords;
	const struct conf_keyword *rule_keywords;
	struct rule		*rule;		/* being read, or NULL */
	enum conf_scope		 scope;
	bool			 objects;	/* an object was seen: no more global options */
	const struct conf_keyword *keyword;	/* being read */
	unsigned		 keyword_line;
	/* Line on which each row of a table was used, 0: not yet. */
	unsigned		 global_seen[CONF_KEYWORDS_MAX];
	unsigned		 rule_seen[CONF_KEYWORDS_MAX];
};

/* Reads what follows "keyword:" into @field of the conf or of the rule. */
typedef int conf_read_fn(struct conf_parser *p, void *field);

struct conf_keyword {
	const char	*name;
	unsigned	 scopes;	/* enum conf_scope, for the table of the rules */
	conf_read_fn	*read;
	size_t		 offset;	/* of the field, in struct conf or struct rule */
	uint32_t	 max;		/* numbers: the largest; text: its size */
	unsigned	 fields;	/* numbers: how many fields in a row it sets */
	bool		 repeats;	/* may be given again and adds to what is there */
	const char	*instead;	/* the spelling that is not deprecated */
};

/* The row of that name, or NULL. */
const struct conf_keyword *conf_keyword_find(const struct conf_keyword *table, const char *name);

/* For want of memory. */
int	 conf_fail_memory(struct conf_parser *p);

/* Of struct conf_values: Dante's words that this version does not have count, too. */
bool	 conf_is_keyword(const void *parser, const char *word);
/* conf_read_fn: a number up to .max into .fields unsigned fields. */
int	 conf_read_number(struct conf_parser *p, void *field);
/* One method of a list; @client: of clientmethod. -EINVAL also for one not built in. */
int	 conf_read_method(struct conf_parser *p, bool client, struct conf_token *t,
	    enum auth_method *method);

#endif
