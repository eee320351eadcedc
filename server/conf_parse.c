/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 * -------------------
 * The language is a list of "keyword: value …" options and of objects
 * "kind { option … }". Each scope (the file itself, a client rule, a socks rule)
 * has a table of the keywords it takes; a row names the function that reads the
 * values and the field they go to. A new keyword is a new row, and leaves the
 * list of Dante's words that this version does not have.
 *
 *	conf_parse.c		the file: global options, then rules
 *	conf_parse_global.c	the table of the file, and what reads its values
 *	conf_parse_rule.c	the table of rules likewise; a rule as a whole
 *	conf_option.c		one option: its row, and why a word has none
 *	conf_read.c		values: words, numbers, methods
 *	conf_read_addr.c	values: addresses and ports
 *	common/conf_lex.c	tokens
 *
 * Calls go down this list. What is below the tables must know keywords when it
 * sees one; it finds the tables in the parser's state.
 */
#include <config.h>

#include "server/conf_parse.h"

#include <errno.h>

#include "server/conf_check.h"
#include "server/conf_option.h"
#include "server/conf_parse_global.h"
#include "server/conf_parse_rule.h"

static const struct conf_word verdicts[] = {
	{ "pass", RULE_PASS },
	{ "block", RULE_BLOCK },
	{ NULL, 0 },
};

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

struct conf *
conf_parse(const char *file, const char *text, size_t len, char *error, size_t error_size)
{
	struct conf_parser p = {
		.scope = CONF_GLOBAL,
		.global_keywords = conf_global_keywords,
		.rule_keywords = conf_rule_keywords,
		.values = { .lex = &p.lex, .is_keyword = conf_is_keyword, .parser = &p },
	};

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
