/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/scale.h"

#include <stdbool.h>

void
scale_count(struct scale_load *load, uint64_t sessions, uint64_t capacity, unsigned busy)
{
	if (load->working == 0 || busy < load->idlest)
		load->idlest = busy;
	load->working++;
	load->busy += busy;
	load->used += sessions;
	load->places += capacity;
	load->one = capacity;
}

static bool
too_few(const struct scale_load *load, unsigned processors)
{
	uint64_t free_places = load->used < load->places ? load->places - load->used : 0;

	return free_places < load->one / 4 ||
	    (load->idlest >= SCALE_BUSY_PERCENT && load->working < processors);
}

/* Whether one less would still be less than half as loaded as calls for one more. */
static bool
too_many(const struct scale_load *load)
{
	return load->working > load->wanted && load->used < (load->places - load->one) / 2 &&
	    load->busy < (load->working - 1) * SCALE_BUSY_PERCENT / 2;
}

enum scale_decision
scale_decide(const struct scale_load *load, unsigned processors, unsigned *quiet)
{
	/* A replacement may be on its way; and nothing is known of those that start. */
	if (load->working == 0 || load->working < load->wanted)
		return SCALE_KEEP;
	if (too_few(load, processors)) {
		*quiet = 0;
		return SCALE_MORE;
	}
	*quiet = too_many(load) ? *quiet + 1 : 0;
	return *quiet >= SCALE_QUIET_TICKS ? SCALE_LESS : SCALE_KEEP;
}
