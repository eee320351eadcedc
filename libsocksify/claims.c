/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/claims.h"

#include <stdatomic.h>

/*
 * A socket has one place, which its cookie tells, so that two threads cannot miss
 * each other. Cookies are given out in turn: as many sockets as this have places
 * of their own. One whose place is another's is let through unclaimed.
 */
#define CLAIMS	1024

static _Atomic uint64_t claims[CLAIMS];

bool
claims_take(uint64_t cookie)
{
	uint64_t found = 0;

	return cookie == 0 ||
	    atomic_compare_exchange_strong(&claims[cookie % CLAIMS], &found, cookie) ||
	    found != cookie;
}

void
claims_give(uint64_t cookie)
{
	uint64_t mine = cookie;

	if (cookie != 0)
		atomic_compare_exchange_strong(&claims[cookie % CLAIMS], &mine, 0);
}
