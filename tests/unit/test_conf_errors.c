/* SPDX-License-Identifier: ISC */
/* What is said of a wrong configuration. */
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
#include "server/conf_parse.h"

/* The least that is a whole configuration, on three lines. */
#define BASE	"internal: 127.0.0.1 port = 1080\nexternal: 127.0.0.1\nsocksmethod: none username\n"
#define OPEN	"socks pass { from: 0/0 to: "

/* How many more allocations succeed; negative: all. */
static int allocations = -1;
static char error[1024];

static bool
may_allocate(void)
{
	if (allocations > 0)
		allocations--;
	return allocations != 0;
}

/* The linker puts these in the place of the functions (-Wl,--wrap). */
void	*__real_malloc(size_t size);
void	*__real_calloc(size_t count, size_t size);
void	*__real_realloc(void *p, size_t size);
void	*__real_reallocarray(void *p, size_t count, size_t size);
char	*__real_strdup(const char *s);
void	*__wrap_malloc(size_t size);
void	*__wrap_calloc(size_t count, size_t size);
void	*__wrap_realloc(void *p, size_t size);
void	*__wrap_reallocarray(void *p, size_t count, size_t size);
char	*__wrap_strdup(const char *s);

void *
__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *
__wrap_realloc(void *p, size_t size)
{
	return may_allocate() ? __real_realloc(p, size) : NULL;
}

void *
__wrap_reallocarray(void *p, size_t count, size_t size)
{
	return may_allocate() ? __real_reallocarray(p, count, size) : NULL;
}

char *
__wrap_strdup(const char *s)
{
	return may_allocate() ? __real_strdup(s) : NULL;
}

/* Out of an exact allocation, so that a read past the end is seen. */
static struct conf *
parse_bytes(const char *text, size_t len)
{
	char *exact = malloc(len == 0 ? 1 : len);
	struct conf *c;

	assert_non_null(exact);
	memcpy(exact, text, len);
	error[0] = '\0';
	c = conf_parse("x.conf", exact, len, error, sizeof(error));
	free(exact);
	return c;
}

