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

#define RESERVED_NET	0xc6120000U	/* 198.18.0.0 */
#define RESERVED_MASK	(NAME_SLOTS - 1)
/* The first and the last address of the range are a network and a broadcast address. */
#define SLOT_FIRST	1U
#define SLOT_LAST	(NAME_SLOTS - 2)

static_assert(NAME_SLOTS == 1U << (32 - 15), "a slot for each address of the /15");

static const uint8_t reserved_prefix6[8] = { 0xfd, 0x28, 0xd2, 0xe5, 0x18, 0xaf, 0xb1, 0x1d };

static struct name_table *table;

void
names_use(struct name_table *t)
{
	table = t;
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

	if (number < SLOT_FIRST || number > SLOT_LAST)
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

	/* Kernels before 5.14 do not know the advice. */
	return rc == 0 || rc == -EINVAL;
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
	number = counter_take(&table->slots_used, 1, SLOT_LAST);
	if (number == SLOT_LAST)
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

static void
slot_address(uint32_t number, int family, struct endpoint *address)
{
	uint32_t ip = htonl(family == AF_INET ? RESERVED_NET | number : number);

	*address = (struct endpoint){ .family = (uint8_t)family };
	if (family == AF_INET) {
		memcpy(address->ip, &ip, sizeof(ip));
	} else {
		memcpy(address->ip, reserved_prefix6, sizeof(reserved_prefix6));
		memcpy(address->ip + 12, &ip, sizeof(ip));
	}
}

/* The slot that a reserved address means; 0 for none. */
static uint32_t
address_slot(const struct endpoint *address)
{
	static const uint8_t zero[4];
	uint32_t number;

	if (address->family == AF_INET) {
		memcpy(&number, address->ip, sizeof(number));
		return ntohl(number) & RESERVED_MASK;
	}
	memcpy(&number, address->ip + 12, sizeof(number));
	number = ntohl(number);
	return memcmp(address->ip + 8, zero, 4) == 0 ? number : 0;
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
	if (number < SLOT_FIRST || number > SLOT_LAST)
		return -ENOSPC;
	slot_address(number, family, address);
	return 0;
}

bool
names_is_reserved(const struct endpoint *address)
{
	uint32_t ip;

	if (address->family == AF_INET) {
		memcpy(&ip, address->ip, sizeof(ip));
		return (ntohl(ip) & ~RESERVED_MASK) == RESERVED_NET;
	}
	return address->family == AF_INET6 &&
	    memcmp(address->ip, reserved_prefix6, sizeof(reserved_prefix6)) == 0;
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
