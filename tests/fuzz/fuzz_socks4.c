/* SPDX-License-Identifier: ISC */
/*
 * The messages of SOCKS version 4 and 4A: as a request, and as an answer. What is
 * taken is built again and means the same; no prefix of it is taken or refused.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/socks4.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
request(const uint8_t *data, size_t len)
{
	uint8_t built[SOCKS4_REQUEST_MAX];
	char text[HOST_TEXT_SIZE], again_text[HOST_TEXT_SIZE];
	struct socks4_request r, again;
	struct writer w;
	ssize_t n = socks4_parse_request(data, len, &r);

	require(n == -EPROTO || (n >= 0 && n <= (ssize_t)len));
	require(n != 0 || len < SOCKS4_REQUEST_MAX);
	if (n <= 0)
		return;
	writer_init(&w, built, sizeof(built));
	socks4_build_request(&w, r.command, &r.dst, r.user);
	require(!w.bad && w.len == (size_t)n);
	require(socks4_parse_request(built, w.len, &again) == n);
	require(again.command == r.command && strcmp(again.user, r.user) == 0);
	require(strcmp(host_format(&r.dst, text), host_format(&again.dst, again_text)) == 0);
	for (ssize_t prefix = 0; prefix < n; prefix++)
		require(socks4_parse_request(data, (size_t)prefix, &again) == 0);
}

static void
answer(const uint8_t *data, size_t len)
{
	uint8_t built[SOCKS4_ANSWER_SIZE];
	struct socks4_answer a;
	struct writer w;
	ssize_t n = socks4_parse_answer(data, len, &a);

	require(n == -EPROTO || n == (len < SOCKS4_ANSWER_SIZE ? 0 : SOCKS4_ANSWER_SIZE));
	if (n <= 0)
		return;
	writer_init(&w, built, sizeof(built));
	socks4_build_answer(&w, a.code, &a.endpoint);
	require(!w.bad && w.len == (size_t)n && memcmp(built + 1, data + 1, w.len - 1) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	request(data, len);
	answer(data, len);
	return 0;
}
