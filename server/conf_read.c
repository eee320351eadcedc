/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_read.h"

#include <errno.h>
#include <string.h>

#include "server/conf_unsupported.h"

static const struct conf_word methods[] = {
	{ "none", AUTH_NONE },
	{ "username", AUTH_USERNAME },
	{ NULL, 0 },
};

/* What needs no word of the SOCKS protocol. */
static const struct conf_word client_methods[] = {
	{ "none", AUTH_NONE },
	{ NULL, 0 },
};

/* Dante's, and not ours: to be named as such, rather than as spelling mistakes. */
static const struct conf_word foreign_methods[] = {
	{ "bsdauth", 0 },
	{ "gssapi", 0 },
	{ "pam", 0 },
	{ "pam.address", 0 },
	{ "pam.any", 0 },
	{ "pam.username", 0 },
	{ "rfc931", 0 },
	{ NULL, 0 },
};

const struct conf_keyword *
conf_keyword_find(const struct conf_keyword *table, const char *name)
{
	for (; table->name != NULL; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

/* Whether "keyword:" comes next: what a list or a missing value ends with. */
static bool
at_keyword(const struct conf_parser *p)
{
	struct conf_lex copy = p->lex;
	struct conf_token t, colon;

	if (conf_lex_peek(&copy, &t, CONF_NAME) < 0 || t.type != CONF_WORD)
		return false;
	if (conf_keyword_find(p->global_keywords, t.text) == NULL &&
	    conf_keyword_find(p->rule_keywords, t.text) == NULL &&
	    !conf_word_is_unsupported(t.text))
		return false;
	if (conf_lex_next(&copy, &t, CONF_NAME) < 0)
		return false;
	return conf_lex_peek(&copy, &colon, CONF_NAME) == 0 && conf_token_is(&colon, ":");
}

int
conf_fail_memory(struct conf_parser *p)
{
	return conf_lex_fail(&p->lex, NULL, "out of memory");
}

int
conf_read_value(struct conf_parser *p, struct conf_token *t, const char *expected)
{
	bool keyword = at_keyword(p);

	if (conf_lex_next(&p->lex, t, keyword ? CONF_NAME : CONF_VALUE) < 0)
		return -EINVAL;
	if (keyword || t->type == CONF_END || t->type == CONF_PUNCT)
		return conf_lex_fail(&p->lex, t, "expected %s for %s", expected,
		    p->keyword->name);
	return 0;
}

bool
conf_more_values(struct conf_parser *p)
{
	struct conf_token t;

	if (conf_lex_peek(&p->lex, &t, CONF_VALUE) < 0)
		return true;
	return !t.first && t.type != CONF_END && t.type != CONF_PUNCT && !at_keyword(p);
}

int
conf_expect_punct(struct conf_parser *p, const char *punct, const char *behind)
{
	struct conf_token t;

	if (conf_lex_next(&p->lex, &t, CONF_NAME) < 0)
		return -EINVAL;
	if (!conf_token_is(&t, punct))
		return conf_lex_fail(&p->lex, &t, "expected \"%s\" behind %s", punct, behind);
	return 0;
}

int
conf_read_words(struct conf_parser *p, const struct conf_word *words, unsigned *set)
{
	const struct conf_word *w;
	struct conf_token t;

	do {
		if (conf_read_value(p, &t, "a word") < 0)
			return -EINVAL;
		w = conf_word_find(words, t.text);
		if (w == NULL)
			return conf_lex_fail_words(&p->lex, &t, words);
		*set |= w->value;
	} while (conf_more_values(p));
	return 0;
}

int
conf_read_number(struct conf_parser *p, void *field)
{
	const struct conf_keyword *k = p->keyword;
	unsigned *fields = field;
	struct conf_token t;
	uint32_t value;
	int error;

	if (conf_read_value(p, &t, "a number") < 0)
		return -EINVAL;
	error = conf_parse_number(t.text, k->max, &value);
	if (error == -ERANGE)
		return conf_lex_fail(&p->lex, &t, "expected a number from 0 to %u for %s",
		    k->max, k->name);
	if (error < 0)
		return conf_lex_fail(&p->lex, &t, "expected a number for %s", k->name);
	for (unsigned i = 0; i < k->fields; i++)
		fields[i] = value;
	return 0;
}

int
conf_read_method(struct conf_parser *p, bool client, struct conf_token *t,
    enum auth_method *method)
{
	const struct conf_word *words = client ? client_methods : methods, *found;

	if (conf_read_value(p, t, "a method") < 0)
		return -EINVAL;
	found = conf_word_find(words, t->text);
	if (found == NULL && conf_word_find(foreign_methods, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected a method that this version has: "
		    "\"%s\" is one of Dante's that it does not have", t->text);
	if (found == NULL && conf_word_find(methods, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected none: \"%s\" is part of the SOCKS "
		    "protocol and can only be a socksmethod", t->text);
	if (found == NULL)
		return conf_lex_fail_words(&p->lex, t, words);
	*method = (enum auth_method)found->value;
	return 0;
}
