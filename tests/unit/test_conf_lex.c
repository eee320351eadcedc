/* SPDX-License-Identifier: ISC */
/* Where words of a configuration begin and end, and on which line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "common/compiler.h"
#include "common/conf_lex.h"

static char error[256];

static void
start(struct conf_lex *l, const char *text)
{
	error[0] = '\0';
	assert_int_equal(conf_lex_init(l, "f", text, strlen(text), error, sizeof(error)), 0);
}

/* All tokens of @text, as "TYPE@LINE:text" with a '^' before the first of a line. */
static const char *
tokens(const char *text, enum conf_expect expect)
{
	static char list[512];
	static const char types[] = {
		[CONF_END] = 'e', [CONF_WORD] = 'w', [CONF_STRING] = 's', [CONF_PUNCT] = 'p',
	};
	struct conf_lex l;
	struct conf_token t;
	size_t n = 0;

	start(&l, text);
	do {
		assert_int_equal(conf_lex_next(&l, &t, expect), 0);
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s%c%u:%s", n > 0 ? " " : "",
		    t.first ? "^" : "", types[t.type], t.line, t.text);
	} while (t.type != CONF_END);
	return list;
}

static void
names_end_at_what_belongs_to_no_name(void **state UNUSED)
{
	assert_string_equal(tokens("", CONF_NAME), "^e1:");
	assert_string_equal(tokens(" \t\r\v\f", CONF_NAME), "^e1:");
	assert_string_equal(tokens("a.b_c-d:e", CONF_NAME), "^w1:a.b_c-d p1:: w1:e e1:");
	assert_string_equal(tokens("port>=80", CONF_NAME), "^w1:port p1:>= w1:80 e1:");
	assert_string_equal(tokens("<=!=<>=", CONF_NAME), "^p1:<= p1:!= p1:< p1:>= e1:");
	assert_string_equal(tokens("== => !", CONF_NAME), "^p1:= p1:= p1:= p1:> p1:! e1:");
	assert_string_equal(tokens("pass{}", CONF_NAME), "^w1:pass p1:{ p1:} e1:");
	assert_string_equal(tokens("\"a\"", CONF_NAME), "^p1:\" w1:a p1:\" e1:");
}

static void
a_minus_sign_ends_a_number_and_no_word(void **state UNUSED)
{
	assert_string_equal(tokens("1-5", CONF_NAME), "^w1:1 p1:- w1:5 e1:");
	assert_string_equal(tokens("1 - 5", CONF_NAME), "^w1:1 p1:- w1:5 e1:");
	assert_string_equal(tokens("ftp-data-ftp", CONF_NAME), "^w1:ftp-data-ftp e1:");
	assert_string_equal(tokens("-5", CONF_NAME), "^p1:- w1:5 e1:");
}

static void
values_end_at_blanks_braces_and_comments(void **state UNUSED)
{
	assert_string_equal(tokens("::1/128 a=b;c 0/0}", CONF_VALUE),
	    "^w1:::1/128 w1:a=b;c w1:0/0 p1:} e1:");
	assert_string_equal(tokens("/a#b\nc", CONF_VALUE), "^w1:/a ^w2:c e2:");
	assert_string_equal(tokens("a\\b \\", CONF_VALUE), "^w1:a\\b w1:\\ e1:");
	assert_string_equal(tokens("{a{", CONF_VALUE), "^p1:{ w1:a p1:{ e1:");
}

static void
quotes_keep_blanks(void **state UNUSED)
{
	assert_string_equal(tokens("\"a b\"c", CONF_VALUE), "^s1:a b w1:c e1:");
	assert_string_equal(tokens("\"\" \"#{}\"", CONF_VALUE), "^s1: s1:#{} e1:");
	assert_string_equal(tokens("\"a\\\"b\\\\c\\n\"", CONF_VALUE), "^s1:a\"b\\c\\n e1:");
	assert_string_equal(tokens("a\"b", CONF_VALUE), "^w1:a\"b e1:");
}

