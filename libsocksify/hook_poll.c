/* SPDX-License-Identifier: ISC */
/* poll and select, in all their forms. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>

#include "libsocksify/connection.h"
#include "libsocksify/hook.h"
#include "libsocksify/raw.h"
#include "libsocksify/readable.h"
#include "libsocksify/readiness.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"

#define FEW	64	/* descriptors of a select(2) that fit on the stack */

/* libc declares poll(2)'s array as written only, which it is not. */
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

/* Whether no handshake runs anywhere: the look that costs nothing. */
static inline bool
all_settled(void)
{
	return __builtin_expect(atomic_load_explicit(&connections_connecting,
	    memory_order_relaxed) == 0, 1);
}

EXPORT int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec t = { .tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000l };

	if (all_settled() || !readiness_masked(fds, count))
		return real.poll(fds, count, timeout);
	return hook_result(readiness_poll(fds, count, timeout < 0 ? NULL : &t, NULL, NULL));
}

EXPORT_ALIAS(__poll, poll);

EXPORT int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	if (all_settled() || !readiness_masked(fds, count))
		return real.ppoll(fds, count, timeout, mask);
	return hook_result(readiness_poll(fds, count, timeout, mask, NULL));
}

extern int	 __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);
extern int	 __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
	    const sigset_t *mask, size_t size);

EXPORT int
__poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	if (size / sizeof(*fds) < count)
		return real.__poll_chk(fds, count, timeout, size);
	return poll(fds, count, timeout);
}

EXPORT int
__ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
    size_t size)
{
	if (size / sizeof(*fds) < count)
		return real.__ppoll_chk(fds, count, timeout, mask, size);
	return ppoll(fds, count, timeout, mask);
}

/* The three sets of select(2), of any size, and what each of their members means for poll(2). */
enum { IN, OUT, URGENT, SETS };

#define READABLE	(POLLIN | POLLRDNORM | POLLRDBAND)
#define WRITABLE	(POLLOUT | POLLWRNORM | POLLWRBAND)

static const struct {
	short	events;		/* to ask for */
	short	shown_by;	/* the answers that make it ready */
} meaning[SETS] = {
	[IN] = { READABLE, READABLE | POLLHUP | POLLERR },
	[OUT] = { WRITABLE, WRITABLE | POLLERR },
	[URGENT] = { POLLPRI, POLLPRI },
};

#define WORD_BITS	(8 * (int)sizeof(unsigned long))

/* FD_ISSET() and FD_CLR(), for numbers above FD_SETSIZE too. */
static bool
has(const fd_set *set, int fd)
{
	const unsigned long *words = (const unsigned long *)(const void *)set;

	return set != NULL && (words[fd / WORD_BITS] >> fd % WORD_BITS & 1) != 0;
}

static void
clear(fd_set *set, int fd)
{
	unsigned long *words = (unsigned long *)(void *)set;

	words[fd / WORD_BITS] &= ~(1ul << fd % WORD_BITS);
}

static short
events_of(fd_set *const *sets, int fd)
{
	short events = 0;

	for (int i = 0; i < SETS; i++)
		if (has(sets[i], fd))
			events |= meaning[i].events;
	return events;
}

/*
 * How many numbers the kernel looks at when asked for @count: no more than the
 * descriptor table has room for. The sets of select(getdtablesize(), ...) end
 * long before that.
 */
static int
select_count(int count)
{
	static const char label[] = "\nFDSize:\t";
	char status[512];
	const char *at;
	struct rlimit limit;
	long size = FD_SETSIZE, n, file;

	if (count <= FD_SETSIZE)
		return count;
	file = RAW(SYS_openat, AT_FDCWD, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		n = RAW(SYS_read, file, status, sizeof(status) - 1);
		RAW(SYS_close, file);
		status[n > 0 ? n : 0] = '\0';
		at = strstr(status, label);
		for (n = 0; at != NULL && at[sizeof(label) - 1 + n] >= '0' && n < 9; n++)
			size = (n == 0 ? 0 : size * 10) + at[sizeof(label) - 1 + n] - '0';
	} else if (file == -EMFILE && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < INT_MAX) {
		size = (long)limit.rlim_cur;
	}
	return count < size ? count : (int)size;
}

