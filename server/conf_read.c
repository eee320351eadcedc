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

bool
conf_is_keyword(const void *parser, const char *word)
{
	const struct conf_parser *p = parser;

	return conf_keyword_find(p->global_keywords, word) != NULL ||
	    conf_keyword_find(p->rule_keywords, word) != NULL || conf_word_is_unsupported(word);
}

int
conf_fail_memory(struct conf_parser *p)
{
	return conf_lex_fail(&p->lex, NULL, "out of memory");
}

int
conf_read_number(struct conf_parser *p, void *field)
{
	const struct conf_keyword *k = p->keyword;
	unsigned *fields = field;
	uint32_t value;

	if (conf_value_number(&p->values, k->max, &value) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < k->fields; i++)
		fields[i] = value;
	return 0;
}

int
conf_read_method(struct conf_parser *p, bool client, struct conf_token *t,
    enum auth_method *method)
{
	const struct conf_word *words = client ? client_methods : methods, *found;

	if (conf_value(&p->values, t, "a method") < 0)
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