static void
lines_are_counted(void **state UNUSED)
{
	assert_string_equal(tokens("a\n\nb c\r\n#d\ne", CONF_NAME), "^w1:a ^w3:b w3:c ^w5:e e5:");
	/* A continued line has a number of its own, but its first word is not the first. */
	assert_string_equal(tokens("a\\\nb\\\r\n c\nd", CONF_VALUE), "^w1:a w2:b w3:c ^w4:d e4:");
	/* A comment is not continued. */
	assert_string_equal(tokens("#a\\\nb", CONF_NAME), "^w2:b e2:");
	assert_string_equal(tokens("a\n", CONF_NAME), "^w1:a ^e2:");
	assert_string_equal(tokens("\xef\xbb\xbf" "a", CONF_NAME), "^w1:a e1:");
}

static void
peeking_takes_nothing(void **state UNUSED)
{
	struct conf_token t;
	struct conf_lex l;

	start(&l, "\n a:b \"c");
	assert_int_equal(conf_lex_peek(&l, &t, CONF_NAME), 0);
	assert_string_equal(t.text, "a");
	assert_int_equal(conf_lex_peek(&l, &t, CONF_VALUE), 0);
	assert_string_equal(t.text, "a:b");
	assert_int_equal(conf_lex_next(&l, &t, CONF_VALUE), 0);
	assert_string_equal(t.text, "a:b");
	assert_true(t.first);
	assert_int_equal(conf_lex_peek(&l, &t, CONF_VALUE), -EINVAL);
	assert_string_equal(error, "");
	assert_int_equal(conf_lex_next(&l, &t, CONF_VALUE), -EINVAL);
	assert_string_equal(error, "f:2: near \"c\": expected a closing quote on the same line");
}

static void
a_quoted_word_is_no_keyword(void **state UNUSED)
{
	struct conf_token t;
	struct conf_lex l;

	start(&l, "stdout \"stdout\"");
	conf_lex_next(&l, &t, CONF_VALUE);
	assert_true(conf_token_is(&t, "stdout"));
	assert_false(conf_token_is(&t, "stdou"));
	conf_lex_next(&l, &t, CONF_VALUE);
	assert_false(conf_token_is(&t, "stdout"));
}

static void
the_first_error_stays(void **state UNUSED)
{
	struct conf_token t = { .type = CONF_WORD, .line = 7, .text = "a\tb\x7f\xc3" };
	struct conf_lex l;

	start(&l, "");
	assert_int_equal(conf_lex_fail(&l, &t, "expected %d", 5), -EINVAL);
	assert_string_equal(error, "f:7: near \"a\\x09b\\x7f\\xc3\": expected 5");
	assert_int_equal(conf_lex_fail(&l, NULL, "other"), -EINVAL);
	assert_string_equal(error, "f:7: near \"a\\x09b\\x7f\\xc3\": expected 5");
	start(&l, "");
	t.type = CONF_END;
	conf_lex_fail(&l, &t, "expected more");
	assert_string_equal(error, "f:7: at the end of the file: expected more");
	/* A message repeats no more of a word than helps. */
	start(&l, "");
	t.type = CONF_WORD;
	memset(t.text, '\x01', sizeof(t.text) - 1);
	t.text[sizeof(t.text) - 1] = '\0';
	conf_lex_fail(&l, &t, "expected 5");
	assert_true(strlen(error) < 100);
	assert_non_null(strstr(error, "\\x01...\": expected 5"));
}

static void
words_fit_to_the_last_byte(void **state UNUSED)
{
	char text[CONF_WORD_SIZE + 3];

	for (size_t n = CONF_WORD_SIZE - 2; n <= CONF_WORD_SIZE; n++) {
		int expected = n < CONF_WORD_SIZE ? 0 : -EINVAL;
		struct conf_token t;
		struct conf_lex l;

		memset(text, 'x', n);
		text[n] = '\0';
		start(&l, text);
		assert_int_equal(conf_lex_next(&l, &t, CONF_NAME), expected);
		start(&l, text);
		assert_int_equal(conf_lex_next(&l, &t, CONF_VALUE), expected);
		memmove(text + 1, text, n);
		text[0] = text[n + 1] = '"';
		text[n + 2] = '\0';
		start(&l, text);
		assert_int_equal(conf_lex_next(&l, &t, CONF_VALUE), expected);
	}
}

