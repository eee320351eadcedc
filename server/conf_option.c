/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_option.h"

#include <errno.h>

#include "server/conf_unsupported.h"

static const struct conf_keyword *
scope_table(const struct conf_parser *p)
{
	return p->scope == CONF_GLOBAL ? p->global_keywords : p->rule_keywords;
}

/* Why a word is no keyword here, as precisely as can be said. */
static int
fail_keyword(struct conf_parser *p, const struct conf_token *t)
{
	static const char *const objects[] = { "client", "socks", "pass", "block" };
	struct conf_nearest nearest = { 0 };
	const char *expected = p->scope == CONF_GLOBAL ? "a keyword or a rule" :
	    "a keyword or \"}\"";

	if (t->type != CONF_WORD)
		return conf_lex_fail(&p->lex, t, "expected %s", expected);
	if (conf_keyword_find(p->global_keywords, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected a keyword of a rule: this is a "
		    "global option, which must come before the first rule");
	if (conf_keyword_find(p->rule_keywords, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected %s: this belongs in a %s", expected,
		    p->scope == CONF_GLOBAL ? "rule" : "socks rule, not in a client rule");
	if (conf_word_is_unsupported(t->text))
		return conf_lex_fail(&p->lex, t, "expected %s: this is a Dante keyword that "
		    "this version does not support", expected);
	for (const struct conf_keyword *k = scope_table(p); k->name != NULL; k++)
		conf_nearest_try(&nearest, t->text, k->name);
	for (size_t i = 0; p->scope == CONF_GLOBAL && i < ARRAY_SIZE(objects); i++)
		conf_nearest_try(&nearest, t->text, objects[i]);
	if (nearest.name == NULL)
		conf_unsupported_nearest(&nearest, t->text);
	if (nearest.name != NULL)
		return conf_lex_fail(&p->lex, t, "expected %s; did you mean \"%s\"?", expected,
		    nearest.name);
	return conf_lex_fail(&p->lex, t, "expected %s", expected);
}

/* Once each, but for lists; a deprecated spelling counts as the keyword it stands for. */
static int
keyword_seen(struct conf_parser *p, const struct conf_token *name)
{
	const struct conf_keyword *table = scope_table(p), *k = p->keyword;
	unsigned *seen = p->scope == CONF_GLOBAL ? p->global_seen : p->rule_seen;

	if (k->instead != NULL) {
		if (conf_warn(p->conf, name->line, "\"%s\" is deprecated: write \"%s\"", k->name,
		    k->instead) < 0)
			return conf_fail_memory(p);
		if (conf_keyword_find(table, k->instead) != NULL)
			k = conf_keyword_find(table, k->instead);
	}
	if (seen[k - table] != 0 && !k->repeats)
		return conf_lex_fail(&p->lex, name, "expected %s once: line %u has it already",
		    k->name, seen[k - table]);
	seen[k - table] = name->line;
	return 0;
}

int
conf_read_option(struct conf_parser *p, const struct conf_token *name)
{
	const struct conf_keyword *k;
	char *base = p->scope == CONF_GLOBAL ? (char *)p->conf : (char *)p->rule;

	k = name->type == CONF_WORD ? conf_keyword_find(scope_table(p), name->text) : NULL;
	if (k == NULL || (k->scopes & p->scope) == 0 || (p->scope == CONF_GLOBAL && p->objects))
		return fail_keyword(p, name);
	p->keyword = k;
	p->values.keyword = k->name;
	p->keyword_line = name->line;
	if (conf_expect_punct(&p->lex, ":", k->name) < 0 || keyword_seen(p, name) < 0)
		return -EINVAL;
	return k->read(p, base + k->offset);
}