static const struct {
	const char	*text;
	const char	*error;	/* behind "x.conf:"; all of it, or what it starts with */
} wrong[] = {
	{ "", "1: at the end of the file: expected \"internal: ADDRESS\"" },
	{ "external: lo\n", "2: at the end of the file: expected \"internal: ADDRESS\"" },
	{ "internal: lo\n", "2: at the end of the file: expected \"external: ADDRESS\"" },
	{ "internall: lo", "1: near \"internall\": expected a keyword or a rule; "
	    "did you mean \"internal\"?" },
	{ BASE "timeout.oi: 5", "4: near \"timeout.oi\": expected a keyword or a rule; "
	    "did you mean \"timeout.io\"?" },
	{ BASE "cleint pass {", "4: near \"cleint\": expected a keyword or a rule; "
	    "did you mean \"client\"?" },
	{ BASE "zzzzzz: 5", "4: near \"zzzzzz\": expected a keyword or a rule" },
	{ BASE "debug 1", "4: near \"1\": expected \":\" behind debug" },
	{ BASE "debug: 1;", "4: near \"1;\": expected a number for debug" },
	{ BASE "debug: 3", "4: near \"3\": expected a number from 0 to 2 for debug" },
	{ BASE "debug: on", "4: near \"on\": expected a number for debug" },
	{ BASE "debug: 08", "4: near \"08\": expected a number for debug" },
	{ BASE "debug: 0x", "4: near \"0x\": expected a number for debug" },
	{ BASE "debug:", "4: at the end of the file: expected a number for debug" },
	{ BASE "debug:\ntimeout.io: 3", "5: near \"timeout.io\": expected a number for debug" },
	{ BASE "debug: 1\ndebug: 2", "5: near \"debug\": expected debug once: line 4 has it" },
	{ BASE "debug: 1 2", "4: near \"2\": expected a keyword or a rule" },
	{ BASE "timeout.io: -1", "4: near \"-1\": expected a number for timeout.io" },
	{ BASE "timeout.io: 2147483648", "4: near \"2147483648\": expected a number from 0 to" },
	{ BASE "connecttimeout: 1\ntimeout.connect: 2",
	    "5: near \"timeout.connect\": expected timeout.connect once: line 4 has it already" },
	{ BASE "logoutput:\ninternal: lo",
	    "5: near \"internal\": expected syslog, stdout, stderr or a file name for logoutput" },
	{ BASE "logoutput: \"\"", "4: near \"\": expected a file name for logoutput" },
	{ BASE "logoutput: \"/var", "4: near \"/var\": expected a closing quote" },
	{ BASE "logoutput: syslog/loacl0", "4: near \"loacl0\": expected auth, authpriv, daemon, "
	    "local0, local1, local2, local3, local4, local5, local6, local7 or user; "
	    "did you mean \"local0\"?" },
	{ BASE "logoutput: 1 2 3 4 5 6 7 8 9", "4: expected at most 8 places for logoutput" },
	{ BASE "internal: 10.0.0.1/8", "4: near \"10.0.0.1/8\": expected an address without a "
	    "mask for internal" },
	{ BASE "internal: 10.0.0.1 port = 0", "4: near \"0\": expected \"port = \" and one port" },
	{ BASE "internal: 10.0.0.1 port > 5", "4: near \"5\": expected \"port = \" and one port" },
	{ BASE "internal: 10.0.0.1 port 1-5", "4: near \"5\": expected \"port = \" and one port" },
	{ BASE "internal: 10.0.0.256", "4: near \"10.0.0.256\": expected an address or a name: "
	    "this is no IPv4 address" },
	{ BASE "internal: ::g", "4: near \"::g\": expected an address or a name: this is no "
	    "IPv6 address" },
	{ BASE "internal: .example.com", "4: near \".example.com\": expected an address, a host" },
	{ BASE "internal: a,b", "4: near \"a,b\": expected an address or a name: letters" },
	{ BASE "internal: 127.0.0.1", "4: near \"internal\": expected each address once: line 1" },
	{ BASE "external: 127.0.0.2 port = 5", "4: near \"port\": expected a keyword or a rule" },
	{ BASE "external: 127.0.0.1", "4: near \"external\": expected each address once: line 2" },
	{ BASE "internal.protocol: ipv5", "4: near \"ipv5\": expected ipv4 or ipv6; "
	    "did you mean \"ipv4\"?" },
	{ BASE "socksmethod: gssapi", "4: near \"gssapi\": expected a method that this version "
	    "has: \"gssapi\" is one of Dante's that it does not have" },
	{ BASE "socksmethod: none pam.username", "4: near \"pam.username\": expected a method" },
	{ BASE "socksmethod: usrename", "4: near \"usrename\": expected none or username; "
	    "did you mean \"username\"?" },
	{ BASE "clientmethod: username", "4: near \"username\": expected none: \"username\" is "
	    "part of the SOCKS protocol" },
	{ BASE "clientmethod: rfc931", "4: near \"rfc931\": expected a method that this version" },
	{ BASE "user.privileged: \"\"", "4: near \"\": expected 1 to 63 bytes for user." },
	{ BASE "libwrap.hosts_access: yes", "4: near \"libwrap.hosts_access\": expected a keyword "
	    "or a rule: this is a Dante keyword that this version does not support" },
	{ BASE "route { from: 0/0", "4: near \"route\": expected a keyword or a rule: this is" },
	{ BASE "external.ip.ip_tos: 0x10", "4: near \"external.ip.ip_tos\": expected a keyword" },
	{ BASE "command: connect", "4: near \"command\": expected a keyword or a rule: this "
	    "belongs in a rule" },
	{ BASE "client allow {", "4: near \"allow\": expected pass or block" },
	{ BASE "client blok {", "4: near \"blok\": expected pass or block; did you mean "
	    "\"block\"?" },
	{ BASE "client pass from: 0/0", "4: near \"from\": expected \"{\" behind pass" },
	{ BASE "client pass { from: 0/0 to: 0/0", "4: at the end of the file: expected \"}\" to "
	    "end the rule of line 4" },
	{ BASE "client pass { from: 0/0 }", "4: near \"}\": expected \"to: ADDRESS\" in the rule "
	    "of line 4" },
	{ BASE "client pass {\n}", "5: near \"}\": expected \"from: ADDRESS\" in the rule of "
	    "line 4" },
	{ BASE "client pass { from: to: 0/0 }", "4: near \"to\": expected an address for from" },
	{ BASE "client pass { from: }", "4: near \"}\": expected an address for from" },
	{ BASE "client pass { from: 0/0 to: 0/0 to: 0/0 }", "4: near \"to\": expected to once: "
	    "line 4 has it already" },
	{ BASE "client pass { from: 0/0 to: 0/0 command: connect }", "4: near \"command\": "
	    "expected a keyword or \"}\": this belongs in a socks rule, not in a client rule" },
	{ BASE "client pass { from: a.example.com to: 0/0 }", "4: near \"a.example.com\": "
	    "expected an address or an interface: no host name is looked up here" },
	{ BASE "client pass { from: .example.com to: 0/0 }", "4: near \".example.com\": expected "
	    "an address or an interface" },
	{ BASE "client pass { from: 0/0 to: 0/0 }\ndebug: 1", "5: near \"debug\": expected a "
	    "keyword of a rule: this is a global option, which must come before the first rule" },
	{ BASE "client pass { from: 0/0 to: 0/0 debug: 1 }", "4: near \"debug\": expected a "
	    "keyword of a rule: this is a global option" },
	{ BASE "client pass { from: 0/0 to: 0/0 lgo: connect }", "4: near \"lgo\": expected a "
	    "keyword or \"}\"; did you mean \"log\"?" },
	{ BASE "client pass { from: 0/0 to: 0/0 = }", "4: near \"=\": expected a keyword or \"}" },
	{ BASE OPEN "10.0.0.1 }", "4: near \"10.0.0.1\": expected a mask, as in 10.0.0.1/32" },
	{ BASE OPEN "::1 }", "4: near \"::1\": expected a mask, as in ::1/128" },
	{ BASE OPEN "10.0.0.0/33 }", "4: near \"10.0.0.0/33\": expected a mask from 0 to 32 bits" },
	{ BASE OPEN "::/129 }", "4: near \"::/129\": expected a mask from 0 to 128 bits" },
	{ BASE OPEN "::ffff:1.2.3.4/24 }", "4: near \"::ffff:1.2.3.4/24\": expected a mask from "
	    "96 to 128 bits" },
	{ BASE OPEN "10.0.0.0/ }", "4: near \"10.0.0.0/\": expected a mask from 0 to 32 bits" },
	{ BASE OPEN "10.0.0.0/255.0.255.0 }", "4: near \"10.0.0.0/255.0.255.0\": expected a mask "
	    "of ones and then zeros" },
	{ BASE OPEN "10/8 }", "4: near \"10/8\": expected an IPv4 or IPv6 address before" },
	{ BASE OPEN "http://a/ }", "4: near \"http://a/\": expected an IPv4 or IPv6 address" },
	{ BASE OPEN "0/0 port 5-1 }", "4: near \"1\": expected a last port that is not below the "
	    "first, 5" },
	{ BASE OPEN "0/0 port 65536 }", "4: near \"65536\": expected a port from 0 to 65535 or a "
	    "service" },
	{ BASE OPEN "0/0 port = htpp }", "4: near \"htpp\": expected a port from 0 to 65535 or a "
	    "service; did you mean \"http\"?" },
	{ BASE OPEN "0/0 port => 5 }", "4: near \">\": expected a port from 0 to 65535" },
	{ BASE OPEN "0/0 port > 5-9 }", "4: near \"-\": expected a keyword or \"}\"" },
	{ BASE OPEN "0/0 port }", "4: near \"}\": expected a port from 0 to 65535 or a service" },
	{ BASE OPEN "0/0 log: conect }", "4: near \"conect\": expected connect, data, disconnect, "
	    "error, ioop, iooperation or tcpinfo; did you mean \"connect\"?" },
	{ BASE OPEN "0/0 log: connect all }", "4: near \"all\": expected connect, data" },
	{ BASE OPEN "0/0 command: connect protocol: udp }", "4: near \"}\": expected commands and "
	    "protocols that go together" },
	{ BASE OPEN "0/0 user: alice }", "4: near \"user\": expected a keyword or \"}\": this is "
	    "a Dante keyword that this version does not support" },
	{ BASE OPEN "0/0 bandwith: 1 }", "4: near \"bandwith\": expected a keyword or \"}\"; did "
	    "you mean \"bandwidth\"?" },
	{ "internal: lo\nexternal: lo\nsocksmethod: none\n" OPEN "0/0 socksmethod: username }",
	    "4: near \"username\": expected a method of the global socksmethod: \"username\" is "
	    "not in it" },
	{ BASE "de\xffug: 1", "4: near \"de\": expected a keyword or a rule" },
	{ BASE "\x1b[31m: 1", "4: near \"\\x1b\": expected a keyword or a rule" },
};

