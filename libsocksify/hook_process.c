/* SPDX-License-Identifier: ISC */
/* Calls that concern the process: namespaces and plug-ins. */
#include <config.h>

#include <dlfcn.h>
#include <sched.h>

#include "libsocksify/helper.h"
#include "libsocksify/hook.h"
#include "libsocksify/init.h"
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

/*
 * In a namespace of its own a plug-in would have a libc of its own, past the hooks;
 * so there is none but the program's.
 */
EXPORT
#if defined(__GNUC__) && !defined(__clang__)
__attribute__((optimize("O2")))
#endif
void *
dlmopen(Lmid_t namespace, const char *file, int mode)
{
	if (init_active()) {
		namespace = LM_ID_BASE;
		mode &= ~RTLD_DEEPBIND;
	}
	return real.dlmopen(namespace, file, mode);
}
