/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/socks5.h"

#include <errno.h>
#include <string.h>

#include "common/compiler.h"

/* What a parser returns: the bytes taken, or 0 while the reader ran short. */
static ssize_t
taken(const struct reader *r)
{
	return r->bad ? 0 : (ssize_t)r->pos;
}

/* Whether the first byte has arrived and is not the version expected. */
static bool
wrong_version(const void *data, size_t len, uint8_t version)
{
	return len > 0 && *(const uint8_t *)data != version;
}

ssize_t
socks5_parse_greeting(const void *data, size_t len, struct socks5_greeting *g)
{
	struct reader r;
	const uint8_t *methods;
	uint8_t count;

	if (wrong_version(data, len, SOCKS5_VERSION))
		return -EPROTO;
	reader_init(&r, data, len);
	reader_u8(&r);
	count = reader_u8(&r);
	methods = reader_take(&r, count);
	memset(g, 0, sizeof(*g));
	for (unsigned i = 0; methods != NULL && i < count; i++)
		g->methods[methods[i] / 64] |= 1ull << methods[i] % 64;
	return taken(&r);
}

bool
socks5_offers(const struct socks5_greeting *g, enum socks5_method method)
{
	return (g->methods[method / 64] >> method % 64 & 1) != 0;
}

void
socks5_build_greeting(struct writer *w, const uint8_t *methods, uint8_t count)
{
	writer_u8(w, SOCKS5_VERSION);
	writer_u8(w, count);
	writer_bytes(w, methods, count);
}

/* Two bytes, a version and a value: the shape of both of the server's short answers. */
static ssize_t
parse_pair(const void *data, size_t len, uint8_t version, uint8_t *value)
{
	struct reader r;

	if (wrong_version(data, len, version))
		return -EPROTO;
	reader_init(&r, data, len);
	reader_u8(&r);
	*value = reader_u8(&r);
	return taken(&r);
}

ssize_t
socks5_parse_method(const void *data, size_t len, uint8_t *method)
{
	return parse_pair(data, len, SOCKS5_VERSION, method);
}

void
socks5_build_method(struct writer *w, uint8_t method)
{
	writer_u8(w, SOCKS5_VERSION);
	writer_u8(w, method);
}

/* A length byte and that many bytes of text, at least one and none of them NUL. */
static bool
parse_text(struct reader *r, char *text)
{
	size_t n = reader_u8(r);
	const uint8_t *p = reader_take(r, n);

	text[0] = '\0';
	if (p == NULL)
		return true;
	memcpy(text, p, n);
	text[n] = '\0';
	return n > 0 && memchr(p, '\0', n) == NULL;
}

ssize_t
socks5_parse_auth(const void *data, size_t len, struct socks5_auth *a)
{
	struct reader r;

	if (wrong_version(data, len, SOCKS5_AUTH_VERSION))
		return -EPROTO;
	reader_init(&r, data, len);
	reader_u8(&r);
	if (!parse_text(&r, a->username) || !parse_text(&r, a->password))
		return r.bad ? 0 : -EPROTO;
	return taken(&r);
}

void
socks5_build_auth(struct writer *w, const char *username, const char *password)
{
	writer_u8(w, SOCKS5_AUTH_VERSION);
	writer_string(w, username);
	writer_string(w, password);
}

ssize_t
socks5_parse_auth_status(const void *data, size_t len, uint8_t *status)
{
	return parse_pair(data, len, SOCKS5_AUTH_VERSION, status);
}

void
socks5_build_auth_status(struct writer *w, uint8_t status)
{
	writer_u8(w, SOCKS5_AUTH_VERSION);
	writer_u8(w, status);
}

/* ATYP, address and port: 0, or -errno for what can be no address. */
static int
parse_address(struct reader *r, struct host *h)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	uint8_t atyp = reader_u8(r);

	memset(h, 0, sizeof(*h));
	if (r->bad)
		return 0;
	switch (atyp) {
	case SOCKS5_ATYP_IPV4:
		h->type = HOST_IP;
		reader_bytes(r, &sin.sin_addr, 4);
		endpoint_from_sockaddr(&h->endpoint, (void *)&sin, sizeof(sin));
		break;
	case SOCKS5_ATYP_IPV6:
		h->type = HOST_IP;
		reader_bytes(r, &sin6.sin6_addr, 16);
		endpoint_from_sockaddr(&h->endpoint, (void *)&sin6, sizeof(sin6));
		break;
	case SOCKS5_ATYP_DOMAINNAME:
		h->type = HOST_NAME;
		if (!parse_text(r, h->name) && !r->bad)
			return -EPROTO;
		break;
	default:
		return -EAFNOSUPPORT;
	}
	h->endpoint.port = reader_u16(r);
	return 0;
}

