/* SPDX-License-Identifier: ISC */
/*
 * The one lock over everything that hooks record, and the sections in which a
 * thread must not be taken away.
 *
 * Hooks run in signal handlers, and threads are cancelled. In a critical
 * section all signals are blocked (by pthread_sigmask, which leaves out what
 * libc needs for setuid to reach every thread) and cancellation is off, so
 * that the lock is never held by code that a handler interrupts. Whoever looks
 * without the lock first and finds nothing of ours never comes here.
 */
#ifndef LIBSOCKSIFY_CRITICAL_H
#define LIBSOCKSIFY_CRITICAL_H

#include <signal.h>

struct critical {
	sigset_t	signals;	/* to be restored */
	int		cancellation;	/* likewise */
};

void	 critical_enter(struct critical *c);
/* Keeps errno. */
void	 critical_leave(struct critical *c);

/* Within a critical section only; not recursive. */
void	 state_lock(void);
void	 state_unlock(void);
/* In the child of a fork: the lock as it was at the start. */
void	 state_lock_reset(void);

/* Both at once. */
void	 critical_lock(struct critical *c);
void	 critical_unlock(struct critical *c);

#endif
