/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/readiness.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "libsocksify/connection.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/readable.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/waiter.h"

#define FEW		64	/* descriptors that fit on the stack */
#define LONG_S		(1ll << 32)	/* longer than anyone waits: no clock overflows by it */
#define SIGNAL_SET	(_NSIG / 8)	/* bytes of one in the kernel */
#define SLICE_NS	5000000	/* between looks, where no waiter can be had: 5 ms */

/* One call. */
struct view {
	struct pollfd		*fds;		/* the caller's */
	struct pollfd		*seen;		/* what the kernel is shown; one more than .count */
	nfds_t			 count;
	struct connection	*only;		/* the masked one, if it is the only one */
	nfds_t			 masked;	/* how many, at the last look */
	struct waiter		*waiter;	/* NULL: none yet, or none to be had */
	int			 waiter_fd;
	bool			 limited;	/* .end counts */
	struct timespec		 end;		/* of the monotonic clock */
};

/* Whether @fd is in a handshake, and is still the socket that it was. */
static bool
is_masked(int fd)
{
	return connection_is_connecting(fd) && records_connection(fd) != NULL;
}

bool
readiness_masked(const struct pollfd *fds, nfds_t count)
{
	if (count > (nfds_t)DESCRIPTORS_MAX || !readable(fds, count * sizeof(*fds)))
		return false;
	for (nfds_t i = 0; fds != NULL && i < count; i++)
		if (is_masked(fds[i].fd))
			return true;
	return false;
}

/* Shows the kernel what is not in a handshake. */
static void
look(struct view *v)
{
	v->masked = 0;
	v->only = NULL;
	for (nfds_t i = 0; i < v->count; i++) {
		v->seen[i] = v->fds[i];
		v->seen[i].revents = 0;
		if (!is_masked(v->fds[i].fd))
			continue;
		v->only = atomic_load(&descriptors_find(v->fds[i].fd)->connection);
		v->masked++;
		v->seen[i].fd = -1;
	}
	if (v->masked != 1)
		v->only = NULL;
	v->seen[v->count] = (struct pollfd){ .fd = v->waiter_fd, .events = POLLIN };
}

static struct timespec
time_left(const struct view *v)
{
	struct timespec now, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = v->end.tv_sec - now.tv_sec;
	left.tv_nsec = v->end.tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_sec--;
		left.tv_nsec += 1000000000;
	}
	if (left.tv_sec < 0)
		left = (struct timespec){ 0 };
	return left;
}

/* One wait in the kernel: what ppoll(2) returned; -EAGAIN: look again. */
static int
wait_once(struct view *v, const sigset_t *mask)
{
	struct timespec slice = { .tv_nsec = SLICE_NS }, left = { 0 };
	bool sliced = v->waiter == NULL && v->masked > 0;
	int n;

	if (v->limited)
		left = time_left(v);
	if (v->limited && left.tv_sec == 0 && left.tv_nsec <= slice.tv_nsec)
		sliced = false;
	n = (real.ppoll)(v->seen, v->count + (v->waiter != NULL),
	    sliced ? &slice : v->limited ? &left : NULL, mask);
	if (n < 0)
		return -errno;
	if (v->waiter != NULL && v->seen[v->count].revents != 0)
		n--;
	else if (n > 0 || !sliced)
		return n;
	return n > 0 ? n : -EAGAIN;
}

/* A waiter, if one may be had, and another look: one may have ended before it was known. */
static void
begin_waiter(struct view *v)
{
	struct rlimit limit;

	/* The kernel takes no more entries than there may be descriptors. */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || v->count >= limit.rlim_cur)
		return;
	v->waiter = waiter_begin(v->only, &v->waiter_fd);
	look(v);
}

/* Polls until something shows or time is up. */
static int
poll_view(struct view *v, const sigset_t *mask, bool waits)
{
	int n;

	look(v);
	if (waits && v->masked > 0)
		begin_waiter(v);
	while ((n = wait_once(v, mask)) == -EAGAIN) {
		if (v->waiter != NULL) {
			waiter_end(v->waiter, v->waiter_fd);
			v->waiter = NULL;
		}
		look(v);
		if (v->masked > 0)
			begin_waiter(v);
	}
	if (v->waiter != NULL)
		waiter_end(v->waiter, v->waiter_fd);
	for (nfds_t i = 0; n >= 0 && i < v->count; i++)
		v->fds[i].revents = v->seen[i].revents;
	return n;
}

static void
set_end(struct view *v, const struct timespec *timeout)
{
	v->limited = timeout != NULL;
	if (!v->limited)
		return;
	clock_gettime(CLOCK_MONOTONIC, &v->end);
	v->end.tv_sec += timeout->tv_sec < LONG_S ? timeout->tv_sec : LONG_S;
	v->end.tv_nsec += timeout->tv_nsec;
	if (v->end.tv_nsec >= 1000000000) {
		v->end.tv_sec++;
		v->end.tv_nsec -= 1000000000;
	}
}

int
readiness_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
    const sigset_t *mask, struct timespec *left)
{
	struct pollfd few[FEW + 1];
	struct view v = { .fds = fds, .seen = few, .count = count, .waiter_fd = -1 };
	size_t size = (count + 1) * sizeof(*fds);
	int n;

	if (!readable(timeout, sizeof(*timeout)) || !readable(mask, SIGNAL_SET))
		return -EFAULT;
	if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
	    timeout->tv_nsec >= 1000000000))
		return -EINVAL;
	if (count > FEW) {
		v.seen = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
		if (v.seen == MAP_FAILED)
			return -ENOMEM;
	}
	set_end(&v, timeout);
	/* The answers are written to the caller's: the kernel knows whether they can be. */
	n = (real.ppoll)(fds, count, &(struct timespec){ 0 }, NULL) < 0 ? -errno : 0;
	if (n == 0)
		n = poll_view(&v, mask, timeout == NULL || timeout->tv_sec != 0 || timeout->tv_nsec != 0);
	if (left != NULL && v.limited)
		*left = time_left(&v);
	if (count > FEW)
		munmap(v.seen, size);
	return n;
}
