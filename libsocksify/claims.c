/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/claims.h"

#include <stdatomic.h>

/* More threads than that in connect(2) at a time are let through unclaimed. */
#define CLAIMS	256

static _Atomic uint64_t claims[CLAIMS];

/* The first claim of @cookie, or CLAIMS. */
static unsigned
find(uint64_t cookie)
{
	unsigned i = 0;

	while (i < CLAIMS && atomic_load(&claims[i]) != cookie)
		i++;
	return i;
}

bool
claims_take(uint64_t cookie)
{
	unsigned mine;
	uint64_t none;

	if (cookie == 0)
		return true;
	do {
		if (find(cookie) < CLAIMS)
			return false;
		mine = find(0);
		if (mine == CLAIMS)
			return true;
		none = 0;
	} while (!atomic_compare_exchange_strong(&claims[mine], &none, cookie));
	/* Another thread may have done the same, further on or before: the first one has it. */
	if (find(cookie) == mine)
		return true;
	atomic_store(&claims[mine], 0);
	return false;
}

void
claims_give(uint64_t cookie)
{
	unsigned mine = cookie == 0 ? CLAIMS : find(cookie);

	if (mine < CLAIMS)
		atomic_store(&claims[mine], 0);
}
