/* SPDX-License-Identifier: ISC */
/* Proxy URLs as people write them, and as nobody should. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "common/compiler.h"
#include "common/url.h"

static void
test_accepted(void **unused)
{
	static const struct {
		const char *text, *host, *username, *password;
	} cases[] = {
		{ "socks5://192.0.2.1:9050", "192.0.2.1:9050", "", "" },
		{ "socks5://192.0.2.1", "192.0.2.1:1080", "", "" },
		{ "socks5://192.0.2.1:/", "192.0.2.1:1080", "", "" },
		{ "SOCKS5H://proxy.example:1/", "proxy.example:1", "", "" },
		{ "socks5://[2001:db8::1]", "[2001:db8::1]:1080", "", "" },
		{ "socks5://u:p@[2001:db8::1]:65535", "[2001:db8::1]:65535", "u", "p" },
		{ "socks5://[::ffff:192.0.2.1]:80", "192.0.2.1:80", "", "" },
		{ "socks5h://user@proxy", "proxy:1080", "user", "" },
		{ "socks5://us%65r:p%40ss%3A%2f%25@h:1", "h:1", "user", "p@ss:/%" },
		{ "socks5://user:p@ss@h:1", "h:1", "user", "p@ss" },
		{ "socks5://user:a:b@h:1", "h:1", "user", "a:b" },
		{ "socks5://pr%6fxy:1", "proxy:1", "", "" },
	};
	char text[HOST_TEXT_SIZE];
	struct url url;
	const char *why;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(url_parse(&url, cases[i].text, &why), 0);
		assert_string_equal(host_format(&url.host, text), cases[i].host);
		assert_string_equal(url.username, cases[i].username);
		assert_string_equal(url.password, cases[i].password);
		assert_null(why);
	}
}

static void
test_malformed(void **unused)
{
	static const char *const cases[] = {
		"", "socks5", "socks5:", "socks5:/h", "://h", "5socks://h", "proxy:1080", "/",
		"socks5://", "socks5:///", "socks5://:1080", "socks5://u:p@", "socks5://@h",
		"socks5://:p@h", "socks5://h:0", "socks5://h:65536", "socks5://h:1x",
		"socks5://h:000001", "socks5://h:-1", "socks5://h/path", "socks5://h?q",
		"socks5://h#f", "socks5://2001:db8::1", "socks5://[2001:db8::1",
		"socks5://[2001:db8::1]x:1", "socks5://[192.0.2.1]:1", "socks5://[]:1",
		"socks5://[fe80::1%25lo]:1", "socks5://u:%@h", "socks5://u:%4@h", "socks5://u:%zz@h",
		"socks5://u%00:p@h", "socks5://u:p%00@h", "socks5://h%00", "socks5://h%20h",
		"socks5://a b", "socks5://h\n", "socks5://a%3Ab",
		"socks5://unix:/", "socks5://unix:@", "socks5://u:p@unix:/", "socks5://unix:/a?b",
		"socks5://unix:/a#b", "socks5://unix:/a%00b", "socks5://unix:a", "socks5://h/path",
		"socks5://@unix:/a", "socks5://localhost:1/a", "socks5://localhost//?a",
	};
	struct url url;
	const char *why;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(url_parse(&url, cases[i], &why), -EINVAL);
		assert_non_null(why);
	}
}

static void
test_schemes(void **unused)
{
	static const struct {
		const char *text;
		enum url_kind kind;
		const char *host;
	} cases[] = {
		{ "socks5://h", URL_SOCKS5, "h:1080" }, { "socks5h://h", URL_SOCKS5, "h:1080" },
		{ "socks4://h", URL_SOCKS4, "h:1080" }, { "Socks4A://h:9", URL_SOCKS4A, "h:9" },
		{ "http://u:p@[::1]/", URL_HTTP, "[::1]:80" }, { "http://h:3128", URL_HTTP, "h:3128" },
	};
	char text[HOST_TEXT_SIZE];
	struct url url;
	const char *why;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(url_parse(&url, cases[i].text, &why), 0);
		assert_int_equal(url.kind, cases[i].kind);
		assert_string_equal(host_format(&url.host, text), cases[i].host);
		assert_string_equal(url.path, "");
	}
}

static void
test_unix(void **unused)
{
	static const struct {
		const char *text, *path, *username, *password;
	} cases[] = {
		{ "socks5://unix:/run/tor/socks", "/run/tor/socks", "", "" },
		{ "socks5://u:p@unix:/run/tor/socks", "/run/tor/socks", "u", "p" },
		{ "socks5://u:p@ss@unix:/a@b", "/a@b", "u", "p@ss" },
		{ "socks5://unix:@tor", "@tor", "", "" },
		{ "socks5://u:p@unix:@tor/socks", "@tor/socks", "u", "p" },
		{ "socks4a://u@unix:/a%20b%25", "/a b%", "u", "" },
		{ "socks5h://localhost/run/tor/socks", "/run/tor/socks", "", "" },
		{ "socks5h://u:p@localhost/s", "/s", "u", "p" },
		{ "http://unix:/s", "/s", "", "" },
	};
	struct url url;
	const char *why;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(url_parse(&url, cases[i].text, &why), 0);
		assert_string_equal(url.path, cases[i].path);
		assert_int_equal(url.host.type, HOST_NONE);
		assert_string_equal(url.username, cases[i].username);
		assert_string_equal(url.password, cases[i].password);
	}
	/* A user of that name. */
	assert_int_equal(url_parse(&url, "socks5://unix:secret@h", &why), 0);
	assert_string_equal(url.username, "unix");
	assert_string_equal(url.path, "");
}

