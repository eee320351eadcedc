/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/leg.h"

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

/* Whether any of its addresses can be reached. */
static bool
is_reached(const struct proxy *proxy, unsigned reach)
{
	for (unsigned i = 0; i < proxy->address_count; i++) {
		if ((reach & (proxy->addresses[i].family == AF_INET ? LEG_REACHES_4 :
		    LEG_REACHES_6)) != 0)
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
	*domain = is_local(candidate(whole, first)) ? AF_UNIX : 0;
	do {
		if (*domain == 0 && !is_reached(candidate(whole, next), reach))
			*domain = AF_INET6;
		leg->candidates[leg->candidate_count++] = whole->candidates[next++];
	} while (*domain != AF_UNIX && next < whole->candidate_count &&
	    !is_local(candidate(whole, next)));
	return next;
}
