/* SPDX-License-Identifier: ISC */
/* What is said of a wrong socks.conf. */
#include <config.h>

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
#include "libsocksify/socksconf.h"

#define ANY	"from: 0/0 to: 0/0 "
#define ROUTE	"route { " ANY "via: h "

static struct settings settings;
static char error[512];

static int
parse_bytes(const char *text, size_t len)
{
	const struct settings_report report = { .error = error, .error_size = sizeof(error) };
	char *exact = malloc(len == 0 ? 1 : len);
	int rc;

	assert_non_null(exact);
	memcpy(exact, text, len);
	error[0] = '\0';
	settings_init(&settings);
	rc = socksconf_parse(&settings, "f", exact, len, &report);
	free(exact);
	return rc;
}

static const struct {
	const char *text, *error;
} messages[] = {
	/* Where a keyword should be. */
	{ "x: 1", "f:1: near \"x\": expected a keyword or a route" },
	{ "\n\ndebgu: 1", "f:3: near \"debgu\": expected a keyword or a route; did you mean "
	    "\"debug\"?" },
	{ "rouet { }", "f:1: near \"rouet\": expected a keyword or a route; did you mean "
	    "\"route\"?" },
	{ "{", "f:1: near \"{\": expected a keyword or a route" },
	{ "}", "f:1: near \"}\": expected a keyword or a route" },
	{ "via: h", "f:1: near \"via\": expected a keyword or a route: this belongs in a route" },
	{ "internal: 127.0.0.1", "f:1: near \"internal\": expected another keyword: this one "
	    "belongs in the configuration of a server" },
	{ "client pass { }", "f:1: near \"client\": expected another keyword: this one "
	    "belongs in the configuration of a server" },
	{ "user.privileged: root", "f:1: near \"user.privileged\": expected another keyword: "
	    "this one belongs in the configuration of a server" },
	{ "debug", "f:1: at the end of the file: expected \":\" behind debug" },
	{ "debug: 1 debug: 2", "f:1: near \"debug\": expected debug once: line 1 has it "
	    "already" },
	{ "timeout.connect: 1\nconnecttimeout: 1", "f:2: near \"connecttimeout\": expected "
	    "timeout.connect once: line 1 has it already" },
	{ ROUTE "}\ndebug: 1", "f:2: near \"debug\": expected a route: this is a global "
	    "option, which must come before the first route" },
	/* Values of global options. */
	{ "debug: x", "f:1: near \"x\": expected a number for debug" },
	{ "debug: 3", "f:1: near \"3\": expected a number from 0 to 2 for debug" },
	{ "debug:", "f:1: at the end of the file: expected a number for debug" },
	{ "debug:\nlogoutput: stderr", "f:2: near \"logoutput\": expected a number for debug" },
	{ "route.maxfail: -1", "f:1: near \"-1\": expected a number for route.maxfail" },
	{ "timeout.connect: 4294967296", "f:1: near \"4294967296\": expected a number from 0 "
	    "to 2147483647 for timeout.connect" },
	{ "resolveprotocol: ftp", "f:1: near \"ftp\": expected fake, tcp or udp" },
	{ "logoutput: \"\"", "f:1: near \"\": expected a file name for logoutput" },
	{ "logoutput: a b c d e", "f:1: near \"e\": expected at most 4 places for logs" },
	{ "errorlog: {", "f:1: near \"{\": expected stderr or a file name for errorlog" },
	{ "reserved: 198.18.0.0", "f:1: near \"198.18.0.0\": expected an address and a mask in "
	    "bits, as in 198.18.0.0/15" },
	{ "reserved: x/15", "f:1: near \"x/15\": expected an address and a mask in bits, as in "
	    "198.18.0.0/15" },
	{ "reserved: ::ffff:198.18.0.0/111", "f:1: near \"::ffff:198.18.0.0/111\": expected an "
	    "address and a mask in bits, as in 198.18.0.0/15" },
	{ "reserved: 198.18.0.0/25", "f:1: near \"198.18.0.0/25\": expected a mask from 8 to "
	    "24 bits" },
	{ "reserved: fd00::/113", "f:1: near \"fd00::/113\": expected a mask from 16 to 112 "
	    "bits" },
	{ "reserved: 198.18.0.1/15", "f:1: near \"198.18.0.1/15\": expected a network without "
	    "bits behind its mask" },
	{ "reserved: 127.1.0.0/16", "f:1: near \"127.1.0.0/16\": expected a range without this "
	    "host's own addresses" },
	{ "reserved: 0.0.0.0/8", "f:1: near \"0.0.0.0/8\": expected a range without this host's "
	    "own addresses" },
	{ "reserved: ::/16", "f:1: near \"::/16\": expected a range without this host's own "
	    "addresses" },
	{ "reserved: 10.0.0.0/8\nreserved: 198.18.0.0/15", "f:2: near \"198.18.0.0/15\": "
	    "expected one range of each family" },
	{ "nameserver: .x", "f:1: near \".x\": expected a host for nameserver" },
	{ "nameserver: h port > 5", "f:1: near \"5\": expected \"port = \" and one port from 1 "
	    "to 65535 for nameserver" },
	{ "nameserver: a@b", "f:1: near \"a@b\": expected an address or a name: letters, "
	    "digits, '-', '_' and '.'" },
	/* Routes as a whole. */
	{ "route", "f:1: at the end of the file: expected \"{\" behind route" },
	{ "route {", "f:1: at the end of the file: expected \"}\" to end the route of line 1" },
	{ "route { }", "f:1: near \"}\": expected \"from: …\" in the route of line 1" },
	{ "route { from: 0/0 via: h }", "f:1: near \"}\": expected \"to: …\" in the route of "
	    "line 1" },
	{ "route {\n" ANY "\n}", "f:3: near \"}\": expected \"via: …\" in the route of line 1" },
	{ ROUTE "via: h }", "f:1: near \"via\": expected via once: line 1 has it already" },
	{ ROUTE "x }", "f:1: near \"x\": expected a keyword or \"}\"" },
	{ ROUTE "metod: none }", "f:1: near \"metod\": expected a keyword or \"}\"; did you mean "
	    "\"method\"?" },
	{ ROUTE "debug: 1 }", "f:1: near \"debug\": expected a keyword of a route: this is a "
	    "global option, which must come before the first route" },
	{ ROUTE "redirect from: 10.0.0.1 }", "f:1: near \"redirect\": expected another keyword: "
	    "addresses are not redirected" },
	{ ROUTE "protocol: udp command: connect }", "f:1: near \"}\": expected commands and "
	    "protocols that go together: connect and bind are tcp, udpassociate is udp" },
	/* Its values. */
	{ ROUTE "command: conect }", "f:1: near \"conect\": expected bind, bindreply, connect, "
	    "udpassociate or udpreply; did you mean \"connect\"?" },
	{ ROUTE "protocol: sctp }", "f:1: near \"sctp\": expected tcp or udp" },
	{ ROUTE "method: pam }", "f:1: near \"pam\": expected none, username or gssapi" },
	{ ROUTE "proxyprotocol: upnp }", "f:1: near \"upnp\": expected another protocol: UPnP "
	    "is not supported" },
	{ ROUTE "proxyprotocol: socks5 }", "f:1: near \"socks5\": expected socks_v4, socks_v4a, "
	    "socks_v5, http or http_v1.0; did you mean \"socks_v5\"?" },
	{ "route { from: h to: 0/0 via: h }", "f:1: near \"h\": expected an address with its "
	    "mask: what a program is bound to has no name" },
	{ "route { from: 0/0 to: 10.0.0.1 via: h }", "f:1: near \"10.0.0.1\": expected a mask, "
	    "as in 10.0.0.1/32" },
	{ "route { from: 0/0 to: ::1 via: h }", "f:1: near \"::1\": expected a mask, as in "
	    "::1/128" },
	{ "route { from: 0/0 to: 10.0.0/8 via: h }", "f:1: near \"10.0.0/8\": expected an IPv4 "
	    "or IPv6 address before the mask, or 0/0" },
	{ "route { from: 0/0 to: 10.0.0.0/33 via: h }", "f:1: near \"10.0.0.0/33\": expected a "
	    "mask from 0 to 32 bits" },
	{ "route { from: 0/0 to: 0/0 port = htpp via: h }", "f:1: near \"htpp\": expected a port "
	    "from 0 to 65535 or a service; did you mean \"http\"?" },
	{ "route { " ANY "via: }", "f:1: near \"}\": expected a host, a URL or \"direct\" for via" },
	{ "route { " ANY "via: .x }", "f:1: near \".x\": expected a host, a URL or \"direct\" "
	    "for via" },
	{ "route { " ANY "via: 10.0.0.1/32 }", "f:1: near \"10.0.0.1/32\": expected an address "
	    "without a mask for via" },
	{ "route { " ANY "via: h port = 0 }", "f:1: near \"0\": expected \"port = \" and one "
	    "port from 1 to 65535 for via" },
	{ "route { " ANY "via: unix:x }", "f:1: near \"unix:x\": expected unix:/PATH or "
	    "unix:@NAME of at most 107 bytes" },
	{ "route { " ANY "via: https://h }", "f:1: near \"https://h\": expected a URL of "
	    "socks5, socks5h, socks4, socks4a or http" },
	{ "route { " ANY "via: socks5://h:0 }", "f:1: near \"socks5://h:0\": expected a proxy "
	    "URL: the port is not 1 to 65535" },
	{ "route { " ANY "via: http://h proxyprotocol: socks_v5 }", "f:1: near \"}\": expected "
	    "the URL and the proxyprotocol of the route of line 1 to agree" },
};

