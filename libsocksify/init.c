/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/init.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/types.h>
#include <unistd.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/helper.h"
#include "libsocksify/inherit.h"
#include "libsocksify/raw.h"
#include "libsocksify/real.h"
#include "libsocksify/settings_load.h"
#include "libsocksify/waiter.h"

enum {
	INIT_NOT_YET,
	INIT_RUNNING,
	INIT_INERT,
	INIT_ACTIVE,
};

static _Atomic int state;
static _Atomic pid_t initialiser;	/* the thread that is at it */
static struct critical around_fork;	/* of the thread that holds the lock */

/*
 * A child has no helper. What is in the middle of a handshake is let come to its
 * end first, for a bounded time, because it could not go on in both processes.
 */
static void
before_fork(void)
{
	struct critical mine;

	if (descriptors_owned())
		helper_await_idle();
	critical_lock(&mine);
	around_fork = mine;
}

static void
after_fork(void)
{
	struct critical mine = around_fork;

	critical_unlock(&mine);
}

static void
in_child(void)
{
	state_lock_reset();
	/* Of a vfork child that forks, the parent's records are none of the child's business. */
	descriptors_own();
	helper_forget();
	waiter_forget_all();
	connection_orphan_all();
	critical_leave(&around_fork);
}

static void
initialise(void)
{
	const struct settings *settings = NULL;
	bool failed = false;

	real_init();
	descriptors_own();
	if (getauxval(AT_SECURE) == 0)
		settings = settings_load(&failed);
	if (settings == NULL && !failed) {
		atomic_store(&state, INIT_INERT);
		return;
	}
	inherit_remember();
	pthread_atfork(before_fork, after_fork, in_child);
	atomic_store(&state, INIT_ACTIVE);
}

bool
init_active(void)
{
	int expected = INIT_NOT_YET, now = atomic_load_explicit(&state, memory_order_acquire);

	if (now >= INIT_INERT)
		return now == INIT_ACTIVE;
	/* In a program's .preinit_array, before libc itself has been started. */
	if (environ == NULL)
		return false;
	if (atomic_compare_exchange_strong(&state, &expected, INIT_RUNNING)) {
		atomic_store(&initialiser, (pid_t)RAW(SYS_gettid));
		initialise();
	}
	/* What the initialising thread calls meanwhile goes straight to the kernel. */
	while ((now = atomic_load(&state)) == INIT_RUNNING &&
	    atomic_load(&initialiser) != RAW(SYS_gettid))
		sched_yield();
	return now == INIT_ACTIVE;
}

__attribute__((constructor)) static void
construct(void)
{
	init_active();
}
