/* SPDX-License-Identifier: ISC */
/* For system calls by number, which confine the program as prctl(2) does. */
#ifndef LIBSOCKSIFY_HOOK_CONFINE_H
#define LIBSOCKSIFY_HOOK_CONFINE_H

struct sock_fprog;

/*
 * Makes the system call @number with the six arguments @a, which puts the caller
 * into seccomp(2)'s @mode, with a filter by @program, any pointer: as syscall(2)
 * returns it. If it fails, a helper may have been forbidden for nothing.
 */
int	 confine_filter(long number, const long *a, int mode, const struct sock_fprog *program);

#endif
