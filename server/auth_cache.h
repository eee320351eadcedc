/* SPDX-License-Identifier: ISC */
/*
 * Remembers for some seconds that a name and its password were right, so that a
 * client's hundred connections do not pay for a hundred password hashes. One cache
 * a process; fixed size, the entry that ends first gives way.
 *
 * What is kept is a hash of name and password under a random key which never leaves
 * the process: neither can be read out of it, nor tried against it elsewhere. A hit
 * does not prolong an entry, so a password that was changed is honoured for so many
 * seconds at most. Failures are not remembered. Time is passed in: monotonic
 * milliseconds.
 */
#ifndef SERVER_AUTH_CACHE_H
#define SERVER_AUTH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Starts empty with a new key, remembering for @seconds; 0 remembers nothing.
 * May be called again. 0, or -errno when the system gives no random bytes: the
 * cache then remembers nothing.
 */
int	 auth_cache_init(unsigned seconds);
/* Whether this very pair was stored less than the cache's seconds ago. */
bool	 auth_cache_hit(uint64_t now_ms, const char *name, const char *password);
void	 auth_cache_store(uint64_t now_ms, const char *name, const char *password);
/* Forgets everything; to be called at every reload. */
void	 auth_cache_clear(void);

#endif
