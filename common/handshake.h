/* SPDX-License-Identifier: ISC */
/*
 * The client's side of SOCKS5: greeting, method, username and password, request,
 * answer. No I/O: the caller alternates between sending what handshake_output()
 * has and receiving exactly as many bytes as handshake_wants() says, so that not
 * a byte of what the target sends after the answer is taken. Each message is
 * sent after the answer to the one before it, because servers are found that
 * read one message per recv(2).
 *
 * With a username only that method is offered: offering "none" beside it would
 * let whoever answers decide that nobody need prove anything.
 */
#ifndef COMMON_HANDSHAKE_H
#define COMMON_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/socks5.h"

/* Which answer is awaited, or how it ended. */
enum handshake_phase {
	HANDSHAKE_METHOD,
	HANDSHAKE_LOGIN,	/* RFC 1929 */
	HANDSHAKE_ANSWER,
	HANDSHAKE_DONE,
	HANDSHAKE_FAILED,
};

struct handshake {
	enum handshake_phase	 phase;
	int			 error;		/* FAILED: a positive errno for connect(2) */
	uint8_t			 reply;		/* REP of the answer, once there is one */
	uint8_t			 command;
	const char		*username;	/* the caller's; "": none */
	const char		*password;	/* the caller's */
	const struct host	*dst;		/* the caller's */
	struct host		 bnd;		/* DONE: BND.ADDR and BND.PORT */
	bool			 sending;	/* the message below is ours */
	uint16_t		 len;		/* bytes of the message */
	uint16_t		 pos;		/* of these, sent */
	uint8_t			 message[SOCKS5_MESSAGE_MAX];
};

/*
 * Begins. @username, @password (neither longer than 255 bytes, both "" for no
 * authentication) and @dst are borrowed until the end.
 */
void	 handshake_start(struct handshake *h, uint8_t command, const struct host *dst,
	    const char *username, const char *password);
/* What is to be sent next: how many bytes, and where. 0: the server's turn, or the end. */
size_t	 handshake_output(const struct handshake *h, const uint8_t **data);
/* That the first @n bytes of the output have been sent. */
void	 handshake_sent(struct handshake *h, size_t n);
/* How many bytes must be received next, and where to. 0: our turn, or the end. */
size_t	 handshake_wants(struct handshake *h, uint8_t **room);
/* That @n bytes, no more than wanted, have been received there. */
void	 handshake_received(struct handshake *h, size_t n);
/* That the transport has failed or ended, with a positive errno. */
void	 handshake_fail(struct handshake *h, int error);
bool	 handshake_ended(const struct handshake *h);
/* Wipes what the message buffer held. */
void	 handshake_fini(struct handshake *h);
/* "method", "login" and so on, for people. */
const char *handshake_phase_text(enum handshake_phase phase);

#endif
