/* SPDX-License-Identifier: ISC */
/* Calls that concern the process: namespaces, plug-ins, and system calls by number. */
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libsocksify/helper.h"
#include "libsocksify/hook.h"
#include "libsocksify/init.h"
#include "libsocksify/raw.h"
#include "libsocksify/real.h"

/* Not of interest to the kernel's count of threads. */
#define HARMLESS_UNSHARE	(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM)

/* The kernel lets a process enter some namespaces only while it has one thread. */
EXPORT int
unshare(int flags)
{
	if ((flags & ~HARMLESS_UNSHARE) != 0)
		helper_stop();
	return real.unshare(flags);
}

EXPORT int
setns(int fd, int type)
{
	helper_stop();
	return real.setns(fd, type);
}

/*
 * With RTLD_DEEPBIND a plug-in would prefer libc's functions to the hooks. The
 * real call must be a jump: dlopen(3) looks at its caller's address to find the
 * DT_RUNPATH to search.
 */
EXPORT
#if defined(__GNUC__) && !defined(__clang__)
__attribute__((optimize("O2")))
#endif
void *
dlopen(const char *file, int mode)
{
	if (init_active())
		mode &= ~RTLD_DEEPBIND;
	return real.dlopen(file, mode);
}

/* libuv closes this way, for one; and runtimes try io_uring so, which no hook could follow. */
static bool
hooked_syscall(long number, const long *a, long *result)
{
	switch (number) {
	case SYS_close:
		*result = close((int)a[0]);
		return true;
	case SYS_connect:
		*result = connect((int)a[0], (const struct sockaddr *)a[1], (socklen_t)a[2]);
		return true;
	case SYS_close_range:
		*result = close_range((unsigned)a[0], (unsigned)a[1], (int)a[2]);
		return true;
	case SYS_dup3:
		*result = dup3((int)a[0], (int)a[1], (int)a[2]);
		return true;
	case SYS_socket:
		*result = socket((int)a[0], (int)a[1], (int)a[2]);
		return true;
	case SYS_accept4:
		*result = accept4((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2], (int)a[3]);
		return true;
	case SYS_epoll_ctl:
		*result = epoll_ctl((int)a[0], (int)a[1], (int)a[2], (struct epoll_event *)a[3]);
		return true;
	case SYS_sendto:
		*result = sendto((int)a[0], (const void *)a[1], (size_t)a[2], (int)a[3],
		    (const struct sockaddr *)a[4], (socklen_t)a[5]);
		return true;
	case SYS_sendmsg:
		*result = sendmsg((int)a[0], (const struct msghdr *)a[1], (int)a[2]);
		return true;
	case SYS_sendmmsg:
		*result = sendmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3]);
		return true;
	case SYS_recvmmsg:
		*result = recvmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3],
		    (struct timespec *)a[4]);
		return true;
	case SYS_execve:
		*result = execve((const char *)a[0], (char *const *)a[1], (char *const *)a[2]);
		return true;
	case SYS_execveat:
		*result = execveat((int)a[0], (const char *)a[1], (char *const *)a[2],
		    (char *const *)a[3], (int)a[4]);
		return true;
	case SYS_unshare:
		*result = unshare((int)a[0]);
		return true;
	case SYS_setns:
		*result = setns((int)a[0], (int)a[1]);
		return true;
	case SYS_io_uring_setup:
		errno = ENOSYS;
		*result = -1;
		return init_active();
	default:
		return false;
	}
}

EXPORT long
syscall(long number, ...)
{
	va_list arguments;
	long a[6], result;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (hooked_syscall(number, a, &result))
		return result;
	return real.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
