/* SPDX-License-Identifier: ISC */
/*
 * Names and the reserved addresses that stand for them, in a table shared by
 * every process of the tree. Lock-free: safe in signal handlers, across fork, and
 * when a process is killed at any point.
 *
 * The ranges are 198.18.0.0/15 and fd28:d2e5:18af:b11d::/64 unless the settings
 * name others. There is room for as many names as the smaller range has
 * addresses, less two, and for 131070 at most.
 */
#ifndef LIBSOCKSIFY_NAMES_H
#define LIBSOCKSIFY_NAMES_H

#include <stdbool.h>

#include "common/addr.h"

struct name_table;
struct settings;

/*
 * Names the table that all the calls below use, in shared memory that stays
 * mapped. Without one, or with NULL, the table is full and knows nothing.
 */
void	 names_use(struct name_table *table);
/*
 * Takes the ranges from @settings, before there are threads; every process that
 * uses the table must take the same.
 */
void	 names_reserve(const struct settings *settings);
/*
 * The address that stands for @name (1 to 255 bytes, compared without regard to
 * case) in @family, AF_INET or AF_INET6; made on first use. 0, -EINVAL, or
 * -ENOSPC when the table is full.
 */
int	 names_address(const char *name, int family, struct endpoint *address);
/* Whether the address lies in the reserved ranges, known or not. */
bool	 names_is_reserved(const struct endpoint *address);
/* Copies the name that @address stands for into @name (HOST_NAME_MAX_LEN + 1): 0, or -ENOENT. */
int	 names_lookup(const struct endpoint *address, char *name);

#endif
