/* SPDX-License-Identifier: ISC */
/* What every file of hooks needs. */
#ifndef LIBSOCKSIFY_HOOK_H
#define LIBSOCKSIFY_HOOK_H

#include <errno.h>

#define EXPORT		__attribute__((visibility("default")))
/* Another name of libc's for a hook of the same file, with the same type. */
#define EXPORT_ALIAS(name, hook) \
	extern __typeof__(hook) name \
	    __attribute__((alias(#hook), copy(hook), visibility("default")))

/* As system calls return it: 0 or more, or -errno, becomes what libc's functions return. */
static inline int
hook_result(int result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

#endif
