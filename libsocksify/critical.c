/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/critical.h"

#include <errno.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
critical_enter(struct critical *c)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &c->signals);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &c->cancellation);
}

void
critical_leave(struct critical *c)
{
	int saved = errno;

	pthread_setcancelstate(c->cancellation, NULL);
	pthread_sigmask(SIG_SETMASK, &c->signals, NULL);
	errno = saved;
}

void
state_lock(void)
{
	pthread_mutex_lock(&lock);
}

void
state_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void
state_lock_reset(void)
{
	pthread_mutex_init(&lock, NULL);
}

void
critical_lock(struct critical *c)
{
	critical_enter(c);
	state_lock();
}

void
critical_unlock(struct critical *c)
{
	state_unlock();
	critical_leave(c);
}