static void
wrong_words_are_named_with_their_line(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char expected[1024];
		struct conf *c = parse_bytes(wrong[i].text, strlen(wrong[i].text));

		snprintf(expected, sizeof(expected), "x.conf:%s", wrong[i].error);
		if (c != NULL || strncmp(error, expected, strlen(expected)) != 0)
			print_error("case %zu:\n  %s\nexpected\n  %s\n", i, error, expected);
		assert_null(c);
		assert_memory_equal(error, expected, strlen(expected));
		assert_null(strchr(error, '\n'));
	}
}

static void
a_nul_byte_is_refused(void **state UNUSED)
{
	assert_null(parse_bytes("debug: 1\n\0", 10));
	assert_string_equal(error, "x.conf:2: a NUL byte: expected text");
}

static void
a_word_that_is_too_long_is_refused(void **state UNUSED)
{
	char text[4096];

	memset(text, 'a', sizeof(text));
	assert_null(parse_bytes(text, sizeof(text)));
	assert_non_null(strstr(error, "expected a word of at most 511 bytes"));
	memcpy(text, "logoutput: ", 11);
	assert_null(parse_bytes(text, sizeof(text)));
	assert_non_null(strstr(error, "expected a word of at most 511 bytes"));
	text[11] = '"';
	assert_null(parse_bytes(text, sizeof(text)));
	assert_non_null(strstr(error, "expected a word of at most 511 bytes"));
	memset(text, 'a', sizeof(text));
	memcpy(text, "external: ", 10);
	assert_null(parse_bytes(text, 10 + HOST_NAME_MAX_LEN + 1));
	assert_non_null(strstr(error, "expected an address, a host or an interface"));
	memcpy(text, "socks pass{to:", 14);
	assert_null(parse_bytes(text, 14 + HOST_NAME_MAX_LEN + 1));
	assert_non_null(strstr(error, "expected a name of at most 255 bytes"));
}