/*
 * Whether any member of the sets is in a handshake; how many members there are.
 * What cannot be read is the kernel's to refuse.
 */
static bool
select_masked(int count, fd_set *const *sets, nfds_t *members)
{
	size_t size = count <= 0 ? 0 : ((size_t)(count - 1) / WORD_BITS + 1) * sizeof(unsigned long);
	bool masked = false;

	*members = 0;
	for (int i = 0; i < SETS; i++)
		if (!readable(sets[i], size))
			return false;
	for (int fd = 0; fd < count; fd++) {
		if (events_of(sets, fd) == 0)
			continue;
		(*members)++;
		masked = masked || (connection_is_connecting(fd) &&
		    records_connection(fd) != NULL);
	}
	return masked;
}

/* Clears the members that are not ready: how many stay, or -EBADF. */
static int
select_answer(fd_set *const *sets, const struct pollfd *fds, nfds_t members)
{
	int ready = 0;

	for (nfds_t i = 0; i < members; i++)
		if ((fds[i].revents & POLLNVAL) != 0)
			return -EBADF;
	for (nfds_t i = 0; i < members; i++)
		for (int k = 0; k < SETS; k++) {
			if (!has(sets[k], fds[i].fd))
				continue;
			if ((fds[i].revents & meaning[k].shown_by) != 0)
				ready++;
			else
				clear(sets[k], fds[i].fd);
		}
	return ready;
}

static int
select_by_poll(int count, fd_set *const *sets, nfds_t members, const struct timespec *timeout,
    const sigset_t *mask, struct timespec *left)
{
	struct pollfd few[FEW], *fds = few;
	size_t size = members * sizeof(*fds);
	nfds_t n = 0;
	int result;

	if (members > FEW) {
		fds = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (fds == MAP_FAILED)
			return -ENOMEM;
	}
	for (int fd = 0; fd < count && n < members; fd++)
		if (events_of(sets, fd) != 0)
			fds[n++] = (struct pollfd){ .fd = fd, .events = events_of(sets, fd) };
	result = readiness_poll(fds, n, timeout, mask, left);
	if (result >= 0)
		result = select_answer(sets, fds, n);
	if (members > FEW)
		munmap(fds, size);
	return result;
}

EXPORT int
select(int count, fd_set *in, fd_set *out, fd_set *urgent, struct timeval *timeout)
{
	fd_set *const sets[SETS] = { in, out, urgent };
	struct timespec t, left = { 0 };
	nfds_t members;
	int result;

	if (all_settled() || !select_masked(select_count(count), sets, &members))
		return real.select(count, in, out, urgent, timeout);
	if (!readable(timeout, sizeof(*timeout)))
		return hook_result(-EFAULT);
	if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
		return hook_result(-EINVAL);
	if (timeout != NULL) {
		t.tv_sec = timeout->tv_sec < LONG_MAX / 2 ? timeout->tv_sec : LONG_MAX / 2;
		t.tv_sec += timeout->tv_usec / 1000000;
		t.tv_nsec = timeout->tv_usec % 1000000 * 1000l;
	}
	result = select_by_poll(select_count(count), sets, members, timeout != NULL ? &t : NULL,
	    NULL, &left);
	if (timeout != NULL) {
		timeout->tv_sec = left.tv_sec;
		timeout->tv_usec = left.tv_nsec / 1000;
	}
	return hook_result(result);
}

EXPORT_ALIAS(__select, select);

EXPORT int
pselect(int count, fd_set *in, fd_set *out, fd_set *urgent, const struct timespec *timeout,
    const sigset_t *mask)
{
	fd_set *const sets[SETS] = { in, out, urgent };
	nfds_t members;

	if (all_settled() || !select_masked(select_count(count), sets, &members))
		return real.pselect(count, in, out, urgent, timeout, mask);
	return hook_result(select_by_poll(select_count(count), sets, members, timeout, mask, NULL));
}