static void
test_messages(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		assert_int_equal(parse_bytes(messages[i].text, strlen(messages[i].text)), -EINVAL);
		assert_string_equal(error, messages[i].error);
	}
}

static void
test_secrets(void **unused)
{
	static const char *const texts[] = {
		"route { " ANY "via: socks5://user:secret@h:0 }",
		"route { " ANY "via: https://user:secret@h }",
		"route { " ANY "via: socks5://user:secret/@h }",
		"route { " ANY "via: http://user:secret@h proxyprotocol: socks_v4 }",
		"route { " ANY "via: socks5://user:secret@h } x",
		"route { " ANY "via: \"socks5://user:secret@h }",
		"route { from: 0/0 to: socks5://user:secret@h }",
		"nameserver: socks5://user:secret@h",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(parse_bytes(texts[i], strlen(texts[i])), -EINVAL);
		assert_null(strstr(error, "secret"));
	}
}

static void
test_full(void **unused)
{
	char text[(SETTINGS_ROUTES + 1) * 64] = "";

	(void)unused;
	for (unsigned i = 0; i <= SETTINGS_ROUTES; i++)
		strcat(text, "route { " ANY "via: direct }\n");
	assert_int_equal(parse_bytes(text, strlen(text)), -EINVAL);
	assert_string_equal(error, "f:257: expected at most 256 routes by 32 proxies");
	text[0] = '\0';
	for (unsigned i = 0; i <= SETTINGS_PROXIES; i++)
		sprintf(text + strlen(text), "route { " ANY "via: h port = %u }\n", 1 + i);
	assert_int_equal(parse_bytes(text, strlen(text)), -EINVAL);
	assert_string_equal(error, "f:33: expected at most 256 routes by 32 proxies");
}

