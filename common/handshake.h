/* SPDX-License-Identifier: ISC */
/*
 * The client's side of SOCKS5: greeting, method, username and password, request,
 * answer; and of SOCKS4, SOCKS4A and HTTP's CONNECT, which are request and answer
 * alone. No I/O: the caller alternates between sending what handshake_output()
 * has and receiving exactly as many bytes as handshake_wants() says, so that not
 * a byte of what the target sends after the answer is taken. Each message is
 * sent after the answer to the one before it, because servers are found that
 * read one message per recv(2).
 *
 * With a username only that method is offered, unless the caller says otherwise:
 * offering "none" beside it would let whoever answers decide that nobody need
 * prove anything.
 */
#ifndef COMMON_HANDSHAKE_H
#define COMMON_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/http_connect.h"
#include "common/socks5.h"

enum handshake_protocol {
	HANDSHAKE_SOCKS5,
	HANDSHAKE_SOCKS4,	/* IPv4 addresses only */
	HANDSHAKE_SOCKS4A,	/* these, and names */
	HANDSHAKE_HTTP,
	HANDSHAKE_PROTOCOLS,
};

/* Which answer is awaited, or how it ended. */
enum handshake_phase {
	HANDSHAKE_METHOD,
	HANDSHAKE_LOGIN,	/* RFC 1929 */
	HANDSHAKE_ANSWER,
	HANDSHAKE_DONE,
	HANDSHAKE_FAILED,
};

/* Why it failed. */
enum handshake_cause {
	HANDSHAKE_NO_CAUSE,
	HANDSHAKE_TRANSPORT,	/* the connection did: .detail is the kernel's errno */
	HANDSHAKE_HANGUP,	/* the server ended it before its answer was whole */
	HANDSHAKE_MALFORMED,	/* what came is no answer */
	HANDSHAKE_NO_METHOD,	/* none that both sides know: RFC 1928 section 3, X'FF' */
	HANDSHAKE_LOGIN_REFUSED,
	HANDSHAKE_REFUSED,	/* the answer to the request: .detail is its REP */
	HANDSHAKE_REFUSED_4,	/* likewise: its CD, of SOCKS4 */
	HANDSHAKE_REFUSED_HTTP,	/* likewise: its status */
	HANDSHAKE_UNSPEAKABLE,	/* it does not fit into the protocol: .detail is an errno */
	HANDSHAKE_ABANDONED,	/* by the caller, for .detail, an errno */
	HANDSHAKE_CAUSES,
};

/* How a login may be made with SOCKS5: bits. */
enum { HANDSHAKE_OFFER_NONE = 1, HANDSHAKE_OFFER_USERNAME = 2 };

/* Whom we talk to. */
struct handshake_server {
	enum handshake_protocol	 protocol;
	uint8_t			 offers;	/* HANDSHAKE_OFFER_*; 0: what the credentials suggest */
	const char		*username;	/* no longer than 255 bytes; "": none */
	const char		*password;	/* likewise */
};

struct handshake {
	enum handshake_phase	 phase;
	enum handshake_phase	 last;		/* the phase before this one; ended: the last one */
	enum handshake_cause	 cause;		/* FAILED */
	int			 detail;	/* FAILED: see the cause */
	int			 error;		/* FAILED: a positive errno for connect(2) */
	uint8_t			 reply;		/* REP or CD of the answer, once there is one */
	uint8_t			 command;
	struct handshake_server	 server;	/* its texts are the caller's; .offers not 0 */
	const struct host	*dst;		/* the caller's */
	struct host		 bnd;		/* DONE, SOCKS5: BND.ADDR and BND.PORT */
	struct http_answer	 http;		/* as far as it has been received */
	bool			 outgoing;	/* the message below is ours */
	uint16_t		 len;		/* bytes of the message */
	uint16_t		 pos;		/* of these, sent */
	uint8_t			 message[HTTP_CONNECT_MAX];	/* the largest of all */
};

/* Begins. The texts of @server, and @dst, are borrowed until the end. */
void	 handshake_start(struct handshake *h, uint8_t command, const struct host *dst,
	    const struct handshake_server *server);
/* What is to be sent next: how many bytes, and where. 0: the server's turn, or the end. */
size_t	 handshake_output(const struct handshake *h, const uint8_t **data);
/* That the first @n bytes of the output have been sent. */
void	 handshake_sent(struct handshake *h, size_t n);
/* How many bytes must be received next, and where to. 0: our turn, or the end. */
size_t	 handshake_wants(struct handshake *h, uint8_t **room);
/* That @n bytes, no more than wanted, have been received there. */
void	 handshake_received(struct handshake *h, size_t n);
/* That it cannot go on. */
void	 handshake_fail(struct handshake *h, enum handshake_cause cause, int detail);
/* The errno, positive, that a program would see of connect(2) for the same cause. */
int	 handshake_errno(enum handshake_cause cause, int detail);
bool	 handshake_ended(const struct handshake *h);
/* Wipes what the message buffer held. */
void	 handshake_fini(struct handshake *h);
/* "greeting", "authentication" and so on, for people. */
const char *handshake_phase_text(enum handshake_phase phase);

#endif
