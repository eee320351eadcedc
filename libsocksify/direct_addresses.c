/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/direct_addresses.h"

#include <stdatomic.h>

#include "libsocksify/critical.h"

static struct endpoint addresses[DIRECT_ADDRESSES];
static unsigned next;		/* the place of the one to come */
static _Atomic unsigned count;	/* read without the lock to see whether there are any */

/* Under the lock. */
static bool
has(const struct endpoint *address)
{
	for (unsigned i = 0; i < count; i++) {
		if (endpoint_same_ip(&addresses[i], address))
			return true;
	}
	return false;
}

void
direct_addresses_add(const struct endpoint *address)
{
	struct critical c;

	critical_lock(&c);
	if (!has(address)) {
		addresses[next] = *address;
		next = (next + 1) % DIRECT_ADDRESSES;
		if (count < DIRECT_ADDRESSES)
			count++;
	}
	critical_unlock(&c);
}

bool
direct_addresses_has(const struct endpoint *address)
{
	struct critical c;
	bool found;

	if (atomic_load_explicit(&count, memory_order_acquire) == 0)
		return false;
	critical_lock(&c);
	found = has(address);
	critical_unlock(&c);
	return found;
}
