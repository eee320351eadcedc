/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * An entry's tag is HMAC-SHA256 (RFC 2104) over name and password, each with its
 * length before it, so that no other split of the same bytes has the same tag. The
 * two halves of the key schedule are hashed once; a tag then costs two or three
 * blocks. The tag's first bytes choose the set, and all ways of the set are compared
 * whole, in constant time.
 */
#include <config.h>

#include "server/auth_cache.h"

#include <errno.h>
#include <sha2.h>
#include <string.h>
#include <sys/random.h>

#include "server/secret.h"

#define SETS	512	/* a power of two, at most 65536 */
#define WAYS	8

struct entry {
	uint8_t		tag[SHA256_DIGEST_LENGTH];
	uint64_t	ends;	/* ms; 0: empty */
};

static struct {
	SHA2_CTX	inner, outer;	/* after the block of key ^ ipad, key ^ opad */
	uint64_t	lifetime;	/* ms; 0: nothing is remembered */
	struct entry	entries[SETS][WAYS];
} cache;

/* The state after the key's block, every byte of it changed by @pad. */
static void
key_schedule(SHA2_CTX *ctx, const uint8_t *key, uint8_t pad)
{
	uint8_t block[SHA256_BLOCK_LENGTH];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	SHA256Init(ctx);
	SHA256Update(ctx, block, sizeof(block));
	explicit_bzero(block, sizeof(block));
}

void
auth_cache_clear(void)
{
	/* A cache that never held anything is not touched: its pages stay unused. */
	if (cache.lifetime != 0)
		explicit_bzero(cache.entries, sizeof(cache.entries));
}

int
auth_cache_init(unsigned seconds)
{
	uint8_t key[SHA256_BLOCK_LENGTH];

	auth_cache_clear();
	cache.lifetime = 0;
	if (seconds == 0)
		return 0;
	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return -errno;
	key_schedule(&cache.inner, key, 0x36);
	key_schedule(&cache.outer, key, 0x5c);
	explicit_bzero(key, sizeof(key));
	cache.lifetime = (uint64_t)seconds * 1000;
	return 0;
}

static void
update_string(SHA2_CTX *ctx, const char *s)
{
	uint32_t len = (uint32_t)strlen(s);

	SHA256Update(ctx, (const uint8_t *)&len, sizeof(len));
	SHA256Update(ctx, (const uint8_t *)s, len);
}

static void
pair_tag(uint8_t *tag, const char *name, const char *password)
{
	SHA2_CTX ctx = cache.inner;

	update_string(&ctx, name);
	update_string(&ctx, password);
	SHA256Final(tag, &ctx);
	ctx = cache.outer;
	SHA256Update(&ctx, tag, SHA256_DIGEST_LENGTH);
	SHA256Final(tag, &ctx);
	explicit_bzero(&ctx, sizeof(ctx));
}

static struct entry *
set_of(const uint8_t *tag)
{
	return cache.entries[(tag[0] | tag[1] << 8) & (SETS - 1)];
}

bool
auth_cache_hit(uint64_t now_ms, const char *name, const char *password)
{
	uint8_t tag[SHA256_DIGEST_LENGTH];
	const struct entry *set;
	bool hit = false;

	if (cache.lifetime == 0)
		return false;
	pair_tag(tag, name, password);
	set = set_of(tag);
	for (unsigned i = 0; i < WAYS; i++)
		hit |= secret_equal(set[i].tag, tag, sizeof(tag)) & (now_ms < set[i].ends);
	explicit_bzero(tag, sizeof(tag));
	return hit;
}

/* The way that already holds @tag, or else the one that ends first. */
static struct entry *
way_for(struct entry *set, const uint8_t *tag)
{
	struct entry *first = &set[0];

	for (unsigned i = 0; i < WAYS; i++) {
		if (secret_equal(set[i].tag, tag, SHA256_DIGEST_LENGTH))
			return &set[i];
		if (set[i].ends < first->ends)
			first = &set[i];
	}
	return first;
}

void
auth_cache_store(uint64_t now_ms, const char *name, const char *password)
{
	uint8_t tag[SHA256_DIGEST_LENGTH];
	struct entry *entry;

	if (cache.lifetime == 0)
		return;
	pair_tag(tag, name, password);
	entry = way_for(set_of(tag), tag);
	memcpy(entry->tag, tag, sizeof(tag));
	entry->ends = now_ms + cache.lifetime;
	explicit_bzero(tag, sizeof(tag));
}