/* Names fill the room for texts; nothing is written behind it. */
static void
test_names_full(void **unused)
{
	char *text = calloc(SETTINGS_ROUTES, 320), name[251];

	(void)unused;
	assert_non_null(text);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (unsigned i = 0; i < SETTINGS_ROUTES; i++)
		sprintf(text + strlen(text), "route { from: 0/0 to: %s%u via: direct }\n", name, i);
	assert_int_equal(parse_bytes(text, strlen(text)), -EINVAL);
	assert_non_null(strstr(error, "expected fewer or shorter names"));
	assert_true(settings.text_used <= SETTINGS_TEXT);
	free(text);
}

/* No prefix of a sound file does harm. */
static void
test_prefixes(void **unused)
{
	static const char text[] =
	    "debug: 1\nlogoutput: stderr \"a b\"\nreserved: 10.0.0.0/8 fd00::/64\n"
	    "nameserver: h port = 5\nroute { from: 0/0 port 1-2 to: .x port >= 5 \\\n"
	    "via: \"socks5://u:p@[::1]:9\" command: connect # x\n protocol: tcp }\n";

	(void)unused;
	for (size_t i = 0; i < sizeof(text); i++) {
		int rc = parse_bytes(text, i);

		assert_true((rc == 0) == (error[0] == '\0'));
	}
	assert_int_equal(parse_bytes(text, sizeof(text) - 1), 0);
	assert_int_equal(parse_bytes(text, sizeof(text)), -EINVAL);
	assert_string_equal(error, "f:8: a NUL byte: expected text");
}

/* As the library does it: nobody reads what is said. */
static void
test_silent(void **unused)
{
	static const struct settings_report nobody;
	static const char text[] = "iotimeout: 1\nx";

	(void)unused;
	settings_init(&settings);
	assert_int_equal(socksconf_parse(&settings, "f", text, sizeof(text) - 1, &nobody), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_names_full),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
