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

bool
socksconf_is_keyword(const void *parser, const char *word)
{
	const struct socksconf_parser *p = parser;

	return socksconf_find(p->globals, word) != NULL || socksconf_find(p->options, word) != NULL;
}

int
socksconf_words(struct socksconf_parser *p, const struct conf_word *words, uint8_t *set)
{
	unsigned found = 0;

	if (conf_value_words(&p->values, words, &found) < 0)
		return -EINVAL;
	*set |= (uint8_t)found;
	return 0;
}

int
socksconf_read_number(struct socksconf_parser *p, void *field)
{
	return conf_value_number(&p->values, p->keyword->max, field);
}

int
socksconf_read_ignored(struct socksconf_parser *p, void *field UNUSED)
{
	struct conf_token t;

	do {
		if (conf_value(&p->values, &t, "a value") < 0)
			return -EINVAL;
	} while (conf_value_follows(&p->values));
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
	p->values.keyword = k->name;
	p->name = name;
	if (k->take == NULL)
		return conf_lex_fail(&p->lex, name, "expected another keyword: %s", k->note);
	if (p->route == NULL && p->routes)
		return conf_lex_fail(&p->lex, name, "expected a route: this is a global option, "
		    "which must come before the first route");
	if (conf_expect_punct(&p->lex, ":", k->name) < 0 || keyword_seen(p, name) < 0)
		return -EINVAL;
	return k->take(p, base + k->offset);
}
