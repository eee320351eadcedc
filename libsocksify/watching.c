/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/watching.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/helper.h"
#include "libsocksify/watch.h"

#define OTHERS_MAX	64	/* numbers of epoll descriptors that are looked at */

void
watching_provide(const struct watcher *watcher, int fd)
{
	struct slot *s = descriptors_find(fd);
	struct connection *c;

	if (helper_give_epoll(watcher, fd) < 0) {
		c = atomic_load(&s->connection);
		if (c != NULL)
			connection_wait(c, -1);
	}
	state_lock();
	c = atomic_load(&s->connection);
	if (c == NULL || connection_state(c) != CONNECTION_CONNECTING)
		watch_restore(fd, watch_same_number,
		    c != NULL && connection_state(c) == CONNECTION_ESTABLISHED);
	state_unlock();
}

/* Restores what is masked though no handshake runs on it; @all: whatever runs. */
static void
restore_left(bool all)
{
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_WATCHED)) >= 0;) {
		const struct connection *c = atomic_load(&descriptors_find(fd)->connection);

		if (all || !connection_is_connecting(fd))
			watch_restore(fd, watch_same_number,
			    c != NULL && connection_state(c) == CONNECTION_ESTABLISHED);
	}
}

void
watching_leave(int epoll)
{
	struct watcher others[OTHERS_MAX];
	struct critical c;
	int count;
	bool failed = false;

	if (atomic_load(&connections_connecting) == 0 || !descriptors_marked(epoll, SLOT_EPOLL))
		return;
	critical_lock(&c);
	count = watch_share(epoll, others, OTHERS_MAX);
	state_unlock();
	/* Early news is better than none, if they cannot be handed over. */
	for (int i = 0; i < count; i++)
		failed = helper_give_epoll(&others[i], -1) < 0 || failed;
	if (count > 0) {
		state_lock();
		restore_left(failed);
		state_unlock();
	}
	critical_leave(&c);
}
