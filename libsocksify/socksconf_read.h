/* SPDX-License-Identifier: ISC */
/*
 * The parser of socks.conf: its state, the rows of its tables, and the readers of
 * values that all options share; see socksconf.c. Functions return 0, or -EINVAL
 * once the error has been written.
 */
#ifndef LIBSOCKSIFY_SOCKSCONF_READ_H
#define LIBSOCKSIFY_SOCKSCONF_READ_H

#include "common/conf_value.h"
#include "libsocksify/settings.h"
#include "libsocksify/settings_report.h"

#define SOCKSCONF_KEYWORDS_MAX	32	/* rows of one table */

struct socksconf_keyword;
struct socksconf_route;

struct socksconf_parser {
	struct conf_lex		 lex;
	struct conf_values	 values;
	struct settings		*settings;
	const struct settings_report	*report;
	/* The tables of the file and of routes; they end with a row without a name. */
	const struct socksconf_keyword *globals, *options;
	struct socksconf_route	*route;		/* being read, or NULL */
	bool			 routes;	/* one was seen: no more global options */
	const struct socksconf_keyword *keyword;	/* being read */
	const struct conf_token	*name;		/* .keyword as it stands there */
	/* Line on which each row of a table was used, 0: not yet. */
	unsigned		 global_seen[SOCKSCONF_KEYWORDS_MAX];
	unsigned		 option_seen[SOCKSCONF_KEYWORDS_MAX];
};

/* Reads what follows "keyword:" into @field of the settings or of the route. */
typedef int socksconf_read_fn(struct socksconf_parser *p, void *field);

struct socksconf_keyword {
	const char	*name;		/* a '.' at its end: all that begin so */
	socksconf_read_fn *take;	/* NULL: refused, and .note says why */
	size_t		 offset;	/* of the field, in struct settings or socksconf_route */
	uint32_t	 max;		/* of a number */
	bool		 repeats;	/* may be given again and adds to what is there */
	const char	*instead;	/* the spelling that is not deprecated */
	const char	*note;		/* why it has no effect, or why it is refused */
};

/* The row that @name belongs to, or NULL. */
const struct socksconf_keyword *socksconf_find(const struct socksconf_keyword *table,
	    const char *name);
/* "FILE:LINE: …", if anybody wants to know. */
void	 socksconf_warn(struct socksconf_parser *p, unsigned line, const char *fmt, ...)
	    PRINTF_LIKE(3, 4);
/* Of struct conf_values. */
bool	 socksconf_is_keyword(const void *parser, const char *word);
/* All the words of a list, or-ed together. */
int	 socksconf_words(struct socksconf_parser *p, const struct conf_word *words, uint8_t *set);

/* For the tables: a number up to .max into a uint32_t. */
int	 socksconf_read_number(struct socksconf_parser *p, void *field);
/* What changes nothing here: .note says why, once, as a warning. */
int	 socksconf_read_ignored(struct socksconf_parser *p, void *field);
/* One option, from its keyword @name on, by the table of where it stands. */
int	 socksconf_option(struct socksconf_parser *p, const struct conf_token *name);

#endif
