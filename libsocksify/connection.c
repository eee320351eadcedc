/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connection.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/pool.h"
#include "libsocksify/raw.h"

#ifndef SO_COOKIE
#define SO_COOKIE	57
#endif

#define CANCEL_MS	1000	/* for the helper to notice */

_Atomic uint32_t connections_connecting, connections_unsettled;
static struct pool pool = POOL_OF(struct connection);

static void
futex_wake_all(_Atomic uint32_t *word)
{
	RAW(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
}

uint64_t
socket_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	return RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) < 0 ? 0 : cookie;
}

/* The error has been told, or nobody is left to be told. */
static int
forget_error(struct connection *c)
{
	int error = atomic_exchange(&c->error, 0);

	if (error != 0)
		atomic_fetch_sub(&connections_unsettled, 1);
	return error;
}

/* Back to the pool once neither a descriptor nor a tunnel refers to it. */
static void
collect(struct connection *c)
{
	if (c->descriptors > 0 || c->driven)
		return;
	forget_error(c);
	atomic_store(&c->state, CONNECTION_NONE);
	pool_give(&pool, c);
}

struct connection *
connection_new(int fd, uint64_t cookie, const struct sockaddr *peer, socklen_t peer_len)
{
	struct connection *c = pool_take(&pool);

	if (c == NULL)
		return NULL;
	c->descriptors = 0;
	c->driven = true;
	c->told = false;
	c->withdrawn = false;
	c->cancelled = false;
	c->number = fd;
	c->options = (struct options){ 0 };
	c->cookie = cookie;
	c->peer_len = peer_len < sizeof(c->peer) ? peer_len : (socklen_t)sizeof(c->peer);
	memset(&c->peer, 0, sizeof(c->peer));
	memcpy(&c->peer, peer, c->peer_len);
	atomic_store(&c->error, 0);
	atomic_store(&c->state, CONNECTION_CONNECTING);
	atomic_fetch_add(&connections_connecting, 1);
	atomic_fetch_add(&connections_unsettled, 1);
	connection_show(c, fd);
	return c;
}

void
connection_settle(struct connection *c, int error)
{
	/* One who was CONNECTING is unsettled, and so is an error that is to be told. */
	if (error == 0)
		atomic_fetch_sub(&connections_unsettled, 1);
	atomic_store(&c->error, error);
	atomic_store(&c->state, error == 0 ? CONNECTION_ESTABLISHED : CONNECTION_FAILED);
	futex_wake_all(&c->state);
	if (atomic_fetch_sub(&connections_connecting, 1) == 1)
		futex_wake_all(&connections_connecting);
}

void
connection_release(struct connection *c)
{
	c->driven = false;
	collect(c);
}

void
connection_show(struct connection *c, int fd)
{
	struct slot *s = descriptors_make(fd);

	if (s == NULL || atomic_load(&s->connection) == c)
		return;
	connection_hide(fd);
	c->descriptors++;
	atomic_store_explicit(&s->connection, c, memory_order_release);
	slot_mark(s, SLOT_CONNECTION);
}

void
connection_show_duplicates(struct connection *c, int fd)
{
	if (!descriptors_marked(fd, SLOT_DUPLICATED))
		return;
	for (int i = -1; (i = descriptors_next(i + 1, DESCRIPTORS_MAX, SLOT_DUPLICATED)) >= 0;) {
		if (i == fd || socket_cookie(i) != c->cookie)
			continue;
		connection_show(c, i);
	}
}

void
connection_hide(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct connection *c = s == NULL ? NULL : atomic_load(&s->connection);

	if (c == NULL)
		return;
	slot_unmark(s, SLOT_CONNECTION);
	atomic_store(&s->connection, NULL);
	c->descriptors--;
	if (connection_abandoned(c) && connection_state(c) == CONNECTION_CONNECTING &&
	    socket_cookie(fd) == c->cookie)
		shutdown(fd, SHUT_RDWR);
	collect(c);
}

void
connection_cancel(struct connection *c, int fd)
{
	struct critical critical;

	critical_lock(&critical);
	/* Held for this function, lest the record be used anew. */
	c->descriptors++;
	c->cancelled = true;
	connection_hide(fd);
	shutdown(fd, SHUT_RDWR);
	critical_unlock(&critical);
	connection_wait(c, CANCEL_MS);
	critical_lock(&critical);
	c->descriptors--;
	collect(c);
	critical_unlock(&critical);
}

bool
connection_abandoned(const struct connection *c)
{
	return c->descriptors == 0;
}

bool
connection_is_wanted(const struct connection *c)
{
	return !c->cancelled && !connection_abandoned(c);
}

void
connection_each(struct connection *c, void (*each)(int fd, void *arg), void *arg)
{
	unsigned found = 0;
	struct slot *s = descriptors_find(c->number);

	/* Nearly always the only one. */
	if (s != NULL && atomic_load(&s->connection) == c) {
		found++;
		each(c->number, arg);
	}
	for (int fd = -1; found < c->descriptors &&
	    (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_CONNECTION)) >= 0;) {
		s = descriptors_find(fd);
		if (fd == c->number || atomic_load(&s->connection) != c)
			continue;
		found++;
		each(fd, arg);
	}
}

void
connection_orphan_all(void)
{
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_CONNECTION)) >= 0;) {
		struct connection *c = atomic_load(&descriptors_find(fd)->connection);

		c->driven = false;
		if (connection_state(c) == CONNECTION_CONNECTING)
			connection_settle(c, ECONNABORTED);
	}
}

bool
connection_is_connecting(int fd)
{
	const struct slot *s = descriptors_find(fd);
	const struct connection *c;

	if (s == NULL || (slot_marks(s) & SLOT_CONNECTION) == 0)
		return false;
	c = atomic_load_explicit(&s->connection, memory_order_acquire);
	return c != NULL && connection_state(c) == CONNECTION_CONNECTING;
}

bool
interruption_counts(void)
{
	struct sigaction action;

	for (int signal = 1; signal < _NSIG; signal++)
		if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
		    action.sa_handler != SIG_IGN && (action.sa_flags & SA_RESTART) == 0)
			return true;
	return false;
}

int
connection_wait(struct connection *c, int timeout_ms)
{
	struct timespec t = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000l,
	};

	while (connection_state(c) == CONNECTION_CONNECTING) {
		long result = RAW(SYS_futex, &c->state, FUTEX_WAIT | FUTEX_PRIVATE_FLAG,
		    CONNECTION_CONNECTING, timeout_ms < 0 ? NULL : &t);

		if (result == -ETIMEDOUT)
			return -ETIMEDOUT;
		if (result == -EINTR && interruption_counts())
			return -EINTR;
	}
	return 0;
}

int
connection_take_error(int fd, struct connection *c)
{
	int kernel, error = forget_error(c);
	socklen_t len = sizeof(kernel);

	if (error != 0)
		RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &kernel, &len);
	return error;
}
