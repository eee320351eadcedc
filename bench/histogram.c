/* SPDX-License-Identifier: ISC */
#include "bench/histogram.h"


#define SUB	(1u << HISTOGRAM_BITS)

/* Values below SUB have a bucket each; above, SUB buckets share a power of two. */
static unsigned
bucket_of(uint64_t v)
{
	unsigned shift;

	if (v < SUB)
		return (unsigned)v;
	shift = 63 - (unsigned)__builtin_clzll(v) - HISTOGRAM_BITS;
	return ((shift + 1) << HISTOGRAM_BITS) + (unsigned)(v >> shift) - SUB;
}

/* The middle of a bucket. */
static uint64_t
value_of(unsigned bucket)
{
	unsigned shift;
	uint64_t low;

	if (bucket < SUB)
		return bucket;
	shift = (bucket >> HISTOGRAM_BITS) - 1;
	low = (uint64_t)(bucket % SUB + SUB) << shift;
	return low + ((1ull << shift) >> 1);
}

void
histogram_add(struct histogram *h, uint64_t ns)
{
	h->buckets[bucket_of(ns)]++;
	h->count++;
	if (ns > h->max)
		h->max = ns;
}

uint64_t
histogram_at(const struct histogram *h, double fraction)
{
	uint64_t wanted = (uint64_t)(fraction * (double)h->count), seen = 0;

	if (h->count == 0)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen > wanted)
			return value_of(i) < h->max ? value_of(i) : h->max;
	}
	return h->max;
}

void
histogram_print(const struct histogram *h, const char *name, FILE *out)
{
	fprintf(out, "\"%s\": {\"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"max\": %.2f}", name,
	    (double)histogram_at(h, 0.50) / 1e3, (double)histogram_at(h, 0.90) / 1e3,
	    (double)histogram_at(h, 0.99) / 1e3, (double)h->max / 1e3);
}
