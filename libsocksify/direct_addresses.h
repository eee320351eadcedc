/* SPDX-License-Identifier: ISC */
/*
 * The addresses that the C library's resolver gave the program for names that go
 * direct: connect(2) has only the address, and goes where the name would. Of this
 * process, and of those that it forks.
 */
#ifndef LIBSOCKSIFY_DIRECT_ADDRESSES_H
#define LIBSOCKSIFY_DIRECT_ADDRESSES_H

#include <stdbool.h>

#include "common/addr.h"

#define DIRECT_ADDRESSES	512	/* of more, those that were added last are kept */

/* Ports do not count. */
void	 direct_addresses_add(const struct endpoint *address);
bool	 direct_addresses_has(const struct endpoint *address);

#endif
