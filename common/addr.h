/* SPDX-License-Identifier: ISC */
/*
 * Addresses.
 *
 * struct endpoint is an IPv4 or IPv6 address and a port in 20 bytes: what a
 * socket has at either end. struct host is what a SOCKS message can name: an
 * endpoint's address or a domain name, and a port. IPv4-mapped IPv6 addresses
 * become plain IPv4 when an endpoint is made from a sockaddr, so that no rule
 * can be evaded by the spelling of an address.
 */
#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define HOST_NAME_MAX_LEN	255	/* RFC 1928 section 5: one length byte */
/* Room for any text that host_format() makes, with its NUL. */
#define HOST_TEXT_SIZE		(HOST_NAME_MAX_LEN + 8)
#define ENDPOINT_TEXT_SIZE	56

struct endpoint {
	uint8_t		family;		/* AF_INET, AF_INET6; AF_UNSPEC: none */
	uint16_t	port;		/* host order */
	uint8_t		ip[16];		/* network order; IPv4 uses the first 4 */
};

enum host_type {
	HOST_NONE,
	HOST_IP,	/* .endpoint */
	HOST_NAME,	/* .name, .endpoint.port */
};

struct host {
	enum host_type	type;
	struct endpoint	endpoint;
	char		name[HOST_NAME_MAX_LEN + 1];
};

/* 0, or -EAFNOSUPPORT for another family or -EINVAL for a short @len. */
int	 endpoint_from_sockaddr(struct endpoint *e, const struct sockaddr *sa, socklen_t len);
/* Fills @ss and returns its length; an endpoint without a family gives 0. */
socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *ss);
/* As endpoint_to_sockaddr(), but IPv4 as an IPv4-mapped address for an AF_INET6 socket. */
socklen_t endpoint_to_sockaddr_in6(const struct endpoint *e, struct sockaddr_storage *ss);
/* Numeric IPv4 or IPv6 text without a port: 0, or -EINVAL. */
int	 endpoint_parse_ip(struct endpoint *e, const char *text);
bool	 endpoint_equal(const struct endpoint *a, const struct endpoint *b);
bool	 endpoint_same_ip(const struct endpoint *a, const struct endpoint *b);
/* 127.0.0.0/8 and ::1. */
bool	 endpoint_is_loopback(const struct endpoint *e);
/* 0.0.0.0 and ::. */
bool	 endpoint_is_any(const struct endpoint *e);
/* fe80::/10: means nothing without its interface, which an endpoint does not have. */
bool	 endpoint_is_ip6_link_local(const struct endpoint *e);
/* How many bits its address has: 32 or 128. */
unsigned endpoint_bits(const struct endpoint *e);
/* True when the first @prefix bits of the two addresses, of one family, agree. */
bool	 endpoint_in_prefix(const struct endpoint *e, const struct endpoint *net, unsigned prefix);
/* "192.0.2.1:80", "[2001:db8::1]:80"; returns @text, of ENDPOINT_TEXT_SIZE. */
char	*endpoint_format(const struct endpoint *e, char *text);
/* The address alone, without port or brackets. */
char	*endpoint_format_ip(const struct endpoint *e, char *text);

/*
 * "192.0.2.1", "2001:db8::1" or a name becomes a host without a port. A name is
 * taken as it stands: 1 to 255 bytes, no NUL. 0, or -EINVAL.
 */
int	 host_parse(struct host *h, const char *text);
/* "host:port", "[v6]:port" or "host" (port 0): 0, or -EINVAL. */
int	 host_parse_port(struct host *h, const char *text);
uint16_t host_port(const struct host *h);
/* "name:80" or as endpoint_format(); returns @text, of HOST_TEXT_SIZE. */
char	*host_format(const struct host *h, char *text);

/* A port, "0" to "65535" in decimal and nothing else: 0, or -EINVAL. */
int	 port_parse(const char *text, uint16_t *port);

#endif
