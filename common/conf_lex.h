/* SPDX-License-Identifier: ISC */
/*
 * The words of Dante's configuration language, in sockd.conf and in socks.conf.
 *
 * What a word is depends on where it stands: "port" ends at the '=' behind it,
 * but an IPv6 address is full of colons and a path may hold anything. So the
 * parser says with each call what it expects: a name or a value.
 *
 * No I/O and no allocation. The first error is kept, in the caller's buffer:
 * "FILE:LINE: near "WORD": what was expected", without the user and the password
 * of a URL; a buffer of no bytes gets none. An unterminated last line, CRLF and a
 * byte order mark are taken; a NUL byte is not.
 */
#ifndef COMMON_CONF_LEX_H
#define COMMON_CONF_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/* Room for the longest word, with its NUL. */
#define CONF_WORD_SIZE		512

enum conf_token_type {
	CONF_END,
	CONF_WORD,
	CONF_STRING,	/* was quoted, and may hold blanks or nothing at all */
	CONF_PUNCT,	/* "{", ">=" or a byte that belongs to no word */
};

/* What the parser expects next. */
enum conf_expect {
	/*
	 * Keywords, numbers, ports: letters, digits, '_', '.' and '-', but a number
	 * ends at a '-', so that "1-5" is three tokens and "ftp-data" is one.
	 */
	CONF_NAME,
	/* Addresses, paths, users: up to a blank, a brace or a comment; or "quoted". */
	CONF_VALUE,
};

struct conf_token {
	enum conf_token_type	 type;
	unsigned		 line;
	bool			 first;	/* nothing stands before it on its line */
	char			 text[CONF_WORD_SIZE];
};

struct conf_lex {
	const char	*file;		/* for messages; the caller's, as is .text */
	const char	*text;
	size_t		 len;
	size_t		 pos;
	unsigned	 line;		/* from 1 */
	bool		 first;
	bool		 failed;
	char		*error;
	size_t		 error_size;
};

/* 0, or -EINVAL with an error if the text holds a NUL byte. */
int	 conf_lex_init(struct conf_lex *l, const char *file, const char *text, size_t len,
	    char *error, size_t error_size);
/* The next token: 0, or -EINVAL with an error: too long, or quoted and never closed. */
int	 conf_lex_next(struct conf_lex *l, struct conf_token *t, enum conf_expect expect);
/* The same without taking it: the next call to conf_lex_next() may expect otherwise. */
int	 conf_lex_peek(const struct conf_lex *l, struct conf_token *t, enum conf_expect expect);
/* Whether @t is that word or punctuation, unquoted. */
bool	 conf_token_is(const struct conf_token *t, const char *text);

/* Keeps the error unless there is one, and returns -EINVAL. @near may be NULL. */
int	 conf_lex_fail(struct conf_lex *l, const struct conf_token *near, const char *fmt, ...)
	    PRINTF_LIKE(3, 4);

/*
 * "10", "012" or "0xa" up to @max: 0, -EINVAL for what is no number, or -ERANGE.
 */
int	 conf_parse_number(const char *text, uint32_t max, uint32_t *value);

/* A vocabulary: ends with a NULL name. */
struct conf_word {
	const char	*name;
	unsigned	 value;
};

/* The entry, or NULL. */
const struct conf_word *conf_word_find(const struct conf_word *words, const char *name);
/* conf_lex_fail() with "expected A, B or C" and the likeliest of them. */
int	 conf_lex_fail_words(struct conf_lex *l, const struct conf_token *near,
	    const struct conf_word *words);

/* The candidate that a mistyped word is nearest to; start with { 0 }. */
struct conf_nearest {
	const char	*name;		/* NULL: none is near enough */
	unsigned	 distance;
};

/* At most two letters wrong, missing, too many or swapped; one in a short word. */
void	 conf_nearest_try(struct conf_nearest *n, const char *word, const char *candidate);

#endif
