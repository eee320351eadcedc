/* SPDX-License-Identifier: ISC */
/*
 * System calls by number, as runtimes make them: libuv closes this way, for one.
 * What a hook has a part in goes to the hook; all else, and all on descriptors
 * that are not ours, straight on. Arguments and results are the kernel's, which
 * for some calls are not those of the libc function of that name.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "libsocksify/connection.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/hook.h"
#include "libsocksify/hook_confine.h"
#include "libsocksify/init.h"
#include "libsocksify/readable.h"
#include "libsocksify/readiness.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"

#define NS_PER_S	1000000000
#define KERNEL_SIGSET	(_NSIG / 8)	/* bytes of a signal set in the kernel */

/* An argument as a pointer of whatever type is asked for. */
static inline void *
pointer(long argument)
{
	return (void *)argument;
}

static bool
descriptor_call(long number, const long *a, long *result)
{
	switch (number) {
	case SYS_close:
		/* Not close(2), in which libc lets a thread be cancelled. */
		records_drop((int)a[0]);
		return false;
	case SYS_close_range:
		*result = close_range((unsigned)a[0], (unsigned)a[1], (int)a[2]);
		return true;
	case SYS_dup:
		*result = dup((int)a[0]);
		return true;
#ifdef SYS_dup2
	case SYS_dup2:
		*result = dup2((int)a[0], (int)a[1]);
		return true;
#endif
	case SYS_dup3:
		*result = dup3((int)a[0], (int)a[1], (int)a[2]);
		return true;
	case SYS_fcntl:
		if (a[1] != F_DUPFD && a[1] != F_DUPFD_CLOEXEC)
			return false;
		*result = fcntl((int)a[0], (int)a[1], a[2]);
		return true;
	case SYS_socket:
		*result = socket((int)a[0], (int)a[1], (int)a[2]);
		return true;
	case SYS_accept:
		*result = accept((int)a[0], pointer(a[1]), pointer(a[2]));
		return true;
	case SYS_accept4:
		*result = accept4((int)a[0], pointer(a[1]), pointer(a[2]), (int)a[3]);
		return true;
	default:
		return false;
	}
}

static bool
socket_call(long number, const long *a, long *result)
{
	switch (number) {
	case SYS_connect:
		*result = connect((int)a[0], pointer(a[1]), (socklen_t)a[2]);
		return true;
	case SYS_bind:
		*result = bind((int)a[0], pointer(a[1]), (socklen_t)a[2]);
		return true;
	case SYS_listen:
		*result = listen((int)a[0], (int)a[1]);
		return true;
	case SYS_getsockname:
		*result = getsockname((int)a[0], pointer(a[1]), pointer(a[2]));
		return true;
	case SYS_getpeername:
		*result = getpeername((int)a[0], pointer(a[1]), pointer(a[2]));
		return true;
	case SYS_getsockopt:
		*result = getsockopt((int)a[0], (int)a[1], (int)a[2], pointer(a[3]), pointer(a[4]));
		return true;
	case SYS_setsockopt:
		*result = setsockopt((int)a[0], (int)a[1], (int)a[2], pointer(a[3]),
		    (socklen_t)a[4]);
		return true;
#ifdef SYS_epoll_create
	case SYS_epoll_create:
		*result = epoll_create((int)a[0]);
		return true;
#endif
	case SYS_epoll_create1:
		*result = epoll_create1((int)a[0]);
		return true;
	case SYS_ioctl:
		*result = ioctl((int)a[0], (unsigned long)a[1], pointer(a[2]));
		return true;
	case SYS_epoll_ctl:
		*result = epoll_ctl((int)a[0], (int)a[1], (int)a[2], pointer(a[3]));
		return true;
	default:
		return false;
	}
}

/* The offset of preadv2(2), in one register where that has room for it. */
static off64_t
vector_offset(const long *a)
{
	return sizeof(long) == sizeof(off64_t) ? (off64_t)a[3] :
	    (off64_t)((uint64_t)(uint32_t)a[3] | (uint64_t)(uint32_t)a[4] << 32);
}

