/* SPDX-License-Identifier: ISC */
/* The start of the library, and what it does around a fork. */
#ifndef LIBSOCKSIFY_INIT_H
#define LIBSOCKSIFY_INIT_H

#include <stdbool.h>

/*
 * Whether there is anything to do: settings, or the wish for some that cannot be
 * had. Starts the library if its constructor has not run yet; before libc itself
 * has been started, it cannot be told.
 */
bool	 init_active(void);

#endif
