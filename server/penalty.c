/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * The region is a seed and an array of sets of WAYS slots. An address belongs to one
 * set, chosen by a hash with the seed, so that nobody can compute addresses that share
 * a set with each other or with a victim. Within the set it may be in any slot.
 *
 * A slot is two words: the address, and when it last failed with how often. An empty
 * slot is all zeros, and the word of an older failure is the smaller one, so that the
 * smallest word of a set is the slot to take for a new address. Taking it clears the
 * word first: a process that still counts for the former address then finds its
 * compare-and-swap refused, and gives up.
 */
#include <config.h>

#include "server/penalty.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

#include "common/compiler.h"

#define WAYS		8
#define COUNT_BITS	8
#define COUNT_MAX	8	/* the delay is at its longest before */

struct slot {
	_Atomic uint64_t	key;	/* see address_key(); 0: empty */
	_Atomic uint64_t	word;	/* ms of the last failure << COUNT_BITS | how many */
};

struct region {
	alignas(8) _Atomic uint64_t	seed;	/* 0: nobody has chosen it yet */
	uint64_t			unused[7];
	struct slot			slots[];
};

static struct {
	struct region	*region;
	uint64_t	 sets;	/* a power of two */
} table;

int
penalty_init(void *mem, size_t size)
{
	struct region *region = mem;
	uint64_t seed, none = 0, sets = 1;

	if ((uintptr_t)mem % alignof(struct region) != 0 ||
	    size < sizeof(*region) + WAYS * sizeof(struct slot))
		return -EINVAL;
	while (sets * 2 <= (size - sizeof(*region)) / (WAYS * sizeof(struct slot)))
		sets *= 2;
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -errno;
	/* The first process chooses; the others find it chosen. */
	atomic_compare_exchange_strong(&region->seed, &none, seed | 1);
	table.region = region;
	table.sets = sets;
	return 0;
}

/*
 * address_key() - the address as one word, never 0
 *
 * IPv4 addresses and ::/64 (which holds ::1) get words that are IPv6 networks out of
 * ::/8, which is reserved. An endpoint without an address gives 0.
 */
static uint64_t
address_key(const struct endpoint *addr)
{
	size_t bytes = addr->family == AF_INET ? 4 : 8;
	uint64_t key = 0;

	if (addr->family == AF_UNSPEC)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		key = key << 8 | addr->ip[i];
	if (addr->family == AF_INET)
		return key | UINT64_C(1) << 32;
	return key == 0 ? UINT64_C(2) << 32 : key;
}

static struct slot *
set_of(uint64_t key)
{
	uint64_t h = key ^ atomic_load_explicit(&table.region->seed, memory_order_relaxed);

	/* Two rounds of multiply and fold: every bit of the key reaches the low ones. */
	for (int i = 0; i < 2; i++) {
		h *= UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return &table.region->slots[(h & (table.sets - 1)) * WAYS];
}

static struct slot *
slot_find(uint64_t key)
{
	struct slot *set;

	if (key == 0 || table.region == NULL)
		return NULL;
	set = set_of(key);
	for (unsigned i = 0; i < WAYS; i++)
		if (atomic_load(&set[i].key) == key)
			return &set[i];
	return NULL;
}

/* Gives @key the slot of its set that failed least recently. */
static struct slot *
slot_take(uint64_t key)
{
	struct slot *set = set_of(key), *oldest = &set[0];

	for (unsigned i = 1; i < WAYS; i++)
		if (atomic_load(&set[i].word) < atomic_load(&oldest->word))
			oldest = &set[i];
	atomic_store(&oldest->word, 0);
	atomic_store(&oldest->key, key);
	return oldest;
}

/* How many failures @word still counts at @now_ms, and how long ago the last was. */
static unsigned
word_failures(uint64_t word, uint64_t now_ms, uint64_t *ago)
{
	uint64_t last = word >> COUNT_BITS;

	/* Another process may have read the clock a little later than this one. */
	*ago = now_ms > last ? now_ms - last : 0;
	return *ago > PENALTY_FORGET_MS ? 0 : (unsigned)(word & ((1u << COUNT_BITS) - 1));
}

unsigned
penalty_wait_ms(uint64_t now_ms, const struct endpoint *addr)
{
	struct slot *slot = slot_find(address_key(addr));
	unsigned failures, delay = PENALTY_FIRST_MS;
	uint64_t ago;

	if (slot == NULL)
		return 0;
	failures = word_failures(atomic_load(&slot->word), now_ms, &ago);
	if (failures == 0)
		return 0;
	while (--failures > 0 && delay < PENALTY_MAX_MS)
		delay *= 2;
	if (delay > PENALTY_MAX_MS)
		delay = PENALTY_MAX_MS;
	return ago < delay ? delay - (unsigned)ago : 0;
}

void
penalty_failed(uint64_t now_ms, const struct endpoint *addr)
{
	uint64_t key = address_key(addr), word, next, ago;
	struct slot *slot = slot_find(key);

	if (key == 0 || table.region == NULL)
		return;
	if (slot == NULL)
		slot = slot_take(key);
	word = atomic_load(&slot->word);
	do {
		unsigned failures = word_failures(word, now_ms, &ago);

		if (atomic_load(&slot->key) != key)
			return;
		next = now_ms << COUNT_BITS | (failures < COUNT_MAX ? failures + 1 : COUNT_MAX);
	} while (!atomic_compare_exchange_weak(&slot->word, &word, next));
}

void
penalty_succeeded(const struct endpoint *addr)
{
	struct slot *slot = slot_find(address_key(addr));
	uint64_t word, failures;

	if (slot == NULL)
		return;
	word = atomic_load(&slot->word);
	do
		failures = (word & ((1u << COUNT_BITS) - 1)) / 2;
	while (!atomic_compare_exchange_weak(&slot->word, &word, failures == 0 ? 0 :
	    word >> COUNT_BITS << COUNT_BITS | failures));
}
