/* SPDX-License-Identifier: ISC */
/* For system calls by number, which confine the program as prctl(2) does. */
#ifndef LIBSOCKSIFY_HOOK_CONFINE_H
#define LIBSOCKSIFY_HOOK_CONFINE_H

struct sock_fprog;

/*
 * Makes the system call @number with the six arguments @a, which puts the filter
 * @program on the caller, or strict mode if that is NULL: as syscall(2) returns it.
 */
int	 confine_filter(long number, const long *a, const struct sock_fprog *program);

#endif
