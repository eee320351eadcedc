/* SPDX-License-Identifier: ISC */
/*
 * The memory that every process of a tree shares: the settings, the table of
 * names, and how the proxies do. The launcher makes it as a sparse file, private
 * to the user, and the library maps it; a library preloaded by hand makes it in
 * memory, which fork() shares and exec() loses.
 *
 * The layout holds no pointer and no type whose size depends on the word size.
 * Other processes write here while we read, and the file may be damaged: every
 * number read from it is checked before it is used.
 */
#ifndef LIBSOCKSIFY_STATE_H
#define LIBSOCKSIFY_STATE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "libsocksify/settings.h"

#define STATE_VARIABLE	"SOCKSIFY_STATE"	/* the file's path, absolute */
#define STATE_VERSION	2
#define STATE_PAGE	4096			/* the table starts on a page of its own */

#define NAME_SLOTS	(1U << 17)		/* the addresses in 198.18.0.0/15 */
#define NAME_BUCKETS	(NAME_SLOTS * 2)	/* a power of two */
#define NAME_ARENA	(16U << 20)		/* bytes: 127 for each name */

struct name_slot {
	uint32_t		hash;
	_Atomic uint32_t	name;		/* where in .arena; 0: not written yet */
};

struct name_table {
	_Atomic uint32_t	slots_used;	/* the slot given out last; slot 0 is never used */
	_Atomic uint32_t	arena_used;	/* bytes */
	uint32_t		seed;		/* of the hash; never changes */
	_Atomic uint32_t	buckets[NAME_BUCKETS];	/* a slot's number; 0: free */
	struct name_slot	slots[NAME_SLOTS];
	uint8_t			arena[NAME_ARENA];	/* a length byte and the name, each */
};

struct health_table {
	_Atomic uint64_t	proxies[SETTINGS_PROXIES];	/* health.c */
};

struct state {
	uint8_t			magic[8];
	uint32_t		version;
	uint32_t		size;		/* of this struct, in bytes */
	struct settings		settings;
	_Alignas(64) struct health_table health;
	_Alignas(STATE_PAGE) struct name_table names;
};

/* Bytes at the start that must be backed before use: the rest is asked for name by name. */
#define STATE_BACKED	offsetof(struct state, names.slots)

/* Fills in what every state starts with; @state is zeroed memory. */
void	state_init(struct state *state);
/*
 * Maps the file at @path. It must be a regular file of the effective user that
 * nobody else can open, and of our version: 0, or -errno (-EPERM for another
 * owner or mode, -EBADMSG for other contents).
 */
int	state_attach(const char *path, struct state **state);
/* The same in memory: 0, or -ENOMEM. */
int	state_make_private(struct state **state);

#endif
