/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/socksconf_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct socksconf_keyword *
socksconf_find(const struct socksconf_keyword *table, const char *name)
{
	for (; table->name != NULL; table++) {
		size_t n = strlen(table->name);

		if (table->name[n - 1] == '.' ? strncmp(table->name, name, n) == 0 :
		    strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

void
socksconf_warn(struct socksconf_parser *p, unsigned line, const char *fmt, ...)
{
	char text[384];
	va_list args;

	if (p->report->warn == NULL)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	settings_warn(p->report, "%s:%u: %s", p->lex.file, line, text);
}

/* Whether "keyword:" comes next: what a list or a missing value ends with. */
static bool
at_keyword(const struct socksconf_parser *p)
{
	struct conf_lex copy = p->lex;
	struct conf_token t;

	if (conf_lex_peek(&copy, &t, CONF_NAME) < 0 || t.type != CONF_WORD ||
	    (socksconf_find(p->globals, t.text) == NULL &&
	    socksconf_find(p->options, t.text) == NULL))
		return false;
	if (conf_lex_next(&copy, &t, CONF_NAME) < 0)
		return false;
	return conf_lex_peek(&copy, &t, CONF_NAME) == 0 && conf_token_is(&t, ":");
}

int
socksconf_value(struct socksconf_parser *p, struct conf_token *t, const char *expected)
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
socksconf_more(struct socksconf_parser *p)
{
	struct conf_token t;

	if (conf_lex_peek(&p->lex, &t, CONF_VALUE) < 0)
		return true;
	return !t.first && t.type != CONF_END && t.type != CONF_PUNCT && !at_keyword(p);
}

int
socksconf_expect(struct socksconf_parser *p, const char *punct, const char *behind)
{
	struct conf_token t;

	if (conf_lex_next(&p->lex, &t, CONF_NAME) < 0)
		return -EINVAL;
	if (!conf_token_is(&t, punct))
		return conf_lex_fail(&p->lex, &t, "expected \"%s\" behind %s", punct, behind);
	return 0;
}

int
socksconf_words(struct socksconf_parser *p, const struct conf_word *words, uint8_t *set)
{
	const struct conf_word *w;
	struct conf_token t;

	do {
		if (socksconf_value(p, &t, "a word") < 0)
			return -EINVAL;
		w = conf_word_find(words, t.text);
		if (w == NULL)
			return conf_lex_fail_words(&p->lex, &t, words);
		*set |= (uint8_t)w->value;
	} while (socksconf_more(p));
	return 0;
}

int
socksconf_read_number(struct socksconf_parser *p, void *field)
{
	const struct socksconf_keyword *k = p->keyword;
	struct conf_token t;
	int error;

	if (socksconf_value(p, &t, "a number") < 0)
		return -EINVAL;
	error = conf_parse_number(t.text, k->max, field);
	if (error == -ERANGE)
		return conf_lex_fail(&p->lex, &t, "expected a number from 0 to %u for %s",
		    k->max, k->name);
	return error < 0 ?
	    conf_lex_fail(&p->lex, &t, "expected a number for %s", k->name) : 0;
}

int
socksconf_read_ignored(struct socksconf_parser *p, void *field UNUSED)
{
	struct conf_token t;

	do {
		if (socksconf_value(p, &t, "a value") < 0)
			return -EINVAL;
	} while (socksconf_more(p));
	socksconf_warn(p, p->name->line, "%s has no effect: %s", p->name->text, p->keyword->note);
	return 0;
}

static const struct socksconf_keyword *
present_table(const struct socksconf_parser *p)
{
	return p->route == NULL ? p->globals : p->options;
}

/* Why a word is no keyword here, as precisely as can be said. */
static int
fail_keyword(struct socksconf_parser *p, const struct conf_token *t)
{
	struct conf_nearest nearest = { 0 };
	const char *expected = p->route == NULL ? "a keyword or a route" : "a keyword or \"}\"";

	if (t->type != CONF_WORD)
		return conf_lex_fail(&p->lex, t, "expected %s", expected);
	if (p->route == NULL && socksconf_find(p->options, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected %s: this belongs in a route", expected);
	if (p->route != NULL && socksconf_find(p->globals, t->text) != NULL)
		return conf_lex_fail(&p->lex, t, "expected a keyword of a route: this is a "
		    "global option, which must come before the first route");
	for (const struct socksconf_keyword *k = present_table(p); k->name != NULL; k++)
		conf_nearest_try(&nearest, t->text, k->name);
	if (p->route == NULL)
		conf_nearest_try(&nearest, t->text, "route");
	if (nearest.name != NULL)
		return conf_lex_fail(&p->lex, t, "expected %s; did you mean \"%s\"?", expected,
		    nearest.name);
	return conf_lex_fail(&p->lex, t, "expected %s", expected);
}

/* Once each, but for lists; a deprecated spelling counts as the keyword it stands for. */
static int
keyword_seen(struct socksconf_parser *p, const struct conf_token *name)
{
	const struct socksconf_keyword *table = present_table(p), *k = p->keyword;
	unsigned *seen = p->route == NULL ? p->global_seen : p->option_seen;

	if (k->instead != NULL) {
		socksconf_warn(p, name->line, "\"%s\" is deprecated: write \"%s\"", k->name,
		    k->instead);
		k = socksconf_find(table, k->instead);
	}
	if (seen[k - table] != 0 && !k->repeats)
		return conf_lex_fail(&p->lex, name, "expected %s once: line %u has it already",
		    k->name, seen[k - table]);
	seen[k - table] = name->line;
	return 0;
}

int
socksconf_option(struct socksconf_parser *p, const struct conf_token *name)
{
	const struct socksconf_keyword *k = NULL;
	char *base = p->route == NULL ? (char *)p->settings : (char *)p->route;

	if (name->type == CONF_WORD)
		k = socksconf_find(present_table(p), name->text);
	if (k == NULL)
		return fail_keyword(p, name);
	p->keyword = k;
	p->name = name;
	if (k->take == NULL)
		return conf_lex_fail(&p->lex, name, "expected another keyword: %s", k->note);
	if (p->route == NULL && p->routes)
		return conf_lex_fail(&p->lex, name, "expected a route: this is a global option, "
		    "which must come before the first route");
	if (socksconf_expect(p, ":", k->name) < 0 || keyword_seen(p, name) < 0)
		return -EINVAL;
	return k->take(p, base + k->offset);
}