/* A message that has no room is cut off, and nothing is written behind it. */
static void
a_short_error_buffer_is_enough(void **state UNUSED)
{
	char *small = malloc(8);

	assert_non_null(small);
	assert_null(conf_parse("x.conf", "x", 1, small, 8));
	assert_string_equal(small, "x.conf:");
	free(small);
}

static void
too_many_are_refused(void **state UNUSED)
{
	size_t size = 64 * (CONF_RULES_MAX + 100), n;
	char *text = malloc(size);

	assert_non_null(text);
	n = 0;
	for (int i = 0; i <= CONF_INTERNAL_MAX; i++)
		n += (size_t)snprintf(text + n, size - n, "internal: 10.0.0.%d\n", i);
	assert_null(parse_bytes(text, n));
	assert_string_equal(error, "x.conf:65: near \"internal\": expected at most 64 addresses "
	    "for internal");
	n = (size_t)snprintf(text, size, "%s", BASE);
	for (int i = 0; i < CONF_RULES_MAX; i++)
		n += (size_t)snprintf(text + n, size - n, "%s0/0 }\n", OPEN);
	conf_free(parse_bytes(text, n));
	assert_string_equal(error, "");
	n += (size_t)snprintf(text + n, size - n, "%s0/0 }\n", OPEN);
	assert_null(parse_bytes(text, n));
	assert_string_equal(error, "x.conf:10004: expected at most 10000 rules of a kind");
	free(text);
}

/* However a file is cut off, it is answered with a configuration or an error. */
static void
every_prefix_is_answered(void **state UNUSED)
{
	static const char text[] = BASE "logoutput: \"a\\\"b\" syslog/daemon \\\n stderr\r\n"
	    "client pass { from: 10.0.0.0/8 port 1-5 to: lo log: connect error }\n"
	    "socks block { from: 0/0 to: .example.com port >= http command: bind }";

	for (size_t n = 0; n < sizeof(text); n++) {
		struct conf *c = parse_bytes(text, n);

		assert_true((c == NULL) == (error[0] != '\0'));
		conf_free(c);
	}
}

/* Whichever allocation fails, nothing is lost and the reason is given. */
static void
want_of_memory_is_survived(void **state UNUSED)
{
	static const char text[] = BASE "socksmethod: none\nmethod: none\nuser.libwrap: nobody\n"
	    "client pass { from: 10.1.2.3/8 to: lo }\nblock { from: 0/0 to: 0/0 }\n"
	    OPEN "lo command: connect udpreply protocol: tcp }\n";
	struct conf_interface lo = { .name = "lo" };
	struct conf *c = NULL;
	int n, result = -1;

	for (n = 1; c == NULL; n++) {
		allocations = n;
		c = conf_parse("x.conf", text, sizeof(text) - 1, error, sizeof(error));
		allocations = -1;
		assert_true(c != NULL || strstr(error, ": out of memory") != NULL);
	}
	assert_true(n > 10);
	for (n = 1; result < 0; n++) {
		allocations = n;
		result = conf_bind_interfaces(c, &lo, 1);
		allocations = -1;
		assert_true(result == 0 || result == -ENOMEM);
	}
	assert_true(n > 2);
	assert_int_equal(c->socks_rules[1].to.address_count, 1);
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_words_are_named_with_their_line),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_word_that_is_too_long_is_refused),
		cmocka_unit_test(a_short_error_buffer_is_enough),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(every_prefix_is_answered),
		cmocka_unit_test(want_of_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
