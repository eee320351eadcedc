/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void
endpoint_set_ip6(struct endpoint *e, const uint8_t *ip)
{
	memset(e->ip, 0, sizeof(e->ip));
	if (memcmp(ip, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		e->family = AF_INET;
		memcpy(e->ip, ip + sizeof(mapped_prefix), 4);
	} else {
		e->family = AF_INET6;
		memcpy(e->ip, ip, 16);
	}
}

int
endpoint_from_sockaddr(struct endpoint *e, const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(e, 0, sizeof(*e));
	if (len < sizeof(sa->sa_family))
		return -EINVAL;
	switch (sa->sa_family) {
	case AF_INET:
		if (len < sizeof(sin))
			return -EINVAL;
		memcpy(&sin, sa, sizeof(sin));
		e->family = AF_INET;
		e->port = ntohs(sin.sin_port);
		memcpy(e->ip, &sin.sin_addr, 4);
		return 0;
	case AF_INET6:
		/* RFC 2133's shorter form has no sin6_scope_id; the kernel takes it. */
		if (len < offsetof(struct sockaddr_in6, sin6_scope_id))
			return -EINVAL;
		memset(&sin6, 0, sizeof(sin6));
		memcpy(&sin6, sa, len < sizeof(sin6) ? len : sizeof(sin6));
		e->port = ntohs(sin6.sin6_port);
		endpoint_set_ip6(e, sin6.sin6_addr.s6_addr);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

socklen_t
endpoint_to_sockaddr_in6(const struct endpoint *e, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(e->port) };

	if (e->family == AF_INET) {
		memcpy(sin6.sin6_addr.s6_addr, mapped_prefix, sizeof(mapped_prefix));
		memcpy(sin6.sin6_addr.s6_addr + sizeof(mapped_prefix), e->ip, 4);
	} else {
		memcpy(sin6.sin6_addr.s6_addr, e->ip, 16);
	}
	memset(ss, 0, sizeof(*ss));
	memcpy(ss, &sin6, sizeof(sin6));
	return sizeof(sin6);
}

socklen_t
endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *ss)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(e->port) };

	switch (e->family) {
	case AF_INET:
		memcpy(&sin.sin_addr, e->ip, 4);
		memset(ss, 0, sizeof(*ss));
		memcpy(ss, &sin, sizeof(sin));
		return sizeof(sin);
	case AF_INET6:
		return endpoint_to_sockaddr_in6(e, ss);
	default:
		memset(ss, 0, sizeof(*ss));
		return 0;
	}
}

int
endpoint_parse_ip(struct endpoint *e, const char *text)
{
	uint8_t ip[16];

	memset(e, 0, sizeof(*e));
	if (inet_pton(AF_INET, text, ip) == 1) {
		e->family = AF_INET;
		memcpy(e->ip, ip, 4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, ip) == 1) {
		endpoint_set_ip6(e, ip);
		return 0;
	}
	return -EINVAL;
}

bool
endpoint_is_ip6_link_local(const struct endpoint *e)
{
	return e->family == AF_INET6 && e->ip[0] == 0xfe && (e->ip[1] & 0xc0) == 0x80;
}

unsigned
endpoint_bits(const struct endpoint *e)
{
	return e->family == AF_INET ? 32 : 128;
}

bool
endpoint_same_ip(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family &&
	    memcmp(a->ip, b->ip, endpoint_bits(a) / 8) == 0;
}

bool
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return endpoint_same_ip(a, b) && a->port == b->port;
}

bool
endpoint_in_prefix(const struct endpoint *e, const struct endpoint *net, unsigned prefix)
{
	unsigned bytes = prefix / 8, rest = prefix % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (e->family != net->family || prefix > endpoint_bits(e))
		return false;
	if (memcmp(e->ip, net->ip, bytes) != 0)
		return false;
	return rest == 0 || ((e->ip[bytes] ^ net->ip[bytes]) & mask) == 0;
}

bool
endpoint_is_loopback(const struct endpoint *e)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (e->family == AF_INET)
		return e->ip[0] == 127;
	return e->family == AF_INET6 && memcmp(e->ip, one, sizeof(one)) == 0;
}

bool
endpoint_is_any(const struct endpoint *e)
{
	static const uint8_t zero[16];

	return e->family != AF_UNSPEC &&
	    memcmp(e->ip, zero, endpoint_bits(e) / 8) == 0;
}

char *
endpoint_format_ip(const struct endpoint *e, char *text)
{
	if (e->family == AF_UNSPEC ||
	    inet_ntop(e->family, e->ip, text, ENDPOINT_TEXT_SIZE) == NULL)
		strcpy(text, "none");
	return text;
}

char *
endpoint_format(const struct endpoint *e, char *text)
{
	char ip[ENDPOINT_TEXT_SIZE];

	endpoint_format_ip(e, ip);
	snprintf(text, ENDPOINT_TEXT_SIZE, e->family == AF_INET6 ? "[%.45s]:%u" : "%.45s:%u",
	    ip, e->port);
	return text;
}

int
host_parse(struct host *h, const char *text)
{
	size_t n = strlen(text);

	memset(h, 0, sizeof(*h));
	if (endpoint_parse_ip(&h->endpoint, text) == 0) {
		h->type = HOST_IP;
		return 0;
	}
	if (n == 0 || n > HOST_NAME_MAX_LEN)
		return -EINVAL;
	h->type = HOST_NAME;
	memcpy(h->name, text, n + 1);
	return 0;
}

int
port_parse(const char *text, uint16_t *port)
{
	unsigned long v = 0;
	size_t n = strlen(text);

	if (n == 0 || n > 5 || strspn(text, "0123456789") != n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned long)(text[i] - '0');
	if (v > UINT16_MAX)
		return -EINVAL;
	*port = (uint16_t)v;
	return 0;
}

/*
 * host_split() - where the host ends and the port begins in "host:port"
 *
 * A bare IPv6 address has colons of its own, so a port after one needs
 * brackets. *port is NULL when there is none. 0, or -EINVAL.
 */
static int
host_split(const char *text, char *host, size_t size, const char **port)
{
	const char *start = text, *end;

	if (text[0] == '[') {
		start = text + 1;
		end = strchr(start, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		*port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end == NULL || strchr(end + 1, ':') != NULL)
			end = text + strlen(text);
		*port = *end == ':' ? end + 1 : NULL;
	}
	if ((size_t)(end - start) >= size)
		return -EINVAL;
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';
	return 0;
}

int
host_parse_port(struct host *h, const char *text)
{
	char name[HOST_NAME_MAX_LEN + 1];
	const char *port;

	if (host_split(text, name, sizeof(name), &port) < 0 || host_parse(h, name) < 0)
		return -EINVAL;
	/* More than one colon is for IPv6 addresses; no name has any. */
	if (h->type == HOST_NAME && strchr(name, ':') != NULL)
		return -EINVAL;
	return port == NULL ? 0 : port_parse(port, &h->endpoint.port);
}

uint16_t
host_port(const struct host *h)
{
	return h->endpoint.port;
}

char *
host_format(const struct host *h, char *text)
{
	if (h->type == HOST_NAME)
		snprintf(text, HOST_TEXT_SIZE, "%s:%u", h->name, h->endpoint.port);
	else
		endpoint_format(&h->endpoint, text);
	return text;
}
