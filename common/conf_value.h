/* SPDX-License-Identifier: ISC */
/*
 * The values of an option, "keyword: value …", in either configuration language.
 * They end where the next keyword stands, and which words are keywords only the
 * parser knows. 0, or -EINVAL once the error has been kept.
 */
#ifndef COMMON_CONF_VALUE_H
#define COMMON_CONF_VALUE_H

#include "common/conf_lex.h"

struct conf_values {
	struct conf_lex	*lex;
	const char	*keyword;	/* being read, for messages */
	/* Whether a word is a keyword of @parser, anywhere in the file. */
	bool		(*is_keyword)(const void *parser, const char *word);
	const void	*parser;
};

/* One value; a keyword and its colon, a brace or the end in its place is an error. */
int	 conf_value(const struct conf_values *v, struct conf_token *t, const char *expected);
/*
 * Whether a further value follows on the line of the one before, and no keyword,
 * brace or end; it is not taken.
 */
bool	 conf_value_follows(const struct conf_values *v);
/* All the words of a list, or-ed together into *set. */
int	 conf_value_words(const struct conf_values *v, const struct conf_word *words,
	    unsigned *set);
/* A number up to @max. */
int	 conf_value_number(const struct conf_values *v, uint32_t max, uint32_t *value);
int	 conf_expect_punct(struct conf_lex *l, const char *punct, const char *behind);

#endif
