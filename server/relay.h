/* SPDX-License-Identifier: ISC */
/*
 * Relaying bytes between a client and a remote host, both connected TCP sockets.
 */
#ifndef SERVER_RELAY_H
#define SERVER_RELAY_H

#include <stddef.h>
#include <stdint.h>

#include "server/loop.h"

enum { RELAY_CLIENT = 0, RELAY_REMOTE = 1 };	/* the other side is !side */

enum relay_end {
	RELAY_CLOSED,		/* both directions have ended */
	RELAY_ERROR,		/* .error is the errno, .end_side whose socket gave it */
	RELAY_IO_TIMEOUT,	/* nothing moved for the idle time */
	RELAY_FIN_TIMEOUT,	/* one direction had ended, the other did not in time */
	RELAY_KILLED,		/* relay_kill() */
};

struct relay_dir;		/* see relay.c */

struct relay {
	/* Set by relay_start(); read by the callback. The rest is relay.c's. */
	int			 fd[2];		/* by side; owned here until the end */
	uint64_t		 bytes_read[2];	/* from that side */
	uint64_t		 bytes_written[2]; /* to that side */
	enum relay_end		 end;
	int			 end_side;	/* which side ended first, or failed */
	int			 error;
	/* more: see relay.c */
};

#endif
