/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/conf_lex.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/url.h"

/* Words longer than this are never suggestions: no keyword is. */
#define NEAREST_MAX	32
#define SHOWN_SIZE	72	/* of what a message repeats of a word */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Not isalnum(): the language does not depend on the locale. */
static bool
is_name(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    c == '_' || c == '.' || c == '-';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The byte @ahead of the present one, NUL at the end. */
static char
byte_at(const struct conf_lex *l, size_t ahead)
{
	return ahead < l->len - l->pos ? l->text[l->pos + ahead] : '\0';
}

/* How many bytes a backslash and the end of its line take here, or 0. */
static size_t
continuation(const struct conf_lex *l)
{
	if (byte_at(l, 0) != '\\')
		return 0;
	if (byte_at(l, 1) == '\n')
		return 2;
	return byte_at(l, 1) == '\r' && byte_at(l, 2) == '\n' ? 3 : 0;
}

static void
skip_comment(struct conf_lex *l)
{
	const char *end = memchr(l->text + l->pos, '\n', l->len - l->pos);

	l->pos = end == NULL ? l->len : (size_t)(end - l->text);
}

static void
skip_blanks(struct conf_lex *l)
{
	size_t n;

	while (l->pos < l->len) {
		char c = byte_at(l, 0);

		if (is_blank(c)) {
			l->pos++;
		} else if (c == '\n') {
			l->pos++;
			l->line++;
			l->first = true;
		} else if (c == '#') {
			skip_comment(l);
		} else if ((n = continuation(l)) > 0) {
			l->pos += n;
			l->line++;
		} else {
			break;
		}
	}
}

int
conf_lex_init(struct conf_lex *l, const char *file, const char *text, size_t len,
    char *error, size_t error_size)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *nul;

	*l = (struct conf_lex){
		.file = file, .text = text, .len = len, .line = 1, .first = true,
		.error = error, .error_size = error_size,
	};
	nul = len == 0 ? NULL : memchr(text, '\0', len);
	if (nul != NULL) {
		for (const char *p = text; p < nul; p++)
			l->line += *p == '\n';
		return conf_lex_fail(l, NULL, "a NUL byte: expected text");
	}
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		l->pos = 3;
	return 0;
}

static int
append(struct conf_lex *l, struct conf_token *t, size_t *n, char c)
{
	if (*n >= sizeof(t->text) - 1) {
		t->text[*n] = '\0';
		return conf_lex_fail(l, t, "expected a word of at most %d bytes",
		    CONF_WORD_SIZE - 1);
	}
	t->text[(*n)++] = c;
	return 0;
}

static int
lex_name(struct conf_lex *l, struct conf_token *t)
{
	bool number = is_digit(byte_at(l, 0));
	size_t n = 0;

	t->type = CONF_WORD;
	while (is_name(byte_at(l, 0)) && !(number && byte_at(l, 0) == '-')) {
		if (append(l, t, &n, byte_at(l, 0)) < 0)
			return -EINVAL;
		l->pos++;
	}
	t->text[n] = '\0';
	return 0;
}

static int
lex_value(struct conf_lex *l, struct conf_token *t)
{
	size_t n = 0;

	t->type = CONF_WORD;
	while (l->pos < l->len) {
		char c = byte_at(l, 0);

		if (is_blank(c) || strchr("\n#{}", c) != NULL || continuation(l) > 0)
			break;
		if (append(l, t, &n, c) < 0)
			return -EINVAL;
		l->pos++;
	}
	t->text[n] = '\0';
	return 0;
}

/* A backslash takes the meaning from a quote or from a backslash, and no other byte. */
static int
lex_string(struct conf_lex *l, struct conf_token *t)
{
	size_t n = 0;

	t->type = CONF_STRING;
	for (l->pos++; byte_at(l, 0) != '"'; l->pos++) {
		if (l->pos == l->len || byte_at(l, 0) == '\n') {
			t->text[n] = '\0';
			return conf_lex_fail(l, t, "expected a closing quote on the same line");
		}
		if (byte_at(l, 0) == '\\' && (byte_at(l, 1) == '"' || byte_at(l, 1) == '\\'))
			l->pos++;
		if (append(l, t, &n, byte_at(l, 0)) < 0)
			return -EINVAL;
	}
	l->pos++;
	t->text[n] = '\0';
	return 0;
}

static void
lex_punct(struct conf_lex *l, struct conf_token *t)
{
	char c = byte_at(l, 0);
	size_t n = byte_at(l, 1) == '=' && strchr("<>!", c) != NULL ? 2 : 1;

	t->type = CONF_PUNCT;
	memcpy(t->text, l->text + l->pos, n);
	t->text[n] = '\0';
	l->pos += n;
}

