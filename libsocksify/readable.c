/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/readable.h"

#include <errno.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "libsocksify/raw.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#endif

/* Has the pages of @size bytes at @from there to be read: 0, or -errno. */
static long
populate(const void *from, size_t size)
{
	uintptr_t at = (uintptr_t)from, begin = at & -(uintptr_t)getauxval(AT_PAGESZ);

	return RAW(SYS_madvise, begin, at + size - begin, MADV_POPULATE_READ);
}

bool
readable(const void *from, size_t size)
{
	const char here = 0;

	if (from == NULL || size == 0)
		return true;
	if ((uintptr_t)from + size < (uintptr_t)from)
		return false;
	switch (populate(from, size)) {
	case -EFAULT:
	case -ENOMEM:
		return false;
	case -EINVAL:
		/* Mapped without that right; or the kernel, before 5.14, does not know it. */
		return populate(&here, sizeof(here)) != 0;
	default:
		return true;
	}
}
