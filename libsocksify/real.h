/* SPDX-License-Identifier: ISC */
/*
 * libc's own functions behind the hooks. Inside the library a hooked name is
 * never called: real.close(fd) is libc's, close(fd) would be the hook.
 *
 * Usable from the first instruction on: until real_init() has looked a function
 * up, its entry makes the system call itself, or has them looked up first.
 */
#ifndef LIBSOCKSIFY_REAL_H
#define LIBSOCKSIFY_REAL_H

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <wordexp.h>

struct real {
#define KERNEL(type, name, number, parameters, arguments)	type (*name) parameters;
#define LIBC(type, name, parameters)			type (*name) parameters;
#define LATE(type, name, parameters, arguments, failure)	type (*name) parameters;
#define ALIAS(name)
#include "libsocksify/symbols.def"
#undef KERNEL
#undef LIBC
#undef LATE
#undef ALIAS
};

extern struct real real;

/* Looks all of them up; any number of times, in any thread. Never fails. */
void	 real_init(void);

#endif
