/* SPDX-License-Identifier: ISC */
/*
 * DNS messages. The first byte says which of them the rest is: a query, which is
 * answered, and built again from its name; an answer to a fixed query; a name as
 * text.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/dns_message.h"

#define TEXT_SIZE	512

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
answer(const struct dns_query *q)
{
	static const struct endpoint six = { .family = AF_INET6, .ip = { 0x20, 1 } };
	uint8_t built[DNS_QUERY_SIZE + 300];
	struct dns_reply reply;
	struct writer w;

	writer_init(&w, built, sizeof(built));
	dns_answer_begin(&w, q, DNS_NO_ERROR);
	dns_answer_address(&w, &six, 1);
	dns_answer_end(&w, 1);
	require(!w.bad && dns_parse_reply(built, w.len, q, &reply) == 0);
	require(reply.answers == 1 && reply.rcode == DNS_NO_ERROR);
}

static void
query(const uint8_t *data, size_t len)
{
	uint8_t built[DNS_QUERY_SIZE];
	struct dns_query q, again;
	struct endpoint address;
	struct writer w;

	if (dns_parse_query(data, len, &q) < 0)
		return;
	require(q.question >= data && q.question_len <= (size_t)(data + len - q.question));
	require(strlen(q.name) < DNS_NAME_SIZE);
	answer(&q);
	dns_parse_reverse(q.name, &address);
	if (strchr(q.name, '\\') != NULL)
		return;
	writer_init(&w, built, sizeof(built));
	dns_build_query(&w, q.id, q.name, q.type, q.class);
	require(!w.bad && dns_parse_query(built, w.len, &again) == 0);
	require(strcmp(q.name, again.name) == 0 && q.question_len == again.question_len);
}

static void
reply(const uint8_t *data, size_t len)
{
	uint8_t built[DNS_QUERY_SIZE];
	struct dns_reply r;
	struct dns_query q;
	struct writer w;

	writer_init(&w, built, sizeof(built));
	dns_build_query(&w, 0x1234, "a.example", 15, DNS_CLASS_IN);
	require(!w.bad && dns_parse_query(built, w.len, &q) == 0);
	require(dns_parse_reply(data, len, &q, &r) <= 0);
}

static void
text(const uint8_t *data, size_t len)
{
	char name[TEXT_SIZE];
	uint8_t built[DNS_QUERY_SIZE];
	struct dns_query q;
	struct endpoint address;
	struct writer w;

	len = len < sizeof(name) - 1 ? len : sizeof(name) - 1;
	memcpy(name, data, len);
	name[len] = '\0';
	dns_parse_reverse(name, &address);
	writer_init(&w, built, sizeof(built));
	dns_build_query(&w, 1, name, DNS_TYPE_A, DNS_CLASS_IN);
	if (w.bad)
		return;
	/* An escape can put into a label what no text can show. */
	require(dns_parse_query(built, w.len, &q) == 0 || strchr(name, '\\') != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const kinds[])(const uint8_t *, size_t) = { query, reply, text };

	if (len > 0)
		kinds[data[0] % ARRAY_SIZE(kinds)](data + 1, len - 1);
	return 0;
}
