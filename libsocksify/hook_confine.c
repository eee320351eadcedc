/* SPDX-License-Identifier: ISC */
/*
 * What a program forbids itself, and the helper with it. A limit on threads
 * (haproxy has none to spare when all have started) leaves one that runs already:
 * it is started before, and stays. A seccomp filter must not be undermined by a
 * thread without it, so the helper ends before; another may start under the filter,
 * unless that would end the process (apt's methods). Without one, connect(2) waits.
 */
#include <config.h>

#include <assert.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libsocksify/filter.h"
#include "libsocksify/helper.h"
#include "libsocksify/hook.h"
#include "libsocksify/hook_confine.h"
#include "libsocksify/init.h"
#include "libsocksify/raw.h"
#include "libsocksify/readable.h"
#include "libsocksify/real.h"

static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64), "both are read as one");

/* @limit may be any pointer; both structures are the same here. */
static void
before_limit(pid_t pid, int resource, const struct rlimit64 *limit)
{
	if (resource == RLIMIT_NPROC && init_active() && (pid == 0 || pid == getpid()) &&
	    limit != NULL && readable(limit, sizeof(*limit)) && limit->rlim_cur == 0)
		helper_keep();
}

EXPORT int
setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	before_limit(0, (int)resource, (const struct rlimit64 *)limit);
	return real.setrlimit(resource, limit);
}

EXPORT int
setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit)
{
	before_limit(0, (int)resource, limit);
	return real.setrlimit64(resource, limit);
}

EXPORT int
prlimit(pid_t pid, __rlimit_resource_t resource, const struct rlimit *limit, struct rlimit *old)
{
	before_limit(pid, (int)resource, (const struct rlimit64 *)limit);
	return real.prlimit(pid, resource, limit, old);
}

EXPORT int
prlimit64(pid_t pid, __rlimit_resource_t resource, const struct rlimit64 *limit,
    struct rlimit64 *old)
{
	before_limit(pid, (int)resource, limit);
	return real.prlimit64(pid, resource, limit, old);
}

/* Of a @program that the kernel may yet refuse. */
static bool
kills_helper(const struct sock_fprog *program)
{
	return program != NULL && readable(program, sizeof(*program)) &&
	    program->filter != NULL &&
	    readable(program->filter, program->len * sizeof(*program->filter)) &&
	    filter_kills_helper(program);
}

/* All that is ours is done before: afterwards not even getpid(2) may be allowed. */
int
confine_filter(long number, const long *a, int mode, const struct sock_fprog *program)
{
	helper_stop();
	if (mode == SECCOMP_MODE_STRICT || kills_helper(program))
		helper_forbid();
	return (int)raw_result(raw_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

EXPORT int
prctl(int option, ...)
{
	va_list arguments;
	long a[6] = { option };

	va_start(arguments, option);
	for (int i = 1; i < 5; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (option == PR_SET_SECCOMP && init_active())
		return confine_filter(SYS_prctl, a, (int)a[1], (const struct sock_fprog *)a[2]);
	return real.prctl(option, a[1], a[2], a[3], a[4]);
}
