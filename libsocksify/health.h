/* SPDX-License-Identifier: ISC */
/*
 * Which proxies have failed lately, known to every process of the tree.
 *
 * A failure is the proxy's own: it cannot be reached, hangs up, says what is no
 * answer, or does not accept our login. What it says of a target, whatever that
 * is, shows that it works. After route.maxfail failures in a row it is bad for
 * route.badexpire seconds; then it gets as many chances again.
 *
 * Lock-free: safe in signal handlers, across fork, and when a process is killed
 * at any point.
 */
#ifndef LIBSOCKSIFY_HEALTH_H
#define LIBSOCKSIFY_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct health_table;
struct settings;

/* Names the table that all calls below use, which stays mapped. Without one nothing is bad. */
void	 health_use(struct health_table *table);
/* The clock of all times here, in milliseconds: it is the same in every process. */
int64_t	 health_now(void);
/* Proxy @index has failed. */
void	 health_failed(const struct settings *settings, unsigned index, int64_t now);
/* It has answered. */
void	 health_worked(unsigned index);
bool	 health_is_bad(const struct settings *settings, unsigned index, int64_t now);
/* When it failed last; 0: it works, as far as is known. */
int64_t	 health_last_failure(unsigned index);

#endif
