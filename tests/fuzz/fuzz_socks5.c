/* SPDX-License-Identifier: ISC */
/*
 * The messages of SOCKS version 5. The first byte says which parser gets the
 * rest. What one of them takes is built again and comes out the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/socks5.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* A result is a length, a wish for more, or one of two refusals. */
static bool
check_result(ssize_t n, size_t len)
{
	require(n <= (ssize_t)len);
	require(n >= 0 || n == -EPROTO || n == -EAFNOSUPPORT);
	return n > 0;
}

static void
greeting(const uint8_t *data, size_t len)
{
	struct socks5_greeting g;
	unsigned count = 0;

	if (!check_result(socks5_parse_greeting(data, len, &g), len))
		return;
	for (unsigned m = 0; m < 256; m++)
		count += socks5_offers(&g, (enum socks5_method)m);
	require(count <= data[1]);
}

static void
short_answers(const uint8_t *data, size_t len)
{
	uint8_t value;

	if (check_result(socks5_parse_method(data, len, &value), len))
		require(value == data[1]);
	if (check_result(socks5_parse_auth_status(data, len, &value), len))
		require(value == data[1]);
}

static void
auth(const uint8_t *data, size_t len)
{
	uint8_t built[SOCKS5_AUTH_MAX];
	struct socks5_auth a;
	struct writer w;
	ssize_t n = socks5_parse_auth(data, len, &a);

	if (!check_result(n, len))
		return;
	writer_init(&w, built, sizeof(built));
	socks5_build_auth(&w, a.username, a.password);
	require(!w.bad && w.len == (size_t)n && memcmp(built, data, w.len) == 0);
}

/* An IPv4-mapped address becomes shorter on the way; whatever it is, it stays so. */
static void
request(const uint8_t *data, size_t len)
{
	uint8_t built[SOCKS5_REQUEST_MAX];
	char text[HOST_TEXT_SIZE], again_text[HOST_TEXT_SIZE];
	struct socks5_request r, again;
	struct writer w;

	if (!check_result(socks5_parse_request(data, len, &r), len))
		return;
	require(socks5_address_missing(data, len) == 0);
	writer_init(&w, built, sizeof(built));
	socks5_build_request(&w, r.command, &r.dst);
	require(!w.bad && socks5_parse_request(built, w.len, &again) == (ssize_t)w.len);
	require(strcmp(host_format(&r.dst, text), host_format(&again.dst, again_text)) == 0);
}

static void
answer(const uint8_t *data, size_t len)
{
	uint8_t built[SOCKS5_REPLY_MAX];
	struct socks5_answer a, again;
	struct writer w;

	if (!check_result(socks5_parse_answer(data, len, &a), len))
		return;
	writer_init(&w, built, sizeof(built));
	socks5_build_answer(&w, a.reply, &a.bnd);
	require(!w.bad && socks5_parse_answer(built, w.len, &again) == (ssize_t)w.len);
	require(again.reply == a.reply && host_port(&again.bnd) == host_port(&a.bnd));
	require(socks5_reply_text(a.reply)[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const parsers[])(const uint8_t *, size_t) = {
		greeting, short_answers, auth, request, answer,
	};

	if (len > 0)
		parsers[data[0] % ARRAY_SIZE(parsers)](data + 1, len - 1);
	return 0;
}