int
conf_lex_next(struct conf_lex *l, struct conf_token *t, enum conf_expect expect)
{
	char c;

	skip_blanks(l);
	t->line = l->line;
	t->first = l->first;
	t->text[0] = '\0';
	l->first = false;
	if (l->pos == l->len) {
		t->type = CONF_END;
		return 0;
	}
	c = byte_at(l, 0);
	if (expect == CONF_VALUE && c == '"')
		return lex_string(l, t);
	if (expect == CONF_VALUE && c != '{' && c != '}')
		return lex_value(l, t);
	/* A minus sign is no name, or "1 - 5" would not be what "1-5" is. */
	if (expect == CONF_NAME && is_name(c) && c != '-')
		return lex_name(l, t);
	lex_punct(l, t);
	return 0;
}

int
conf_lex_peek(const struct conf_lex *l, struct conf_token *t, enum conf_expect expect)
{
	struct conf_lex copy = *l;

	copy.error = NULL;
	copy.error_size = 0;
	return conf_lex_next(&copy, t, expect);
}

bool
conf_token_is(const struct conf_token *t, const char *text)
{
	return (t->type == CONF_WORD || t->type == CONF_PUNCT) && strcmp(t->text, text) == 0;
}

/* @word with everything that could disturb a terminal or a log as \xNN, cut off. */
static void
show_word(char to[SHOWN_SIZE], const char *word)
{
	size_t n = 0;

	for (; word[0] != '\0'; word++) {
		unsigned char c = (unsigned char)word[0];

		if (n + sizeof("\\xNN...") > SHOWN_SIZE) {
			strcpy(to + n, "...");
			return;
		}
		if (c < ' ' || c >= 0x7f)
			n += (size_t)sprintf(to + n, "\\x%02x", c);
		else
			to[n++] = (char)c;
	}
	to[n] = '\0';
}

static void
fail_text(struct conf_lex *l, const struct conf_token *near, const char *text)
{
	char word[SHOWN_SIZE], whole[CONF_WORD_SIZE];

	if (near == NULL) {
		snprintf(l->error, l->error_size, "%s:%u: %s", l->file, l->line, text);
	} else if (near->type == CONF_END) {
		snprintf(l->error, l->error_size, "%s:%u: at the end of the file: %s",
		    l->file, near->line, text);
	} else {
		strcpy(whole, near->text);
		url_hide_credentials(whole);
		show_word(word, whole);
		explicit_bzero(whole, sizeof(whole));
		snprintf(l->error, l->error_size, "%s:%u: near \"%s\": %s",
		    l->file, near->line, word, text);
	}
}

int
conf_lex_fail(struct conf_lex *l, const struct conf_token *near, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (l->failed)
		return -EINVAL;
	l->failed = true;
	if (l->error_size == 0)
		return -EINVAL;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fail_text(l, near, text);
	return -EINVAL;
}

static int
digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

int
conf_parse_number(const char *text, uint32_t max, uint32_t *value)
{
	int base = 10;
	uint64_t v = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (text[0] == '0') {
		base = 8;
	}
	if (text[0] == '\0')
		return -EINVAL;
	for (; text[0] != '\0'; text++) {
		if (digit_value(text[0]) >= base)
			return -EINVAL;
		/* Once out of range it stays so, and the rest is still checked. */
		if (v <= max)
			v = v * (unsigned)base + (unsigned)digit_value(text[0]);
	}
	if (v > max)
		return -ERANGE;
	*value = (uint32_t)v;
	return 0;
}

const struct conf_word *
conf_word_find(const struct conf_word *words, const char *name)
{
	for (; words->name != NULL; words++) {
		if (strcmp(words->name, name) == 0)
			return words;
	}
	return NULL;
}

int
conf_lex_fail_words(struct conf_lex *l, const struct conf_token *near,
    const struct conf_word *words)
{
	struct conf_nearest nearest = { 0 };
	char list[256] = "";
	size_t n = 0;

	for (const struct conf_word *w = words; w->name != NULL && n < sizeof(list); w++) {
		const char *between = w == words ? "" : w[1].name == NULL ? " or " : ", ";

		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", between, w->name);
		conf_nearest_try(&nearest, near->text, w->name);
	}
	if (nearest.name != NULL)
		return conf_lex_fail(l, near, "expected %s; did you mean \"%s\"?", list,
		    nearest.name);
	return conf_lex_fail(l, near, "expected %s", list);
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many single letters must be inserted, deleted, replaced or swapped with
 * their neighbour to make @b of @a (the "optimal string alignment" distance).
 */
static unsigned
edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][NEAREST_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		last[j] = before[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *reused = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]),
			    least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = reused;
	}
	return last[b_len];
}

void
conf_nearest_try(struct conf_nearest *n, const char *word, const char *candidate)
{
	size_t word_len = strlen(word), len = strlen(candidate);
	unsigned limit = len <= 4 ? 1 : 2, distance;

	if (word_len > NEAREST_MAX || len > NEAREST_MAX || word_len < 2)
		return;
	distance = edit_distance(word, word_len, candidate, len);
	if (distance > limit || (n->name != NULL && distance >= n->distance))
		return;
	n->name = candidate;
	n->distance = distance;
}
