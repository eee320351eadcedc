/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/socks4.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* 0.0.0.x with x not 0: "the name is behind the user". */
static const uint8_t no_address[4] = { 0, 0, 0, 1 };

static void
build_text(struct writer *w, const char *text)
{
	size_t len = strlen(text);

	if (len > HOST_NAME_MAX_LEN)
		w->bad = true;
	else
		writer_bytes(w, text, len + 1);
}

void
socks4_build_request(struct writer *w, uint8_t command, const struct host *dst, const char *user)
{
	writer_u8(w, SOCKS4_VERSION);
	writer_u8(w, command);
	writer_u16(w, host_port(dst));
	if (dst->type == HOST_IP && dst->endpoint.family == AF_INET)
		writer_bytes(w, dst->endpoint.ip, 4);
	else if (dst->type == HOST_NAME)
		writer_bytes(w, no_address, sizeof(no_address));
	else
		w->bad = true;
	build_text(w, user);
	if (dst->type == HOST_NAME)
		build_text(w, dst->name);
}

/*
 * Text up to its NUL, which may not have arrived. False when there are more than
 * 255 bytes without one.
 */
static bool
parse_text(struct reader *r, char *text)
{
	size_t left = reader_left(r), window = HOST_NAME_MAX_LEN + 1, n;

	text[0] = '\0';
	if (left < window)
		window = left;
	n = r->bad ? 0 : strnlen((const char *)r->data + r->pos, window);
	if (n > HOST_NAME_MAX_LEN)
		return false;
	/* Without the NUL there is less than this: the reader runs short. */
	reader_bytes(r, text, n + 1);
	return true;
}

ssize_t
socks4_parse_request(const void *data, size_t len, struct socks4_request *request)
{
	struct host *dst = &request->dst;
	struct reader r;

	reader_init(&r, data, len);
	if (reader_u8(&r) != SOCKS4_VERSION && len > 0)
		return -EPROTO;
	request->command = reader_u8(&r);
	memset(dst, 0, sizeof(*dst));
	dst->type = HOST_IP;
	dst->endpoint.family = AF_INET;
	dst->endpoint.port = reader_u16(&r);
	reader_bytes(&r, dst->endpoint.ip, 4);
	if (!parse_text(&r, request->user))
		return -EPROTO;
	if (memcmp(dst->endpoint.ip, no_address, 3) == 0 && dst->endpoint.ip[3] != 0) {
		dst->type = HOST_NAME;
		dst->endpoint.family = AF_UNSPEC;
		memset(dst->endpoint.ip, 0, sizeof(dst->endpoint.ip));
		if (!parse_text(&r, dst->name) || (!r.bad && dst->name[0] == '\0'))
			return -EPROTO;
	}
	return r.bad ? 0 : (ssize_t)r.pos;
}

void
socks4_build_answer(struct writer *w, uint8_t code, const struct endpoint *bound)
{
	static const uint8_t any[4];

	writer_u8(w, 0);
	writer_u8(w, code);
	writer_u16(w, bound->port);
	writer_bytes(w, bound->family == AF_INET ? bound->ip : any, 4);
}

ssize_t
socks4_parse_answer(const void *data, size_t len, struct socks4_answer *answer)
{
	struct reader r;
	uint8_t version;

	reader_init(&r, data, len);
	version = reader_u8(&r);
	if (len > 0 && version != 0 && version != SOCKS4_VERSION)
		return -EPROTO;
	answer->code = reader_u8(&r);
	memset(&answer->endpoint, 0, sizeof(answer->endpoint));
	answer->endpoint.family = AF_INET;
	answer->endpoint.port = reader_u16(&r);
	reader_bytes(&r, answer->endpoint.ip, 4);
	return r.bad ? 0 : SOCKS4_ANSWER_SIZE;
}

int
socks4_code_errno(uint8_t code)
{
	switch (code) {
	case SOCKS4_GRANTED:
		return 0;
	case SOCKS4_NO_IDENTD:
	case SOCKS4_OTHER_USER:
		return EACCES;
	default:
		return ECONNREFUSED;
	}
}

const char *
socks4_code_text(uint8_t code)
{
	switch (code) {
	case SOCKS4_GRANTED:
		return "request granted";
	case SOCKS4_REJECTED:
		return "request rejected or failed";
	case SOCKS4_NO_IDENTD:
		return "no identd at the client";
	case SOCKS4_OTHER_USER:
		return "identd names another user";
	default:
		return "unknown code";
	}
}
