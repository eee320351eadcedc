/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/leg.h"

#include "libsocksify/health.h"

static const struct proxy *
candidate(const struct route *route, unsigned i)
{
	return &route->settings->proxies[route->candidates[i]];
}

static bool
is_local(const struct proxy *proxy)
{
	return proxy->address_count == 0;
}

/* The bits of reach that its addresses ask for. */
static unsigned
families(const struct proxy *proxy)
{
	unsigned found = 0;

	for (unsigned i = 0; i < proxy->address_count; i++)
		found |= proxy->addresses[i].family == AF_INET ? LEG_REACHES_4 : LEG_REACHES_6;
	return found;
}

/* Whether it is one for a socket of that reach. */
static bool
is_reached(const struct route *route, unsigned i, unsigned reach)
{
	unsigned asked = families(candidate(route, i));

	if ((asked & ~reach) == 0)
		return true;
	return (asked & reach) != 0 &&
	    !health_is_bad(route->settings, route->candidates[i], health_now());
}

bool
leg_leaves_out(const struct route *leg, unsigned reach)
{
	for (unsigned i = 0; i < leg->candidate_count; i++) {
		if ((families(candidate(leg, i)) & ~reach) != 0)
			return true;
	}
	return false;
}

unsigned
leg_cut(const struct route *whole, unsigned first, unsigned reach, struct route *leg, int *domain)
{
	unsigned next = first;

	*leg = *whole;
	leg->candidate_count = 0;
	*domain = 0;
	if (is_local(candidate(whole, first))) {
		*domain = AF_UNIX;
		leg->candidates[leg->candidate_count++] = whole->candidates[next++];
		return next;
	}
	/* One socket for all of them, that the helper may go on from each to the next. */
	while (next < whole->candidate_count && !is_local(candidate(whole, next))) {
		if (!is_reached(whole, next, reach))
			*domain = AF_INET6;
		leg->candidates[leg->candidate_count++] = whole->candidates[next++];
	}
	return next;
}
