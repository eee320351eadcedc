/* SPDX-License-Identifier: ISC */
/*
 * What is recorded of each descriptor number.
 *
 * A directory of tables, mapped when a number in their range is recorded first,
 * and never unmapped: a look-up is two loads and no lock. `marks` says whether
 * there is anything at all, so that a hook on a descriptor that is not ours
 * ends after one relaxed load. Everything else of a slot belongs to the state
 * lock, and so do changes of the marks, but for SLOT_FRESH, which only says that
 * more is worth recording.
 *
 * A vfork child shares these tables and has descriptors of its own, and so has
 * the child of a fork that ran no handlers. In them, recorded descriptors are
 * the parent's: before anything recorded is used, descriptors_owned() tells.
 */
#ifndef LIBSOCKSIFY_DESCRIPTORS_H
#define LIBSOCKSIFY_DESCRIPTORS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DESCRIPTORS_MAX		(1 << 20)	/* numbers above are not recorded */
#define DESCRIPTORS_TABLE	1024		/* slots of one table */

/* What slot.marks tells. */
enum {
	SLOT_FRESH = 1,		/* an AF_INET or AF_INET6 stream socket, not connected yet */
	SLOT_CONNECTION = 2,	/* .connection is set */
	SLOT_WATCHED = 4,	/* .registrations is not empty */
	SLOT_EPOLL = 8,		/* an epoll descriptor that some registration names */
	SLOT_DUPLICATED = 16,	/* it was FRESH when another number was made for its socket */
	SLOT_STANDIN = 32,	/* .standin is set */
};

struct connection;
struct registration;
struct standin;

struct slot {
	_Atomic uint32_t		 marks;
	int				 copy;		/* EPOLL: the helper's number + 1, or 0 */
	_Atomic(struct connection *)	 connection;
	_Atomic(struct standin *)	 standin;
	struct registration		*registrations;
	unsigned			 drops;		/* how often the number was closed, more or less */
};

typedef _Atomic(struct slot *) descriptors_table;

extern descriptors_table descriptors_directory[DESCRIPTORS_MAX / DESCRIPTORS_TABLE];

/* The slot of @fd, or NULL when nothing has been recorded near it. */
static inline struct slot *
descriptors_find(int fd)
{
	struct slot *table;

	if ((unsigned)fd >= DESCRIPTORS_MAX)
		return NULL;
	table = atomic_load_explicit(&descriptors_directory[fd / DESCRIPTORS_TABLE],
	    memory_order_acquire);
	return table == NULL ? NULL : &table[fd % DESCRIPTORS_TABLE];
}

static inline uint32_t
slot_marks(const struct slot *s)
{
	return atomic_load_explicit(&s->marks, memory_order_relaxed);
}

/* Whether anything of @marks is recorded of @fd: the look that every hook begins with. */
static inline bool
descriptors_marked(int fd, uint32_t marks)
{
	const struct slot *s = descriptors_find(fd);

	return s != NULL && (slot_marks(s) & marks) != 0;
}

/* The slot of @fd, made if need be; NULL for a number out of range or without memory. */
struct slot *descriptors_make(int fd);
void	 slot_mark(struct slot *s, uint32_t marks);
void	 slot_unmark(struct slot *s, uint32_t marks);
/*
 * The least number from @from on, below @end, of which anything of @marks is
 * recorded; -1: none.
 */
int	 descriptors_next(int from, int end, uint32_t marks);

/* Whether this process is the one that the records are about. */
bool	 descriptors_owned(void);
/* At the start, and in the child of a fork: now it is. */
void	 descriptors_own(void);

#endif
