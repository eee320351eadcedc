/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * A name owns a slot; the slot's number is the host part of both its addresses.
 * Buckets, probed linearly from the name's hash, lead from a name to its slot.
 *
 * To add a name: take room in the arena and a slot by moving two counters, write
 * name and hash, publish the slot by storing where its name is (release), and
 * put the slot's number into the first free bucket by compare-and-swap. Whoever
 * loses that race finds the winner's slot in the bucket: the same name, and its
 * own slot is forgotten, or another, and it probes on. So a name is in one
 * bucket only, nobody ever waits, and a process that is killed midway costs one
 * slot. Slots are never given back while the tree lives: an address may be kept
 * by a program for as long as it likes.
 *
 * The table may have holes (state.h). Touching a hole that the file system
 * cannot fill kills the process, so pages are asked for before they are written.
 */
#include <config.h>

#include "libsocksify/names.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "libsocksify/raw.h"
#include "libsocksify/state.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23	/* Linux 5.14; older C library headers lack it */
#endif

/* The first and the last address of a range are a network and a broadcast address. */
#define SLOT_FIRST	1U
#define SLOT_LAST	(NAME_SLOTS - 2)

/* Addresses whose first .prefix bits are those of .net, the others of which are zero. */
struct range {
	struct endpoint	net;
	unsigned	prefix;
};

#define DEFAULT4 { \
	.net = { .family = AF_INET, .ip = { 198, 18 } }, \
	.prefix = 15, \
}
#define DEFAULT6 { \
	.net = { \
		.family = AF_INET6, \
		.ip = { 0xfd, 0x28, 0xd2, 0xe5, 0x18, 0xaf, 0xb1, 0x1d }, \
	}, \
	.prefix = 64, \
}

static struct name_table *table;
static struct range range4 = DEFAULT4, range6 = DEFAULT6;
static uint32_t slot_last = SLOT_LAST;	/* the last one that has an address of either family */

static_assert(NAME_SLOTS == 1U << (32 - 15), "a slot for each address of the /15");

void
names_use(struct name_table *t)
{
	table = t;
}

static void
range_set(struct range *range, const struct endpoint *net, unsigned prefix)
{
	*range = (struct range){ .net = { .family = net->family }, .prefix = prefix };
	memcpy(range->net.ip, net->ip, prefix / 8);
	if (prefix % 8 != 0)
		range->net.ip[prefix / 8] = net->ip[prefix / 8] & (uint8_t)(0xff00 >> prefix % 8);
}

/* The last slot that has an address in the range; 0: none has. */
static uint32_t
range_last(const struct range *range)
{
	unsigned bits = endpoint_bits(&range->net) - range->prefix;

	if (bits >= 17)
		return SLOT_LAST;
	return bits < 2 ? 0 : (1U << bits) - 2;
}

