/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connect_recorded.h"

#include <errno.h>

#include "libsocksify/attempt.h"
#include "libsocksify/connect_call.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/helper.h"
#include "libsocksify/watch.h"

#define WATCHERS_MAX	16	/* epoll descriptors that one socket is handed over with */

static void
mask_number(int fd, void *arg)
{
	(void)arg;
	watch_recover(fd);
	watch_mask(fd);
}

static void
restore_number(int fd, void *arg)
{
	bool connected = attempt_error(arg) == 0;

	watch_restore(fd, watch_same_number, connected);
	if (connected)
		slot_unmark(descriptors_find(fd), SLOT_FRESH);
}

/* Epoll descriptors that a socket is handed over with. */
struct watchers {
	struct watcher	given[WATCHERS_MAX];
	int		count;
};

static void
gather_number(int fd, void *arg)
{
	struct watchers *w = arg;

	w->count += watch_masked(fd, w->given + w->count, WATCHERS_MAX - w->count);
}

/*
 * A record, CONNECTING, and the attempt that belongs to it, for a socket whose
 * registrations get masked. Under the lock. NULL: no memory.
 */
static struct attempt *
begin_recorded(const struct call *call)
{
	struct attempt *a = attempt_new();

	if (a == NULL)
		return NULL;
	call_attempt(call, a);
	a->connection = connection_new(call->fd, call->cookie, call->to, call->len);
	if (a->connection == NULL) {
		attempt_free(a);
		return NULL;
	}
	a->connection->withdrawn = attempt_has_choice(a);
	connection_show_duplicates(a->connection, call->fd);
	connection_each(a->connection, mask_number, NULL);
	return a;
}

/*
 * Ends a recorded attempt in the calling thread. Under the lock. @told: its
 * result is what this connect(2) returns.
 */
static void
end_recorded(struct attempt *a, bool told)
{
	struct connection *c = a->connection;
	int fd = c->number, error = attempt_error(a);
	bool shown = !connection_abandoned(c);

	if (shown && socket_cookie(fd) == a->cookie) {
		options_restore(&c->options, fd);
		if (error != 0 && !attempt_was_foreign(a))
			attempt_disconnect(fd);
	}
	connection_settle(c, error);
	if (shown) {
		connection_each(c, restore_number, a);
		if (error != 0 && told)
			connection_hide(fd);
	}
	c->told = told;
	connection_release(c);
	attempt_free(a);
}

/* Gives the attempt to the helper. In a critical section, without the lock. 0, or -errno. */
static int
hand_over(struct attempt *a, int fd, const struct watchers *w)
{
	int error = 0;

	for (int i = 0; i < w->count && error == 0; i++)
		error = helper_give_epoll(&w->given[i], fd);
	return error < 0 ? error : helper_give_attempt(a, fd);
}

/* What a recorded attempt that is over returns to connect(2): 0, or -errno. */
static int
end_here(struct call *call, struct attempt *a)
{
	int error = attempt_error(a);
	struct critical c;

	call->exhausted = a->exhausted;
	critical_lock(&c);
	end_recorded(a, true);
	critical_unlock(&c);
	return -error;
}

/* Drives a recorded attempt here, where the helper cannot: 0, or -errno for connect(2). */
static int
drive_here(struct call *call, struct attempt *a)
{
	int error = attempt_run(a, false, -1);

	if (error < 0) {
		attempt_fail(a, -error);
		attempt_step(a);
	}
	return end_here(call, a);
}

/* Under the lock: whether another thread's connect(2) on this very socket is not over. */
static bool
is_under_way(const struct call *call)
{
	const struct slot *s = descriptors_find(call->fd);
	const struct connection *c = s == NULL ? NULL : atomic_load(&s->connection);

	return c != NULL && c->cookie == call->cookie &&
	    connection_state(c) == CONNECTION_CONNECTING;
}

int
connect_recorded(struct call *call)
{
	struct watchers watchers = { .count = 0 };
	struct critical c;
	struct attempt *a = NULL;
	bool busy;
	int helper;

	critical_lock(&c);
	busy = is_under_way(call);
	helper = helper_start(&c);
	if (!busy)
		a = begin_recorded(call);
	if (a == NULL) {
		critical_unlock(&c);
		return busy ? -EALREADY : -ENOBUFS;
	}
	options_set_aside(&a->connection->options, call->fd);
	state_unlock();
	attempt_begin(a);
	if (a->over) {
		critical_leave(&c);
		return end_here(call, a);
	}
	state_lock();
	/* The helper cannot put another socket in its place. */
	a->followed = false;
	connection_each(a->connection, gather_number, &watchers);
	state_unlock();
	if (helper == 0)
		helper = hand_over(a, call->fd, &watchers);
	critical_leave(&c);
	return helper == 0 ? -EINPROGRESS : drive_here(call, a);
}

void
connect_record(const struct call *call)
{
	struct connection *connection;
	struct critical c;

	critical_lock(&c);
	watch_forget(call->fd, false);
	connection = connection_new(call->fd, call->cookie, call->to, call->len);
	if (connection != NULL) {
		connection_show_duplicates(connection, call->fd);
		connection_settle(connection, 0);
		connection->told = true;
		slot_unmark(descriptors_find(call->fd), SLOT_FRESH);
		connection_release(connection);
	}
	critical_unlock(&c);
}

int
connect_continue(struct call *call, const struct attempt *from,
    const struct options *options, int error)
{
	struct critical c;
	struct attempt *a = NULL;
	struct watchers watchers = { .count = 0 };
	int helper;

	critical_lock(&c);
	helper = helper_start(&c);
	if (helper == 0)
		a = begin_recorded(call);
	if (a != NULL) {
		attempt_resume(a, from);
		a->followed = false;
		a->connection->options = *options;
		connection_each(a->connection, gather_number, &watchers);
	}
	state_unlock();
	if (a != NULL)
		helper = hand_over(a, call->fd, &watchers);
	critical_leave(&c);
	if (a == NULL)
		return 0;
	return helper == 0 ? error : drive_here(call, a);
}
