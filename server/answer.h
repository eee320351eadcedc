/* SPDX-License-Identifier: ISC */
/*
 * The server's answer to a request, in the client's version of SOCKS. Pure.
 */
#ifndef SERVER_ANSWER_H
#define SERVER_ANSWER_H

#include <stdint.h>

#include "common/addr.h"
#include "common/cursor.h"
#include "common/socks5.h"

/* Room for an answer of either version, in bytes. */
#define ANSWER_MAX	SOCKS5_REPLY_MAX

/*
 * Appends @reply with the address @bound, which may have no family. SOCKS4 tells
 * success from failure and no more: its codes 92 and 93 speak of an identd, which
 * is not asked.
 */
void	 answer_build(struct writer *w, uint8_t version, enum socks5_reply reply,
	    const struct endpoint *bound);

#endif
