/* SPDX-License-Identifier: ISC */
/*
 * The client's half of SOCKS5 CONNECT, as a state machine over one socket. It is
 * written apart from the project's own codec, which it is there to put under
 * load. It reads each answer to its end and not a byte further, and sends the
 * next message only after it: nothing is pipelined, as programs do not.
 */
#ifndef BENCH_SOCKS_H
#define BENCH_SOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/load.h"

#define SOCKS_BUFFER	520	/* the longest message: RFC 1929 with two strings of 255 */

enum socks_stage { SOCKS_METHOD, SOCKS_STATUS, SOCKS_REPLY, SOCKS_DONE };

struct socks {
	const struct load_options	*options;
	struct sockaddr_in		 target;
	enum socks_stage		 stage;		/* the answer that is waited for */
	bool				 sending;	/* .buffer is ours to send, not theirs */
	uint16_t			 have;		/* bytes sent or received of .buffer */
	uint16_t			 want;		/* of so many */
	uint8_t				 buffer[SOCKS_BUFFER];
};

void	socks_init(struct socks *s, const struct load_options *o, const struct sockaddr_in *target);
/*
 * Goes as far as @fd lets it. 1: the target is reached; 0: call again when @fd is
 * ready (see socks_wants_write()); -errno: failed (EPROTO: nonsense or EOF,
 * ECONNREFUSED: the proxy said no, EACCES: it wants another authentication).
 */
int	socks_step(struct socks *s, int fd);
bool	socks_wants_write(const struct socks *s);

#endif
