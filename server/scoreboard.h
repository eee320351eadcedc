/* SPDX-License-Identifier: ISC */
/*
 * The scoreboard: one page of shared memory a child. The child alone writes it;
 * its mother, which chooses how many children there are, and the monitor read
 * it. What is read there is used for counting and choosing only, never trusted
 * for more: a child that lies about itself harms no other.
 */
#ifndef SERVER_SCOREBOARD_H
#define SERVER_SCOREBOARD_H

#include <stdatomic.h>
#include <stdint.h>

#define SCORE_PAGE_SIZE	4096

struct score {
	_Atomic uint64_t heartbeat_ms;	/* monotonic: when the loop last turned by the clock */
	_Atomic uint64_t cpu_us;	/* this process has used, user and system */
	_Atomic uint32_t sessions;	/* at present */
	_Atomic uint32_t capacity;	/* how many it takes at once */
	_Atomic uint64_t handled;	/* ended or passed on */
	_Atomic uint64_t failed;	/* of these, without success */
	_Atomic uint64_t bytes_in;	/* io: read from clients and from remote hosts */
	_Atomic uint64_t bytes_out;
	_Atomic uint64_t overdue_ms;	/* monotonic: when its oldest session must be through; 0: never */
	_Atomic uint64_t shortages;	/* how often it had to wait for descriptors or memory */
};

/* Adds to a counter of the own page; there is one writer, so no locked instruction. */
static inline void
score_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

static inline uint64_t
score_get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* A new page: 0 and its descriptor in *fd, or -errno. */
int		 score_create(int *fd);
/* Maps a page: NULL on failure, errno set. */
struct score	*score_map(int fd, int writable);
void		 score_unmap(struct score *score);

#endif
