/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/helper.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "libsocksify/attempt.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/driver.h"
#include "libsocksify/handler.h"
#include "libsocksify/inbox.h"
#include "libsocksify/raw.h"
#include "libsocksify/watch.h"

#define STACK_SIZE	(256 * 1024)	/* the program's thread-local storage is in it too */
#define START_LIMIT_MS	2000		/* for the thread to say that it runs */
#define WAIT_LIMIT_MS	3000		/* for handshakes, before a fork */
#define RETRY_MS	1000		/* after a start that failed */
#define CROWDED_TRIES	100		/* a millisecond each */

enum {
	HELPER_ABSENT,
	HELPER_STARTING,
	HELPER_RUNNING,
	HELPER_ENDED,		/* or ending: the thread touches nothing shared any more */
};

/* Under the state lock; the state is a futex word that leaves STARTING without it. */
static _Atomic uint32_t helper_state;
static struct driver driver;
static int last_error;
static _Atomic bool forbidden;
static int64_t retry_at;

/* Sleeps while *@word is @value, at most @limit_ms. */
static void
futex_sleep(_Atomic uint32_t *word, uint32_t value, int64_t limit_ms)
{
	struct timespec t = { .tv_sec = limit_ms / 1000, .tv_nsec = limit_ms % 1000 * 1000000 };

	RAW(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, &t);
}

static void
enter_state(uint32_t state)
{
	atomic_store(&helper_state, state);
	RAW(SYS_futex, &helper_state, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

static void *
run(void *arg)
{
	int error = driver_open(&driver);

	(void)arg;
	if (error < 0) {
		last_error = error;
		enter_state(HELPER_ENDED);
		return NULL;
	}
	enter_state(HELPER_RUNNING);
	driver_run(&driver);
	/* With the lock, which driver_run() has taken: nobody can count on it any more. */
	enter_state(HELPER_ENDED);
	state_unlock();
	return NULL;
}

static int
create_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	/* Signals are blocked here, and a new thread inherits that. */
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	atomic_store(&helper_state, HELPER_STARTING);
	error = pthread_create(&thread, &attributes, run, NULL);
	pthread_attr_destroy(&attributes);
	if (error != 0)
		atomic_store(&helper_state, HELPER_ABSENT);
	return -error;
}

int
helper_start(const struct critical *c)
{
	int64_t limit;

	if (atomic_load(&helper_state) == HELPER_RUNNING)
		return 0;
	if (atomic_load(&forbidden))
		return -EPERM;
	if (last_error != 0 && now_ms() < retry_at)
		return last_error;
	if (atomic_load(&helper_state) != HELPER_STARTING && handler_is_running(&c->signals))
		return -EAGAIN;
	if (atomic_load(&helper_state) != HELPER_STARTING)
		last_error = create_thread();
	limit = now_ms() + START_LIMIT_MS;
	while (last_error == 0 && atomic_load(&helper_state) == HELPER_STARTING && now_ms() < limit)
		futex_sleep(&helper_state, HELPER_STARTING, START_LIMIT_MS);
	if (atomic_load(&helper_state) == HELPER_RUNNING)
		return 0;
	if (last_error == 0)
		last_error = -EAGAIN;
	retry_at = now_ms() + RETRY_MS;
	return last_error;
}

/* As inbox_send(); too many descriptors on their way, of all of a user's, soon are fewer. */
static int
give(const struct message *m, int fd)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int error, tries = 0;

	while ((error = inbox_send(&driver.address, m, fd)) == -ETOOMANYREFS &&
	    tries++ < CROWDED_TRIES)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	return error;
}

int
helper_give_attempt(struct attempt *a, int fd)
{
	struct message m = { .kind = MESSAGE_ATTEMPT, .attempt = a, .fd = fd, .epoll = -1 };

	return give(&m, fd);
}

int
helper_give_epoll(const struct watcher *watcher, int fd)
{
	struct message m = { .kind = MESSAGE_EPOLL, .fd = fd, .epoll = watcher->epoll,
		.drops = watcher->drops };

	return give(&m, watcher->epoll);
}

int
helper_has_epoll(int epoll)
{
	const struct slot *s = descriptors_find(epoll);

	return s != NULL && s->copy != 0;
}

void
helper_await_idle(void)
{
	int64_t left, limit = now_ms() + WAIT_LIMIT_MS;
	uint32_t connecting;

	while ((connecting = atomic_load(&connections_connecting)) > 0 &&
	    (left = limit - now_ms()) > 0)
		futex_sleep(&connections_connecting, connecting, left);
}

/* Until the kernel counts one thread less. */
static void
await_end(pid_t tid)
{
	int64_t limit = now_ms() + START_LIMIT_MS;

	while (RAW(SYS_tgkill, RAW(SYS_getpid), tid, 0) == 0 && now_ms() < limit)
		RAW(SYS_sched_yield);
}

void
helper_stop(void)
{
	struct message wake = { .kind = MESSAGE_WAKE, .fd = -1, .epoll = -1 };
	struct critical c;
	bool running;

	if (atomic_load(&helper_state) == HELPER_ABSENT || !descriptors_owned())
		return;
	helper_await_idle();
	critical_enter(&c);
	state_lock();
	running = atomic_load(&helper_state) == HELPER_RUNNING &&
	    atomic_load(&connections_connecting) == 0;
	atomic_store(&driver.stopping, running);
	state_unlock();
	if (running && inbox_send(&driver.address, &wake, -1) == 0) {
		int64_t limit = now_ms() + START_LIMIT_MS;

		while (atomic_load(&helper_state) == HELPER_RUNNING && now_ms() < limit)
			futex_sleep(&helper_state, HELPER_RUNNING, START_LIMIT_MS);
	}
	atomic_store(&driver.stopping, false);
	if (atomic_load(&helper_state) == HELPER_ENDED)
		await_end(driver.tid);
	critical_leave(&c);
}

void
helper_keep(void)
{
	struct critical c;

	if (!descriptors_owned())
		return;
	critical_lock(&c);
	if (helper_start(&c) == 0)
		atomic_store(&driver.kept, true);
	critical_unlock(&c);
}

void
helper_forbid(void)
{
	if (descriptors_owned())
		atomic_store(&forbidden, true);
}

void
helper_forget(void)
{
	atomic_store(&helper_state, HELPER_ABSENT);
	last_error = 0;
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_EPOLL)) >= 0;)
		descriptors_find(fd)->copy = 0;
	memset(&driver, 0, sizeof(driver));
}
