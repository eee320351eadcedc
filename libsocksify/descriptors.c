/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/descriptors.h"

#include <sys/mman.h>
#include <sys/types.h>

#include "libsocksify/raw.h"

#define TABLES	(DESCRIPTORS_MAX / DESCRIPTORS_TABLE)

descriptors_table descriptors_directory[TABLES];
static _Atomic pid_t owner;

struct slot *
descriptors_make(int fd)
{
	const size_t size = DESCRIPTORS_TABLE * sizeof(struct slot);
	struct slot *s = descriptors_find(fd), *expected = NULL;
	void *table;

	if (s != NULL || (unsigned)fd >= DESCRIPTORS_MAX)
		return s;
	table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (table == MAP_FAILED)
		return NULL;
	/* Another thread may have been faster: its table stays. */
	if (!atomic_compare_exchange_strong(&descriptors_directory[fd / DESCRIPTORS_TABLE],
	    &expected, table))
		munmap(table, size);
	return descriptors_find(fd);
}

void
slot_mark(struct slot *s, uint32_t marks)
{
	atomic_fetch_or_explicit(&s->marks, marks, memory_order_release);
}

void
slot_unmark(struct slot *s, uint32_t marks)
{
	atomic_fetch_and_explicit(&s->marks, ~marks, memory_order_release);
}

int
descriptors_next(int from, int end, uint32_t marks)
{
	int fd = from < 0 ? 0 : from;

	if (end > DESCRIPTORS_MAX || end < 0)
		end = DESCRIPTORS_MAX;
	while (fd < end) {
		const struct slot *s = descriptors_find(fd);

		if (s == NULL)
			fd = (fd / DESCRIPTORS_TABLE + 1) * DESCRIPTORS_TABLE;
		else if ((slot_marks(s) & marks) != 0)
			return fd;
		else
			fd++;
	}
	return -1;
}

bool
descriptors_owned(void)
{
	return RAW(SYS_getpid) == atomic_load_explicit(&owner, memory_order_relaxed);
}

void
descriptors_own(void)
{
	atomic_store_explicit(&owner, (pid_t)RAW(SYS_getpid), memory_order_relaxed);
}