static void
test_other_schemes(void **unused)
{
	static const char *const schemes[] = { "https", "socks", "socks6", "ssh", "unix", "x" };
	char text[64];
	struct url url;
	const char *why;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		strcpy(text, schemes[i]);
		strcat(text, "://h:1");
		assert_int_equal(url_parse(&url, text, &why), -EPROTONOSUPPORT);
		assert_string_equal(url.scheme, schemes[i]);
	}
}

/* User and password of exactly @n bytes each. */
static int
parse_long(size_t n)
{
	char text[1024] = "socks5://";
	struct url url;
	const char *why;

	memset(text + strlen(text), 'u', n);
	strcat(text, ":");
	memset(text + strlen(text), 'p', n);
	strcat(text, "@h");
	return url_parse(&url, text, &why);
}

static void
test_lengths(void **unused)
{
	char text[512] = "socks5://";
	struct url url;
	const char *why;

	(void)unused;
	assert_int_equal(parse_long(255), 0);
	assert_int_equal(parse_long(256), -EINVAL);
	memset(text + 9, 'h', 255);
	assert_int_equal(url_parse(&url, text, &why), 0);
	text[9 + 255] = 'h';
	assert_int_equal(url_parse(&url, text, &why), -EINVAL);
	memset(text, 0, sizeof(text));
	strcpy(text, "socks5://unix:/");
	memset(text + strlen(text), 's', URL_PATH_SIZE - 2);
	assert_int_equal(url_parse(&url, text, &why), 0);
	assert_int_equal(strlen(url.path), URL_PATH_SIZE - 1);
	strcat(text, "s");
	assert_int_equal(url_parse(&url, text, &why), -EINVAL);
}

static void
test_hide(void **unused)
{
	static const char *const cases[][2] = {
		{ "socks5://user:p@ss@h:1", "socks5://*********@h:1" },
		{ "socks5://h:1", "socks5://h:1" },
		{ "@://", "@://" },
		{ "socks5://u:p@unix:/s", "socks5://***@unix:/s" },
		{ "socks5://unix:@s", "socks5://unix:@s" },
		{ "socks5://u:p@unix:@s", "socks5://***@unix:@s" },
		/* Malformed: the slash ends what could be user and password. */
		{ "socks5://u:p/w@h", "socks5://*****@h" },
	};
	char text[64];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		strcpy(text, cases[i][0]);
		url_hide_credentials(text);
		assert_string_equal(text, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_other_schemes),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_hide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
