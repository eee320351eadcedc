/* SPDX-License-Identifier: ISC */
/*
 * The messages of SOCKS version 5 (RFC 1928) and of its username/password
 * sub-negotiation (RFC 1929), both sides.
 *
 * Parsers do no I/O. Each looks at the @len bytes that have arrived and returns
 * how many of them the message takes (> 0), 0 when more must come, or a
 * negative errno: -EPROTO for bytes that can be no such message, or what its
 * own comment says. Nothing is consumed: the bytes behind the message are the
 * caller's. Builders append to a writer, whose sticky error tells a lack of room.
 */
#ifndef COMMON_SOCKS5_H
#define COMMON_SOCKS5_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/addr.h"
#include "common/cursor.h"

#define SOCKS5_VERSION		0x05
#define SOCKS5_AUTH_VERSION	0x01	/* RFC 1929 section 2 */

/* The largest of each message, in bytes. */
#define SOCKS5_GREETING_MAX	(2 + 255)
#define SOCKS5_AUTH_MAX		(3 + 255 + 255)
#define SOCKS5_REQUEST_MAX	(4 + 1 + 255 + 2)
#define SOCKS5_REPLY_MAX	SOCKS5_REQUEST_MAX
#define SOCKS5_MESSAGE_MAX	SOCKS5_AUTH_MAX

enum socks5_method {
	SOCKS5_METHOD_NONE = 0x00,
	SOCKS5_METHOD_GSSAPI = 0x01,
	SOCKS5_METHOD_USERNAME = 0x02,
	SOCKS5_METHOD_NO_ACCEPTABLE = 0xff,
};

enum socks5_command {
	SOCKS5_CONNECT = 0x01,
	SOCKS5_BIND = 0x02,
	SOCKS5_UDP_ASSOCIATE = 0x03,
};

enum socks5_atyp {
	SOCKS5_ATYP_IPV4 = 0x01,
	SOCKS5_ATYP_DOMAINNAME = 0x03,
	SOCKS5_ATYP_IPV6 = 0x04,
};

/* RFC 1928 section 6, field REP. */
enum socks5_reply {
	SOCKS5_SUCCEEDED = 0x00,
	SOCKS5_GENERAL_FAILURE = 0x01,
	SOCKS5_NOT_ALLOWED = 0x02,
	SOCKS5_NETWORK_UNREACHABLE = 0x03,
	SOCKS5_HOST_UNREACHABLE = 0x04,
	SOCKS5_CONNECTION_REFUSED = 0x05,
	SOCKS5_TTL_EXPIRED = 0x06,
	SOCKS5_COMMAND_NOT_SUPPORTED = 0x07,
	SOCKS5_ADDRESS_TYPE_NOT_SUPPORTED = 0x08,
};

/* The methods a client offers: one bit each of the 256. */
struct socks5_greeting {
	uint64_t	methods[4];
};

struct socks5_auth {
	char	username[256];	/* 1 to 255 bytes, no NUL */
	char	password[256];
};

struct socks5_request {
	uint8_t		command;	/* enum socks5_command, or one that we do not know */
	struct host	dst;		/* DST.ADDR and DST.PORT */
};

struct socks5_answer {
	uint8_t		reply;		/* enum socks5_reply, or one that we do not know */
	struct host	bnd;		/* BND.ADDR and BND.PORT */
};

/* Greeting: VER NMETHODS METHODS. */
ssize_t	socks5_parse_greeting(const void *data, size_t len, struct socks5_greeting *g);
bool	socks5_offers(const struct socks5_greeting *g, enum socks5_method method);
void	socks5_build_greeting(struct writer *w, const uint8_t *methods, uint8_t count);

/* The server's choice: VER METHOD. */
ssize_t	socks5_parse_method(const void *data, size_t len, uint8_t *method);
void	socks5_build_method(struct writer *w, uint8_t method);

/*
 * RFC 1929: VER ULEN UNAME PLEN PASSWD. An empty name or password, or one with
 * a NUL in it, is -EPROTO. The caller wipes @a after use.
 */
ssize_t	socks5_parse_auth(const void *data, size_t len, struct socks5_auth *a);
void	socks5_build_auth(struct writer *w, const char *username, const char *password);

/* RFC 1929: VER STATUS; any status but 0 is failure. */
ssize_t	socks5_parse_auth_status(const void *data, size_t len, uint8_t *status);
void	socks5_build_auth_status(struct writer *w, uint8_t status);

/*
 * VER CMD RSV ATYP DST.ADDR DST.PORT. An address type that RFC 1928 does not
 * know is -EAFNOSUPPORT (reply 8), whatever follows it; an empty name, or one
 * with a NUL in it, is -EPROTO. IPv4-mapped addresses come out as IPv4.
 */
ssize_t	socks5_parse_request(const void *data, size_t len, struct socks5_request *r);
void	socks5_build_request(struct writer *w, uint8_t command, const struct host *dst);

/* VER REP RSV ATYP BND.ADDR BND.PORT; errors as for the request. */
ssize_t	socks5_parse_answer(const void *data, size_t len, struct socks5_answer *a);
/* A @bnd without an address (HOST_NONE or AF_UNSPEC) is sent as 0.0.0.0:0. */
void	socks5_build_answer(struct writer *w, uint8_t reply, const struct host *bnd);

/*
 * How many bytes more the message that starts with these @len bytes wants at
 * least, so that a reader can take exactly one message and not a byte of what
 * follows it. For request and answer alike; 0 when complete or malformed.
 */
size_t	socks5_address_missing(const void *data, size_t len);

/* "connection refused" and so on, for people; never NULL. */
const char *socks5_reply_text(uint8_t reply);
/*
 * The errno that a program's connect(2) would see for the same failure; the
 * replies that name no cause (1 and the unassigned) are ECONNREFUSED.
 */
int	socks5_reply_errno(uint8_t reply);
/* The reply that says what this errno (positive) says. */
enum socks5_reply socks5_reply_from_errno(int error);

#endif