/* Whether input or output on @fd may be held up. */
static inline bool
gated(long fd)
{
	return atomic_load_explicit(&connections_unsettled, memory_order_relaxed) != 0 &&
	    descriptors_marked((int)fd, SLOT_CONNECTION);
}

/* Whether a sending call with @flags may connect. */
static inline bool
sends(long fd, long flags)
{
	return (flags & MSG_FASTOPEN) != 0 || gated(fd);
}

static bool
sending_call(long number, const long *a, long *result)
{
	switch (number) {
	case SYS_write:
		return gated(a[0]) && (*result = write((int)a[0], pointer(a[1]), (size_t)a[2]), true);
	case SYS_writev:
		return gated(a[0]) && (*result = writev((int)a[0], pointer(a[1]), (int)a[2]), true);
	case SYS_pwritev2:
		return gated(a[0]) && (*result = pwritev64v2((int)a[0], pointer(a[1]), (int)a[2],
		    vector_offset(a), (int)a[5]), true);
	case SYS_sendto:
		return sends(a[0], a[3]) && (*result = sendto((int)a[0], pointer(a[1]), (size_t)a[2],
		    (int)a[3], pointer(a[4]), (socklen_t)a[5]), true);
	case SYS_sendmsg:
		return sends(a[0], a[2]) && (*result = sendmsg((int)a[0], pointer(a[1]), (int)a[2]),
		    true);
	case SYS_sendmmsg:
		return sends(a[0], a[3]) && (*result = sendmmsg((int)a[0], pointer(a[1]),
		    (unsigned)a[2], (int)a[3]), true);
	case SYS_sendfile:
		return gated(a[0]) && (*result = sendfile((int)a[0], (int)a[1], pointer(a[2]),
		    (size_t)a[3]), true);
	case SYS_splice:
		return (gated(a[0]) || gated(a[2])) && (*result = splice((int)a[0], pointer(a[1]),
		    (int)a[2], pointer(a[3]), (size_t)a[4], (unsigned)a[5]), true);
	default:
		return false;
	}
}

static bool
receiving_call(long number, const long *a, long *result)
{
	switch (number) {
	case SYS_read:
		return gated(a[0]) && (*result = read((int)a[0], pointer(a[1]), (size_t)a[2]), true);
	case SYS_readv:
		return gated(a[0]) && (*result = readv((int)a[0], pointer(a[1]), (int)a[2]), true);
	case SYS_preadv2:
		return gated(a[0]) && (*result = preadv64v2((int)a[0], pointer(a[1]), (int)a[2],
		    vector_offset(a), (int)a[5]), true);
	case SYS_recvfrom:
		return gated(a[0]) && (*result = recvfrom((int)a[0], pointer(a[1]), (size_t)a[2],
		    (int)a[3], pointer(a[4]), pointer(a[5])), true);
	case SYS_recvmsg:
		return gated(a[0]) && (*result = recvmsg((int)a[0], pointer(a[1]), (int)a[2]), true);
	case SYS_recvmmsg:
		return gated(a[0]) && (*result = recvmmsg((int)a[0], pointer(a[1]), (unsigned)a[2],
		    (int)a[3], pointer(a[4])), true);
	default:
		return false;
	}
}

/* The kernel's ppoll(2), which writes back what is left of the time. */
static bool
poll_call(const long *a, long *result)
{
	struct timespec *timeout = pointer(a[2]), left = { 0 };

	if ((a[3] != 0 && a[4] != KERNEL_SIGSET) ||
	    !readable(timeout, sizeof(*timeout)) ||
	    !readiness_masked(pointer(a[0]), (nfds_t)a[1]))
		return false;
	*result = hook_result(readiness_poll(pointer(a[0]), (nfds_t)a[1], timeout, pointer(a[3]),
	    &left));
	if (timeout != NULL && (*result >= 0 || errno != EINVAL))
		*timeout = left;
	return true;
}