static void
numbers_have_three_bases(void **state UNUSED)
{
	static const struct {
		const char	*text;
		uint32_t	 max;
		int		 result;
		uint32_t	 value;
	} cases[] = {
		{ "0", 0, 0, 0 },
		{ "10", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "010", 10, 0, 8 },
		{ "0x0f", 15, 0, 15 },
		{ "0XfF", 255, 0, 255 },
		{ "0x10", 15, -ERANGE, 0 },
		{ "4294967295", UINT32_MAX, 0, UINT32_MAX },
		{ "4294967296", UINT32_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999", UINT32_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999x", UINT32_MAX, -EINVAL, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "0x", 10, -EINVAL, 0 },
		{ "08", 10, -EINVAL, 0 },
		{ "1a", 100, -EINVAL, 0 },
		{ "0xg", 100, -EINVAL, 0 },
		{ "-1", 100, -EINVAL, 0 },
		{ "+1", 100, -EINVAL, 0 },
		{ " 1", 100, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t value = 0;

		assert_int_equal(conf_parse_number(cases[i].text, cases[i].max, &value),
		    cases[i].result);
		assert_int_equal(value, cases[i].value);
	}
}

static const char *
nearest(const char *word)
{
	static const char *const candidates[] = { "to", "log", "from", "debug", "internal",
	    "external", "socksmethod" };
	struct conf_nearest n = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
		conf_nearest_try(&n, word, candidates[i]);
	return n.name == NULL ? "" : n.name;
}

static void
near_misses_are_recognised(void **state UNUSED)
{
	assert_string_equal(nearest("intrenal"), "internal");	/* swapped */
	assert_string_equal(nearest("interna"), "internal");	/* missing */
	assert_string_equal(nearest("internall"), "internal");	/* too many */
	assert_string_equal(nearest("intarnal"), "internal");	/* wrong */
	assert_string_equal(nearest("intarnall"), "internal");	/* two of them */
	assert_string_equal(nearest("eternal"), "external");	/* the nearer of two */
	assert_string_equal(nearest("entarnall"), "");
	assert_string_equal(nearest("lgo"), "log");
	assert_string_equal(nearest("xyg"), "");
	assert_string_equal(nearest("x"), "");
	assert_string_equal(nearest(""), "");
	assert_string_equal(nearest("socksmethodsocksmethodsocksmethodsocksmethod"), "");
}

static void
vocabularies_name_what_they_hold(void **state UNUSED)
{
	static const struct conf_word words[] = {
		{ "connect", 1 }, { "data", 2 }, { "error", 3 }, { NULL, 0 },
	};
	struct conf_token t = { .type = CONF_WORD, .line = 1, .text = "conenct" };
	struct conf_lex l;

	assert_int_equal(conf_word_find(words, "data")->value, 2);
	assert_null(conf_word_find(words, "Data"));
	start(&l, "");
	conf_lex_fail_words(&l, &t, words);
	assert_string_equal(error, "f:1: near \"conenct\": expected connect, data or error; "
	    "did you mean \"connect\"?");
	start(&l, "");
	conf_lex_fail_words(&l, &t, words + 2);
	assert_string_equal(error, "f:1: near \"conenct\": expected error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_end_at_what_belongs_to_no_name),
		cmocka_unit_test(a_minus_sign_ends_a_number_and_no_word),
		cmocka_unit_test(values_end_at_blanks_braces_and_comments),
		cmocka_unit_test(quotes_keep_blanks),
		cmocka_unit_test(lines_are_counted),
		cmocka_unit_test(peeking_takes_nothing),
		cmocka_unit_test(a_quoted_word_is_no_keyword),
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(words_fit_to_the_last_byte),
		cmocka_unit_test(numbers_have_three_bases),
		cmocka_unit_test(near_misses_are_recognised),
		cmocka_unit_test(vocabularies_name_what_they_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
