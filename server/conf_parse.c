/* SPDX-License-Identifier: ISC */
/* The file as a whole, options by their tables, and what all options share. */
#include <config.h>

#include "server/conf_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct conf_word verdicts[] = {
	{ "pass", RULE_PASS },
	{ "block", RULE_BLOCK },
	{ NULL, 0 },
};

static const struct conf_keyword *
keyword_find(const struct conf_keyword *table, const char *name)
{
	for (; table->name != NULL; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

static const struct conf_keyword *
scope_table(const struct conf_parser *p)
{
	return p->scope == CONF_GLOBAL ? conf_global_keywords : conf_rule_keywords;
}

/* Whether "keyword:" comes next: what a list or a missing value ends with. */
static bool
at_keyword(const struct conf_parser *p)
{
	struct conf_lex copy = p->lex;
	struct conf_token t, colon;

	if (conf_lex_peek(&copy, &t, CONF_NAME) < 0 || t.type != CONF_WORD)
		return false;
	if (keyword_find(conf_global_keywords, t.text) == NULL &&
	    keyword_find(conf_rule_keywords, t.text) == NULL && !conf_word_is_unsupported(t.text))
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
	if (keyword_find(conf_global_keywords, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected a keyword of a rule: this is a "
		    "global option, which must come before the first rule");
	if (keyword_find(conf_rule_keywords, t->text) != NULL)
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
		if (keyword_find(table, k->instead) != NULL)
			k = keyword_find(table, k->instead);
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

	k = name->type == CONF_WORD ? keyword_find(scope_table(p), name->text) : NULL;
	if (k == NULL || (k->scopes & p->scope) == 0 || (p->scope == CONF_GLOBAL && p->objects))
		return fail_keyword(p, name);
	p->keyword = k;
	p->keyword_line = name->line;
	if (conf_expect_punct(p, ":", k->name) < 0 || keyword_seen(p, name) < 0)
		return -EINVAL;
	return k->read(p, base + k->offset);
}

/* What follows "client" or "socks", or "pass" and "block" alone for "socks". */
static int
read_object(struct conf_parser *p, struct conf_token *t)
{
	enum conf_scope scope = conf_token_is(t, "client") ? CONF_CLIENT_RULE : CONF_SOCKS_RULE;
	const struct conf_word *verdict = conf_word_find(verdicts, t->text);
	unsigned line = t->line;

	p->objects = true;
	if (verdict != NULL) {
		if (conf_warn(p->conf, line, "\"%s\" alone is deprecated: write \"socks %s\"",
		    t->text, t->text) < 0)
			return conf_fail_memory(p);
		return conf_read_rule(p, scope, (enum rule_verdict)verdict->value, line);
	}
	if (conf_lex_next(&p->lex, t, CONF_NAME) < 0)
		return -EINVAL;
	verdict = t->type == CONF_WORD ? conf_word_find(verdicts, t->text) : NULL;
	if (verdict == NULL)
		return conf_lex_fail_words(&p->lex, t, verdicts);
	return conf_read_rule(p, scope, (enum rule_verdict)verdict->value, line);
}

static int
read_file(struct conf_parser *p)
{
	struct conf_token t;
	int error;

	for (;;) {
		p->scope = CONF_GLOBAL;
		if (conf_lex_next(&p->lex, &t, CONF_NAME) < 0)
			return -EINVAL;
		if (t.type == CONF_END)
			return conf_check(p);
		if (conf_token_is(&t, "client") || conf_token_is(&t, "socks") ||
		    (t.type == CONF_WORD && conf_word_find(verdicts, t.text) != NULL))
			error = read_object(p, &t);
		else
			error = conf_read_option(p, &t);
		if (error < 0)
			return error;
	}
}

static struct conf *
conf_new(const char *file)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->internal_protocols = c->external_protocols = CONF_IPV4 | CONF_IPV6;
	c->user_passwordcache = 30;
	c->timeout_negotiate = 30;
	c->timeout_connect = 30;
	c->timeout_io_udp = 86400;
	c->file = strdup(file);
	if (c->file == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

struct conf *
conf_parse(const char *file, const char *text, size_t len, char *error, size_t error_size)
{
	struct conf_parser p = { .scope = CONF_GLOBAL };

	if (conf_lex_init(&p.lex, file, text, len, error, error_size) < 0)
		return NULL;
	p.conf = conf_new(file);
	if (p.conf == NULL) {
		conf_fail_memory(&p);
		return NULL;
	}
	if (read_file(&p) < 0) {
		conf_free(p.conf);
		return NULL;
	}
	return p.conf;
}