void
names_reserve(const struct settings *settings)
{
	range4 = (struct range)DEFAULT4;
	range6 = (struct range)DEFAULT6;
	if (settings->reserved4_prefix != 0)
		range_set(&range4, &settings->reserved4, settings->reserved4_prefix);
	if (settings->reserved6_prefix != 0)
		range_set(&range6, &settings->reserved6, settings->reserved6_prefix);
	slot_last = range_last(&range4) < range_last(&range6) ? range_last(&range4) :
	    range_last(&range6);
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool
same_name(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

/* FNV-1a over the lower-case name, then mixed, so that its low bits serve as an index. */
static uint32_t
hash_name(uint32_t seed, const uint8_t *name, size_t len)
{
	uint32_t h = 2166136261U ^ seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ lower(name[i])) * 16777619U;
	h ^= h >> 16;
	h *= 0x85ebca6bU;
	return h ^ h >> 13;
}

/* The length byte of the slot's name in the arena, or NULL: no such slot, or damage. */
static const uint8_t *
slot_name(uint32_t number)
{
	uint32_t at;

	if (number < SLOT_FIRST || number > slot_last)
		return NULL;
	at = atomic_load_explicit(&table->slots[number].name, memory_order_acquire);
	if (at == 0 || at >= NAME_ARENA - 1 - HOST_NAME_MAX_LEN || table->arena[at] == 0)
		return NULL;
	return table->arena + at;
}

static bool
slot_is(uint32_t number, uint32_t hash, const uint8_t *name, size_t len)
{
	const uint8_t *stored = slot_name(number);

	return stored != NULL && table->slots[number].hash == hash &&
	    stored[0] == len && same_name(stored + 1, name, len);
}

/* Moves @counter up by @n unless it would pass @limit; its value before, or @limit. */
static uint32_t
counter_take(_Atomic uint32_t *counter, uint32_t n, uint32_t limit)
{
	uint32_t was = atomic_load_explicit(counter, memory_order_relaxed);

	do {
		if (was >= limit || n > limit - was)
			return limit;
	} while (!atomic_compare_exchange_weak_explicit(counter, &was, was + n,
	    memory_order_relaxed, memory_order_relaxed));
	return was;
}

/* Asks for the pages of these bytes: false when there is no memory for them. */
static bool
back_pages(const void *start, size_t len)
{
	uintptr_t from = (uintptr_t)start & ~(uintptr_t)(getauxval(AT_PAGESZ) - 1);
	uintptr_t to = (uintptr_t)start + len;
	long rc = RAW(SYS_madvise, from, to - from, MADV_POPULATE_WRITE);

	/* Kernels before 5.14 do not know the advice, and a seccomp filter may not. */
	return rc != -ENOMEM && rc != -EFAULT;
}

/* A published slot for the name, in no bucket yet; 0 when there is no room. */
static uint32_t
slot_new(uint32_t hash, const uint8_t *name, size_t len)
{
	/* Offset 0 means "none", and a reader may look at 256 bytes from any offset. */
	uint32_t at = counter_take(&table->arena_used, (uint32_t)len + 1,
	    NAME_ARENA - 2 - HOST_NAME_MAX_LEN);
	struct name_slot *slot;
	uint32_t number;

	if (at == NAME_ARENA - 2 - HOST_NAME_MAX_LEN)
		return 0;
	at++;
	number = counter_take(&table->slots_used, 1, slot_last);
	if (number == slot_last)
		return 0;
	slot = &table->slots[++number];
	if (!back_pages(slot, sizeof(*slot)) || !back_pages(table->arena + at, len + 1))
		return 0;
	table->arena[at] = (uint8_t)len;
	memcpy(table->arena + at + 1, name, len);
	slot->hash = hash;
	atomic_store_explicit(&slot->name, at, memory_order_release);
	return number;
}

/* The name's slot, made if there is none; 0 when the table is full. */
static uint32_t
slot_find_or_add(const uint8_t *name, size_t len)
{
	uint32_t hash = hash_name(table->seed, name, len), mine = 0;

	for (uint32_t i = 0; i < NAME_BUCKETS; i++) {
		_Atomic uint32_t *bucket = &table->buckets[(hash + i) & (NAME_BUCKETS - 1)];
		uint32_t number = atomic_load_explicit(bucket, memory_order_acquire);

		if (number == 0) {
			if (mine == 0)
				mine = slot_new(hash, name, len);
			if (mine == 0 || atomic_compare_exchange_strong_explicit(bucket, &number,
			    mine, memory_order_acq_rel, memory_order_acquire))
				return mine;
		}
		if (slot_is(number, hash, name, len))
			return number;
	}
	return 0;
}

/* Where the last 32 bits of an address are. */
static size_t
low_bits_at(const struct endpoint *e)
{
	return endpoint_bits(e) / 8 - sizeof(uint32_t);
}

static void
slot_address(uint32_t number, int family, struct endpoint *address)
{
	uint32_t low;

	*address = family == AF_INET ? range4.net : range6.net;
	memcpy(&low, address->ip + low_bits_at(address), sizeof(low));
	/* The bits of a slot's number are zero in the range's own address. */
	low |= htonl(number);
	memcpy(address->ip + low_bits_at(address), &low, sizeof(low));
}

/* The slot that a reserved address means; 0 for none. */
static uint32_t
address_slot(const struct endpoint *address)
{
	const struct range *range = address->family == AF_INET ? &range4 : &range6;
	struct endpoint again;
	uint32_t low, net;

	memcpy(&low, address->ip + low_bits_at(address), sizeof(low));
	memcpy(&net, range->net.ip + low_bits_at(address), sizeof(net));
	low = ntohl(low ^ net);
	if (low > slot_last)
		return 0;
	slot_address(low, address->family, &again);
	return endpoint_same_ip(address, &again) ? low : 0;
}

int
names_address(const char *name, int family, struct endpoint *address)
{
	size_t len = strlen(name);
	uint32_t number;

	if (len == 0 || len > HOST_NAME_MAX_LEN || (family != AF_INET && family != AF_INET6))
		return -EINVAL;
	if (table == NULL)
		return -ENOSPC;
	number = slot_find_or_add((const uint8_t *)name, len);
	if (number < SLOT_FIRST || number > slot_last)
		return -ENOSPC;
	slot_address(number, family, address);
	return 0;
}

bool
names_is_reserved(const struct endpoint *address)
{
	if (address->family == AF_INET)
		return endpoint_in_prefix(address, &range4.net, range4.prefix);
	return address->family == AF_INET6 &&
	    endpoint_in_prefix(address, &range6.net, range6.prefix);
}

int
names_lookup(const struct endpoint *address, char *name)
{
	const uint8_t *stored;
	size_t len;

	if (table == NULL || !names_is_reserved(address))
		return -ENOENT;
	stored = slot_name(address_slot(address));
	if (stored == NULL)
		return -ENOENT;
	len = stored[0];
	memcpy(name, stored + 1, len);
	name[len] = '\0';
	return memchr(name, '\0', len) == NULL ? 0 : -ENOENT;
}