/* VER X RSV and an address: the shape of request and answer. */
static ssize_t
parse_address_message(const void *data, size_t len, uint8_t *value, struct host *h)
{
	struct reader r;
	int error;

	if (wrong_version(data, len, SOCKS5_VERSION))
		return -EPROTO;
	reader_init(&r, data, len);
	reader_u8(&r);
	*value = reader_u8(&r);
	reader_u8(&r);
	error = parse_address(&r, h);
	return error < 0 ? error : taken(&r);
}

static void
build_address(struct writer *w, const struct host *h)
{
	static const uint8_t zero[4];

	if (h->type == HOST_NAME) {
		writer_u8(w, SOCKS5_ATYP_DOMAINNAME);
		writer_string(w, h->name);
	} else if (h->endpoint.family == AF_INET6) {
		writer_u8(w, SOCKS5_ATYP_IPV6);
		writer_bytes(w, h->endpoint.ip, 16);
	} else {
		writer_u8(w, SOCKS5_ATYP_IPV4);
		writer_bytes(w, h->endpoint.family == AF_INET ? h->endpoint.ip : zero, 4);
	}
	writer_u16(w, h->endpoint.port);
}

static void
build_address_message(struct writer *w, uint8_t value, const struct host *h)
{
	writer_u8(w, SOCKS5_VERSION);
	writer_u8(w, value);
	writer_u8(w, 0);
	build_address(w, h);
}

ssize_t
socks5_parse_request(const void *data, size_t len, struct socks5_request *r)
{
	return parse_address_message(data, len, &r->command, &r->dst);
}

void
socks5_build_request(struct writer *w, uint8_t command, const struct host *dst)
{
	build_address_message(w, command, dst);
}

ssize_t
socks5_parse_answer(const void *data, size_t len, struct socks5_answer *a)
{
	return parse_address_message(data, len, &a->reply, &a->bnd);
}

void
socks5_build_answer(struct writer *w, uint8_t reply, const struct host *bnd)
{
	build_address_message(w, reply, bnd);
}

size_t
socks5_address_missing(const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t want;

	/* Five bytes are in the shortest message and tell the length of any. */
	if (len < 5)
		return 5 - len;
	switch (p[3]) {
	case SOCKS5_ATYP_IPV4:
		want = 4 + 4 + 2;
		break;
	case SOCKS5_ATYP_IPV6:
		want = 4 + 16 + 2;
		break;
	case SOCKS5_ATYP_DOMAINNAME:
		want = 4 + 1 + (size_t)p[4] + 2;
		break;
	default:
		return 0;
	}
	return want > len ? want - len : 0;
}

static const struct {
	const char	*text;
	int		 error;
} replies[] = {
	[SOCKS5_SUCCEEDED] = { "succeeded", 0 },
	[SOCKS5_GENERAL_FAILURE] = { "general SOCKS server failure", ECONNREFUSED },
	[SOCKS5_NOT_ALLOWED] = { "connection not allowed by ruleset", EACCES },
	[SOCKS5_NETWORK_UNREACHABLE] = { "network unreachable", ENETUNREACH },
	[SOCKS5_HOST_UNREACHABLE] = { "host unreachable", EHOSTUNREACH },
	[SOCKS5_CONNECTION_REFUSED] = { "connection refused", ECONNREFUSED },
	[SOCKS5_TTL_EXPIRED] = { "TTL expired", ETIMEDOUT },
	[SOCKS5_COMMAND_NOT_SUPPORTED] = { "command not supported", EOPNOTSUPP },
	[SOCKS5_ADDRESS_TYPE_NOT_SUPPORTED] = { "address type not supported", EAFNOSUPPORT },
};

const char *
socks5_reply_text(uint8_t reply)
{
	return reply < ARRAY_SIZE(replies) ? replies[reply].text : "unassigned reply";
}

int
socks5_reply_errno(uint8_t reply)
{
	return reply < ARRAY_SIZE(replies) ? replies[reply].error : ECONNREFUSED;
}

enum socks5_reply
socks5_reply_from_errno(int error)
{
	switch (error) {
	case 0:
		return SOCKS5_SUCCEEDED;
	case EACCES:
	case EPERM:
		return SOCKS5_NOT_ALLOWED;
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
		return SOCKS5_NETWORK_UNREACHABLE;
	case EHOSTUNREACH:
	case EHOSTDOWN:
		return SOCKS5_HOST_UNREACHABLE;
	case ECONNREFUSED:
	case ECONNRESET:
		return SOCKS5_CONNECTION_REFUSED;
	case ETIMEDOUT:
		return SOCKS5_TTL_EXPIRED;
	case EOPNOTSUPP:
		return SOCKS5_COMMAND_NOT_SUPPORTED;
	case EAFNOSUPPORT:
		return SOCKS5_ADDRESS_TYPE_NOT_SUPPORTED;
	default:
		return SOCKS5_GENERAL_FAILURE;
	}
}
