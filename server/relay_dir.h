/* SPDX-License-Identifier: ISC */
/* One direction of a relay: how bytes get from one socket to another. Used by relay.c only. */
#ifndef SERVER_RELAY_DIR_H
#define SERVER_RELAY_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool_pipe;

enum relay_dir_state {
	RELAY_COPY,	/* holds nothing; the next bytes are copied */
	RELAY_BACKLOG,	/* what the destination did not take waits in memory; not read */
	RELAY_SPLICE,	/* holds nothing; the next bytes are spliced */
	RELAY_PIPED,	/* what the destination did not take waits in a pipe; not read */
	RELAY_ENDED,	/* the end of the stream was read, or the session has ended */
};

struct relay_dir {
	union {
		struct pool_pipe	*pipe;	/* RELAY_PIPED */
		unsigned char		*data;	/* RELAY_BACKLOG: from malloc */
	} held;
	uint32_t	 held_from;	/* RELAY_BACKLOG: the first byte not sent yet */
	uint32_t	 held_len;	/* bytes not sent yet */
	int		 from_fd, to_fd;	/* owned by the relay */
	uint8_t		 state;		/* enum relay_dir_state */
	uint8_t		 full_reads;	/* in a row, while copying */
	bool		 readable;	/* the source may have more */
	bool		 writable;	/* the destination has made room since it refused bytes */
	bool		 hangup;	/* the end of the stream is in the source's queue */
};

enum relay_pumped {
	RELAY_PUMP_WAITS,	/* for the events of relay_dir_interest() */
	RELAY_PUMP_MORE,	/* has had its share of this turn, and there may be more */
	RELAY_PUMP_END,		/* the source has ended and all of it is written: now ENDED */
	RELAY_PUMP_READ_FAILED,
	RELAY_PUMP_WRITE_FAILED,
};

/* What a call of relay_dir_pump() has done. */
struct relay_moved {
	size_t	 read, written;		/* bytes */
	int	 error;			/* of a failure: a positive errno */
};

enum relay_pumped relay_dir_pump(struct relay_dir *d, struct relay_moved *moved);

/* What it waits for: LOOP_READ of the source, LOOP_WRITE of the destination, or 0. */
unsigned relay_dir_interest(const struct relay_dir *d);

/*
 * Holds a copy of @len bytes, to be written before anything else. Only in
 * RELAY_COPY. 0, -ENOMEM or -EMSGSIZE.
 */
int	 relay_dir_hold(struct relay_dir *d, const void *data, size_t len);

/*
 * Ends it wherever it is and gives back what it holds. Returns whether bytes
 * were lost by that: held ones, or unread ones that it knows of.
 */
bool	 relay_dir_abandon(struct relay_dir *d);

#endif
