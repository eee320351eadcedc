/* SPDX-License-Identifier: ISC */
/*
 * The server's side of RFC 1928 and RFC 1929, and of SOCKS4, up to and with the
 * request. The client's first byte is the version.
 *
 * Sans-I/O: bytes go in, what to do next comes out. Bytes may come split or
 * pipelined in any way; what follows the request is left in the buffer for the
 * remote host.
 */
#ifndef SERVER_NEGOTIATION_H
#define SERVER_NEGOTIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/socks5.h"
#include "server/answer.h"
#include "server/rule.h"

/* At least the largest message; what fills it beyond the request is early data. */
#define NEGOTIATION_BUFFER	1024

enum negotiation_state {
	NEGOTIATION_GREETING,	/* waits for VER NMETHODS METHODS, or SOCKS4's VN */
	NEGOTIATION_AUTH,	/* waits for user name and password */
	NEGOTIATION_CHECKING,	/* the password is being checked; bytes wait in the buffer */
	NEGOTIATION_REQUEST,	/* waits for the request */
	NEGOTIATION_REQUEST4,	/* waits for a SOCKS4 client's request, its only message */
	NEGOTIATION_DONE,	/* .request is whole */
	NEGOTIATION_FAILED,	/* .out is the last word to the client; .failure says why */
};

struct negotiation {
	enum negotiation_state	 state;
	uint8_t			 version;	/* SOCKS4_VERSION, or SOCKS5_VERSION */
	enum auth_method	 method;	/* from NEGOTIATION_AUTH or _REQUEST on */
	/*
	 * In NEGOTIATION_CHECKING; wiped after it, but for the name. Of a SOCKS4 client,
	 * in NEGOTIATION_DONE, the name that it gives itself, which proves nothing.
	 */
	struct socks5_auth	 auth;
	struct socks5_request	 request;	/* in NEGOTIATION_DONE */
	uint8_t			 in[NEGOTIATION_BUFFER];
	size_t			 in_len;	/* in NEGOTIATION_DONE: the early data */
	uint8_t			 out[ANSWER_MAX];
	size_t			 out_len;	/* the caller sends these and sets it to 0 */
	const char		*failure;
};

/* @methods, in order of preference, are what the server accepts. */
void	 negotiation_init(struct negotiation *n);
/* Where the next bytes go, and how many fit (0: the buffer is full). */
uint8_t	*negotiation_room(struct negotiation *n, size_t *size);
/*
 * @len bytes were put there (0 is allowed: go on with those at hand). Goes as
 * far as they reach, and returns the state.
 */
enum negotiation_state negotiation_feed(struct negotiation *n, size_t len,
    const enum auth_method *methods, unsigned method_count);
/* The verdict on .auth, in NEGOTIATION_CHECKING; wipes the password. */
enum negotiation_state negotiation_checked(struct negotiation *n, bool ok);
/* Wipes what is secret. */
void	 negotiation_fini(struct negotiation *n);

#endif
