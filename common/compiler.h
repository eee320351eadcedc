/* SPDX-License-Identifier: ISC */
/* Attributes and small helpers that every part uses. */
#ifndef COMMON_COMPILER_H
#define COMMON_COMPILER_H

#include <stddef.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, args)	__attribute__((format(printf, fmt, args)))
#define NORETURN		__attribute__((noreturn))
#define MUST_CHECK		__attribute__((warn_unused_result))
#define UNUSED			__attribute__((unused))

#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#endif
