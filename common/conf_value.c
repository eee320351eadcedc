/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/conf_value.h"

#include <errno.h>

/* Whether "keyword:" comes next: what a list or a missing value ends with. */
static bool
at_keyword(const struct conf_values *v)
{
	struct conf_lex copy = *v->lex;
	struct conf_token t;

	if (conf_lex_peek(&copy, &t, CONF_NAME) < 0 || t.type != CONF_WORD ||
	    !v->is_keyword(v->parser, t.text))
		return false;
	if (conf_lex_next(&copy, &t, CONF_NAME) < 0)
		return false;
	return conf_lex_peek(&copy, &t, CONF_NAME) == 0 && conf_token_is(&t, ":");
}

int
conf_value(const struct conf_values *v, struct conf_token *t, const char *expected)
{
	bool keyword = at_keyword(v);

	if (conf_lex_next(v->lex, t, keyword ? CONF_NAME : CONF_VALUE) < 0)
		return -EINVAL;
	if (keyword || t->type == CONF_END || t->type == CONF_PUNCT)
		return conf_lex_fail(v->lex, t, "expected %s for %s", expected, v->keyword);
	return 0;
}

bool
conf_value_follows(const struct conf_values *v)
{
	struct conf_token t;

	if (conf_lex_peek(v->lex, &t, CONF_VALUE) < 0)
		return true;
	return !t.first && t.type != CONF_END && t.type != CONF_PUNCT && !at_keyword(v);
}

int
conf_value_words(const struct conf_values *v, const struct conf_word *words, unsigned *set)
{
	const struct conf_word *w;
	struct conf_token t;

	do {
		if (conf_value(v, &t, "a word") < 0)
			return -EINVAL;
		w = conf_word_find(words, t.text);
		if (w == NULL)
			return conf_lex_fail_words(v->lex, &t, words);
		*set |= w->value;
	} while (conf_value_follows(v));
	return 0;
}

int
conf_value_number(const struct conf_values *v, uint32_t max, uint32_t *value)
{
	struct conf_token t;
	int error;

	if (conf_value(v, &t, "a number") < 0)
		return -EINVAL;
	error = conf_parse_number(t.text, max, value);
	if (error == -ERANGE)
		return conf_lex_fail(v->lex, &t, "expected a number from 0 to %u for %s", max,
		    v->keyword);
	return error < 0 ?
	    conf_lex_fail(v->lex, &t, "expected a number for %s", v->keyword) : 0;
}

int
conf_expect_punct(struct conf_lex *l, const char *punct, const char *behind)
{
	struct conf_token t;

	if (conf_lex_next(l, &t, CONF_NAME) < 0)
		return -EINVAL;
	if (!conf_token_is(&t, punct))
		return conf_lex_fail(l, &t, "expected \"%s\" behind %s", punct, behind);
	return 0;
}
