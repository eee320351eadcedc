/* SPDX-License-Identifier: ISC */
/*
 * Durations in buckets whose width grows with the value: an error of at most
 * 0.4 %, a fixed size, O(1) to add.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_BITS		8	/* buckets per power of two, as a power of two */
#define HISTOGRAM_BUCKETS	((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

struct histogram {
	uint64_t	count;
	uint64_t	max;
	uint64_t	buckets[HISTOGRAM_BUCKETS];
};

void		histogram_add(struct histogram *h, uint64_t ns);
/* The value below which @fraction (0 to 1) of all lie, in nanoseconds; 0 if there are none. */
uint64_t	histogram_at(const struct histogram *h, double fraction);
/* Prints "NAME": {"p50": …} in microseconds, without anything behind it. */
void		histogram_print(const struct histogram *h, const char *name, FILE *out);

#endif
