/* SPDX-License-Identifier: ISC */
/* Whether memory can be read, for hooks that must not crash where the kernel says EFAULT. */
#ifndef LIBSOCKSIFY_READABLE_H
#define LIBSOCKSIFY_READABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether @size bytes at @from can be read: NULL is right too. By one system
 * call, and not by every kernel: true where it cannot be told.
 */
bool	 readable(const void *from, size_t size);

#endif
