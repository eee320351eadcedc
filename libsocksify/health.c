/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/health.h"

#include <time.h>

#include "libsocksify/state.h"

/*
 * A word holds how many failures there were in a row, and when the last one was,
 * so that both change at once. 48 bits of milliseconds are 8900 years.
 */
#define FAILURES_SHIFT	48
#define FAILURES_MAX	UINT16_MAX
#define TIME_MASK	((UINT64_C(1) << FAILURES_SHIFT) - 1)

static struct health_table *table;

void
health_use(struct health_table *t)
{
	table = t;
}

int64_t
health_now(void)
{
	struct timespec t;

	/* Unlike the monotonic clock it goes on while the machine sleeps, and so do repairs. */
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint32_t
word_failures(uint64_t word)
{
	return (uint32_t)(word >> FAILURES_SHIFT);
}

static int64_t
word_time(uint64_t word)
{
	return (int64_t)(word & TIME_MASK);
}

/* Whether the last failure counts no more. One in the future is of a damaged file. */
static bool
is_over(const struct settings *settings, uint64_t word, int64_t now)
{
	int64_t age = now - word_time(word);

	return age < 0 || age >= (int64_t)settings->route_badexpire * 1000;
}

static bool
is_bad(const struct settings *settings, uint64_t word, int64_t now)
{
	uint32_t limit = settings->route_maxfail;

	if (limit > FAILURES_MAX)
		limit = FAILURES_MAX;
	return limit > 0 && word_failures(word) >= limit && !is_over(settings, word, now);
}

static uint64_t
look(unsigned index)
{
	if (table == NULL || index >= SETTINGS_PROXIES)
		return 0;
	return atomic_load_explicit(&table->proxies[index], memory_order_relaxed);
}

bool
health_is_bad(const struct settings *settings, unsigned index, int64_t now)
{
	return is_bad(settings, look(index), now);
}

int64_t
health_last_failure(unsigned index)
{
	return word_time(look(index));
}

void
health_failed(const struct settings *settings, unsigned index, int64_t now)
{
	uint64_t word = look(index), next;

	if (table == NULL || index >= SETTINGS_PROXIES)
		return;
	do {
		uint64_t failures = word_failures(word);

		/* A bad time that is over is forgotten. */
		if (failures >= settings->route_maxfail && is_over(settings, word, now))
			failures = 0;
		failures += failures < FAILURES_MAX;
		next = failures << FAILURES_SHIFT | ((uint64_t)now & TIME_MASK);
	} while (!atomic_compare_exchange_weak(&table->proxies[index], &word, next));
}

void
health_worked(unsigned index)
{
	/* Nearly always there is nothing to clear, and nobody's cache line is taken away. */
	if (look(index) != 0)
		atomic_store(&table->proxies[index], 0);
}
