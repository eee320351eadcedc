/* SPDX-License-Identifier: ISC */
/* Addresses: their texts, their socket addresses, their prefixes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/un.h>

#include "common/addr.h"
#include "common/compiler.h"

static struct endpoint
address(const char *text, uint16_t port)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse_ip(&e, text), 0);
	e.port = port;
	return e;
}

static void
texts_come_back(void **state UNUSED)
{
	static const struct {
		const char	*text, *ip, *with_port;
		uint8_t		 family;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1:80", AF_INET },
		{ "255.255.255.255", "255.255.255.255", "255.255.255.255:80", AF_INET },
		{ "2001:DB8:0:0::1", "2001:db8::1", "[2001:db8::1]:80", AF_INET6 },
		{ "::", "::", "[::]:80", AF_INET6 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80", AF_INET6 },
		{ "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1:80", AF_INET },
		{ "::192.0.2.1", "::192.0.2.1", "[::192.0.2.1]:80", AF_INET6 },
	};
	char text[ENDPOINT_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint e = address(cases[i].text, 80);

		assert_int_equal(e.family, cases[i].family);
		assert_string_equal(endpoint_format_ip(&e, text), cases[i].ip);
		assert_string_equal(endpoint_format(&e, text), cases[i].with_port);
	}
}

static void
what_is_no_address_is_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4", "0x7f.1",
		":", ":::", "::g", "1::2::3", "[::1]", "::1%lo", "fe80::1/64", "localhost",
	};
	struct endpoint e;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(endpoint_parse_ip(&e, texts[i]), -EINVAL);
		assert_int_equal(e.family, AF_UNSPEC);
	}
}

static void
socket_addresses_come_back(void **state UNUSED)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1", "0.0.0.0", "::" };
	struct sockaddr_storage ss;
	struct endpoint e, back;
	socklen_t len;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		e = address(texts[i], 0x1234);
		len = endpoint_to_sockaddr(&e, &ss);
		assert_int_equal(ss.ss_family, e.family);
		assert_int_equal(endpoint_from_sockaddr(&back, (void *)&ss, len), 0);
		assert_true(endpoint_equal(&back, &e));
		/* On an IPv6 socket IPv4 is mapped, and plain again on the way back. */
		len = endpoint_to_sockaddr_in6(&e, &ss);
		assert_int_equal(len, sizeof(struct sockaddr_in6));
		assert_int_equal(ss.ss_family, AF_INET6);
		assert_int_equal(endpoint_from_sockaddr(&back, (void *)&ss, len), 0);
		assert_true(endpoint_equal(&back, &e));
	}
	e.family = AF_UNSPEC;
	assert_int_equal(endpoint_to_sockaddr(&e, &ss), 0);
}

static void
socket_addresses_are_checked(void **state UNUSED)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct endpoint e;

	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&sin, sizeof(sin) - 1), -EINVAL);
	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&sin, 1), -EINVAL);
	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&sin, 0), -EINVAL);
	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&sin6, sizeof(sin6)), 0);
	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&sin6, 24), 0);
	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&sin6, 23), -EINVAL);
	assert_int_equal(endpoint_from_sockaddr(&e, (void *)&un, sizeof(un)), -EAFNOSUPPORT);
	assert_int_equal(e.family, AF_UNSPEC);
}

static void
comparisons_look_at_what_counts(void **state UNUSED)
{
	struct endpoint a = address("192.0.2.1", 1), b = address("192.0.2.1", 2);
	struct endpoint c = address("192.0.2.2", 1), d = address("c000:201::", 1);

	assert_true(endpoint_same_ip(&a, &b));
	assert_false(endpoint_equal(&a, &b));
	assert_false(endpoint_same_ip(&a, &c));
	/* The same first bytes in the other family are another address. */
	assert_false(endpoint_same_ip(&a, &d));
	b.port = 1;
	/* Bytes behind an IPv4 address are not part of it. */
	b.ip[5] = 9;
	assert_true(endpoint_equal(&a, &b));
}

static void
special_addresses_are_known(void **state UNUSED)
{
	static const struct {
		const char	*text;
		bool		 loopback, any;
	} cases[] = {
		{ "127.0.0.0", true, false }, { "127.255.255.255", true, false },
		{ "126.255.255.255", false, false }, { "128.0.0.0", false, false },
		{ "::1", true, false }, { "::2", false, false }, { "::", false, true },
		{ "0.0.0.0", false, true }, { "0.0.0.1", false, false },
		{ "::ffff:127.0.0.1", true, false }, { "::ffff:0.0.0.0", false, true },
		{ "7f00::", false, false },
	};
	struct endpoint none = { .family = AF_UNSPEC };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint e = address(cases[i].text, 0);

		assert_int_equal(endpoint_is_loopback(&e), cases[i].loopback);
		assert_int_equal(endpoint_is_any(&e), cases[i].any);
	}
	assert_false(endpoint_is_any(&none));
	assert_false(endpoint_is_loopback(&none));
}