/* Takes from @timeout what has passed since @since. */
static void
take_elapsed(struct timespec *timeout, const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	timeout->tv_sec -= now.tv_sec - since->tv_sec;
	timeout->tv_nsec -= now.tv_nsec - since->tv_nsec;
	if (timeout->tv_nsec < 0) {
		timeout->tv_sec--;
		timeout->tv_nsec += NS_PER_S;
	} else if (timeout->tv_nsec >= NS_PER_S) {
		timeout->tv_sec++;
		timeout->tv_nsec -= NS_PER_S;
	}
	if (timeout->tv_sec < 0)
		*timeout = (struct timespec){ 0 };
}

/* The kernel's pselect6(2): likewise, and its signal set comes with a size behind a pointer. */
static bool
select_call(const long *a, long *result)
{
	const struct { const sigset_t *mask; size_t size; } none = { NULL, 0 }, *signals = &none;
	struct timespec *timeout = pointer(a[4]), begin;

	if (!readable(pointer(a[5]), sizeof(*signals)) ||
	    !readable(timeout, sizeof(*timeout)))
		return false;
	if (a[5] != 0)
		signals = pointer(a[5]);
	if (signals->mask != NULL && signals->size != KERNEL_SIGSET)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	*result = pselect((int)a[0], pointer(a[1]), pointer(a[2]), pointer(a[3]), timeout,
	    signals->mask);
	if (timeout != NULL && (*result >= 0 || errno == EINTR))
		take_elapsed(timeout, &begin);
	return true;
}

static bool
waiting_call(long number, const long *a, long *result)
{
	if (atomic_load_explicit(&connections_connecting, memory_order_relaxed) == 0)
		return false;
	switch (number) {
#ifdef SYS_poll
	case SYS_poll:
		*result = poll(pointer(a[0]), (nfds_t)a[1], (int)a[2]);
		return true;
#endif
#ifdef SYS_select
	case SYS_select:
		*result = select((int)a[0], pointer(a[1]), pointer(a[2]), pointer(a[3]),
		    pointer(a[4]));
		return true;
#endif
	case SYS_ppoll:
		return poll_call(a, result);
	case SYS_pselect6:
		return select_call(a, result);
	default:
		return false;
	}
}

static bool
process_call(long number, const long *a, long *result)
{
	switch (number) {
	case SYS_execve:
		*result = execve(pointer(a[0]), pointer(a[1]), pointer(a[2]));
		return true;
	case SYS_execveat:
		*result = execveat((int)a[0], pointer(a[1]), pointer(a[2]), pointer(a[3]),
		    (int)a[4]);
		return true;
	case SYS_unshare:
		*result = unshare((int)a[0]);
		return true;
	case SYS_setns:
		*result = setns((int)a[0], (int)a[1]);
		return true;
	case SYS_seccomp:
		/* Also with flags; anything but setting one is no concern. */
		if ((a[0] != SECCOMP_SET_MODE_FILTER && a[0] != SECCOMP_SET_MODE_STRICT) ||
		    !init_active())
			return false;
		*result = confine_filter(number, a, a[0] == SECCOMP_SET_MODE_FILTER ?
		    SECCOMP_MODE_FILTER : SECCOMP_MODE_STRICT, pointer(a[2]));
		return true;
	case SYS_prctl:
		if (a[0] != PR_SET_SECCOMP)
			return false;
		*result = prctl((int)a[0], a[1], a[2], a[3], a[4]);
		return true;
	case SYS_prlimit64:
		*result = prlimit64((pid_t)a[0], (__rlimit_resource_t)a[1], pointer(a[2]),
		    pointer(a[3]));
		return true;
	case SYS_io_uring_setup:
		/* No hook could follow what is done by it; runtimes have another way. */
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
	long a[6], result = -1;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (receiving_call(number, a, &result) || sending_call(number, a, &result) ||
	    waiting_call(number, a, &result) || descriptor_call(number, a, &result) ||
	    socket_call(number, a, &result) || process_call(number, a, &result))
		return result;
	return real.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
