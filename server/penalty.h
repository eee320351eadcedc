/* SPDX-License-Identifier: ISC */
/*
 * A growing delay for an address whose passwords fail.
 *
 * Lives in memory that several processes share: each calls penalty_init() on its
 * own mapping of it. No locks: the fields are atomic, and the worst that a race
 * or a process killed in the middle leaves is one address's count being wrong
 * until it is forgotten. The table has a fixed size; a flood of addresses makes
 * it forget the oldest ones and never makes it grow.
 *
 * An address is a whole IPv4 address or the first 64 bits of an IPv6 one, for
 * that is what one customer has. Time is passed in: monotonic milliseconds, of
 * one clock for all the processes.
 */
#ifndef SERVER_PENALTY_H
#define SERVER_PENALTY_H

#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"

#define PENALTY_FIRST_MS	250	/* after the first failure; doubles with every other */
#define PENALTY_MAX_MS		8000
#define PENALTY_FORGET_MS	300000	/* without a failure for so long, an address starts anew */

/* A good size for the shared memory: 8192 addresses. */
#define PENALTY_REGION_SIZE	(8192 * 16 + 64)

/*
 * Makes this process use @mem, which must outlive it, be zeroed by whoever made it,
 * be aligned to 8 bytes and have the same @size for all. 0, -EINVAL for memory too
 * small or badly aligned, or -errno when the system gives no random bytes.
 */
int		 penalty_init(void *mem, size_t size);

/*
 * Milliseconds until a password from @addr may be checked; 0: now. To be asked right
 * before each check, also of those that have waited: many sessions of one address
 * that wait together are then held up again by the failure of the first of them.
 */
unsigned	 penalty_wait_ms(uint64_t now_ms, const struct endpoint *addr);
void		 penalty_failed(uint64_t now_ms, const struct endpoint *addr);
/*
 * Forgets half the failures of @addr. Who has one good password could otherwise use
 * it between guesses at another's, and never wait.
 */
void		 penalty_succeeded(const struct endpoint *addr);

#endif