static void
link_local_addresses_of_ipv6_are_known(void **state UNUSED)
{
	static const char *const others[] = { "169.254.0.1", "fe7f::1", "fec0::", "ff02::1" };
	struct endpoint e;

	e = address("fe80::", 0);
	assert_true(endpoint_is_ip6_link_local(&e));
	e = address("febf:ffff::1", 0);
	assert_true(endpoint_is_ip6_link_local(&e));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		e = address(others[i], 0);
		assert_false(endpoint_is_ip6_link_local(&e));
	}
}

/* Flipping bit n leaves every prefix up to n, and no longer one. */
static void
every_bit_of_a_prefix_counts(void **state UNUSED)
{
	static const char *const texts[] = { "192.0.2.85", "2001:db8:5555::aaaa" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct endpoint net = address(texts[i], 0);
		unsigned bits = endpoint_bits(&net);

		assert_int_equal(bits, i == 0 ? 32 : 128);
		for (unsigned bit = 0; bit < bits; bit++) {
			struct endpoint e = net;

			e.ip[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			for (unsigned n = 0; n <= bits; n++)
				assert_int_equal(endpoint_in_prefix(&e, &net, n), n <= bit);
		}
		assert_true(endpoint_in_prefix(&net, &net, bits));
		assert_false(endpoint_in_prefix(&net, &net, bits + 1));
	}
}

static void
hosts_and_ports_are_told_apart(void **state UNUSED)
{
	static const struct {
		const char	*text;
		enum host_type	 type;	/* HOST_NONE: refused */
		const char	*back;
	} cases[] = {
		{ "192.0.2.1:80", HOST_IP, "192.0.2.1:80" },
		{ "192.0.2.1", HOST_IP, "192.0.2.1:0" },
		{ "[2001:db8::1]:65535", HOST_IP, "[2001:db8::1]:65535" },
		{ "[2001:db8::1]", HOST_IP, "[2001:db8::1]:0" },
		{ "2001:db8::1", HOST_IP, "[2001:db8::1]:0" },
		{ "www.example.com:443", HOST_NAME, "www.example.com:443" },
		{ "localhost", HOST_NAME, "localhost:0" },
		{ "", HOST_NONE, NULL },
		{ ":80", HOST_NONE, NULL },
		{ "a:", HOST_NONE, NULL },
		{ "a:65536", HOST_NONE, NULL },
		{ "a:-1", HOST_NONE, NULL },
		{ "a:8o", HOST_NONE, NULL },
		{ "[::1", HOST_NONE, NULL },
		{ "[::1]80", HOST_NONE, NULL },
		{ "[::1]:", HOST_NONE, NULL },
		{ "[]:80", HOST_NONE, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[HOST_TEXT_SIZE];
		struct host h;

		assert_int_equal(host_parse_port(&h, cases[i].text),
		    cases[i].type == HOST_NONE ? -EINVAL : 0);
		if (cases[i].type == HOST_NONE)
			continue;
		assert_int_equal(h.type, cases[i].type);
		assert_string_equal(host_format(&h, text), cases[i].back);
	}
}

static void
names_have_at_most_255_bytes(void **state UNUSED)
{
	char name[HOST_NAME_MAX_LEN + 2], text[HOST_TEXT_SIZE];
	struct host h;

	memset(name, 'a', sizeof(name));
	name[HOST_NAME_MAX_LEN] = '\0';
	assert_int_equal(host_parse(&h, name), 0);
	assert_int_equal(h.type, HOST_NAME);
	h.endpoint.port = 65535;
	assert_int_equal(strlen(host_format(&h, text)), HOST_NAME_MAX_LEN + 6);
	assert_int_equal(host_port(&h), 65535);
	name[HOST_NAME_MAX_LEN] = 'a';
	name[HOST_NAME_MAX_LEN + 1] = '\0';
	assert_int_equal(host_parse(&h, name), -EINVAL);
	assert_int_equal(host_parse_port(&h, name), -EINVAL);
}

static void
ports_are_decimal(void **state UNUSED)
{
	static const char *const wrong[] = { "", " 1", "1 ", "+1", "-1", "0x1", "65536", "100000",
	    "999999999999999999999" };
	uint16_t port;

	assert_int_equal(port_parse("0", &port), 0);
	assert_int_equal(port, 0);
	assert_int_equal(port_parse("65535", &port), 0);
	assert_int_equal(port, 65535);
	assert_int_equal(port_parse("00080", &port), 0);
	assert_int_equal(port, 80);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(port_parse(wrong[i], &port), -EINVAL);
	assert_int_equal(port, 80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_come_back),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(socket_addresses_come_back),
		cmocka_unit_test(socket_addresses_are_checked),
		cmocka_unit_test(comparisons_look_at_what_counts),
		cmocka_unit_test(special_addresses_are_known),
		cmocka_unit_test(link_local_addresses_of_ipv6_are_known),
		cmocka_unit_test(every_bit_of_a_prefix_counts),
		cmocka_unit_test(hosts_and_ports_are_told_apart),
		cmocka_unit_test(names_have_at_most_255_bytes),
		cmocka_unit_test(ports_are_decimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
