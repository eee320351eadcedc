/* SPDX-License-Identifier: ISC */
/*
 * The inside of the configuration parser; only conf.c, conf_parse*.c and their
 * test include this.
 *
 * Theory of operation: the language is a list of "keyword: value …" options and
 * of objects "kind { option … }". Each scope (the file itself, a client rule, a
 * socks rule) has a table of the keywords it takes; a row names the function
 * that reads the values and the field they go to. A new keyword is a new row,
 * and leaves the list of Dante's words that this version does not have.
 *
 * Functions return 0, or -EINVAL once the error has been written.
 */
#ifndef SERVER_CONF_PARSE_H
#define SERVER_CONF_PARSE_H

#include "common/conf_lex.h"
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
	struct conf		*conf;
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

/* In the order of the alphabet; both end with a row without a name. */
extern const struct conf_keyword conf_global_keywords[];
extern const struct conf_keyword conf_rule_keywords[];

/* Dante's keywords that this version does not have. */
bool	 conf_word_is_unsupported(const char *name);
/* Offers them to @n as well. */
void	 conf_unsupported_nearest(struct conf_nearest *n, const char *word);

/* One option, from its keyword @name on. */
int	 conf_read_option(struct conf_parser *p, const struct conf_token *name);
/* The rest of "client|socks pass|block { … }", behind the verdict. */
int	 conf_read_rule(struct conf_parser *p, enum conf_scope scope, enum rule_verdict verdict,
	    unsigned line);

/* Adds "FILE:LINE: …" to the warnings; @line 0: the file as a whole. 0, or -ENOMEM. */
int	 conf_warn(struct conf *c, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* For want of memory. */
int	 conf_fail_memory(struct conf_parser *p);

/* One value; a keyword and its colon, a brace or the end in its place is an error. */
int	 conf_read_value(struct conf_parser *p, struct conf_token *t, const char *expected);
/*
 * Whether a further value follows on the line of the one before, and no keyword,
 * brace or end; it is not taken.
 */
bool	 conf_more_values(struct conf_parser *p);
int	 conf_expect_punct(struct conf_parser *p, const char *punct, const char *behind);
/* All the words of a list, or-ed together. */
int	 conf_read_words(struct conf_parser *p, const struct conf_word *words, unsigned *set);
/* conf_read_fn: a number up to .max into .fields unsigned fields. */
int	 conf_read_number(struct conf_parser *p, void *field);
/* One method of a list; @client: of clientmethod. -EINVAL also for one not built in. */
int	 conf_read_method(struct conf_parser *p, bool client, struct conf_token *t,
	    enum auth_method *method);

/*
 * An address with its mask, and port conditions behind it. @names: whether host
 * names can match here; where they cannot, a name is an interface.
 */
int	 conf_read_rule_addr(struct conf_parser *p, struct rule_addr *a, bool names);
/*
 * An address, host or interface without a mask and, if @port is not NULL, the
 * port that may follow; it is left alone where none does.
 */
int	 conf_read_address(struct conf_parser *p, struct host *h, uint16_t *port);

/* The checks of a file as a whole, after its end. */
int	 conf_check(struct conf_parser *p);
/* Whether both name the same address or host, without the port. */
bool	 conf_same_host(const struct host *a, const struct host *b);

#endif
