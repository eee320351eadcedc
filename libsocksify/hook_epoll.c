/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <errno.h>
#include <sys/epoll.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/helper.h"
#include "libsocksify/hook.h"
#include "libsocksify/readiness.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/watch.h"

/*
 * The helper will restore a registration in @epoll, and must have it for that.
 * If the handshake has ended before the helper could get it, or it cannot be
 * handed over, this thread restores the registration itself.
 */
static void
provide(int epoll, int fd)
{
	struct slot *s = descriptors_find(fd);
	struct connection *c;

	if (helper_give_epoll(epoll, fd) < 0) {
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

EXPORT int
epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
	const uint32_t unsettled = SLOT_FRESH | SLOT_WATCHED;
	struct critical c;
	int saved = errno, result;
	bool lacking;

	/* A connection that has failed is FRESH, and may be tried again. */
	if (!descriptors_marked(fd, unsettled) || !descriptors_owned())
		return real.epoll_ctl(epoll, op, fd, event);
	if (!readiness_readable(event, sizeof(*event)))
		return real.epoll_ctl(epoll, op, fd, event);
	/* The number may have been closed unseen: it then loses its marks here. */
	if (connection_is_connecting(fd) && records_connection(fd) == NULL)
		return real.epoll_ctl(epoll, op, fd, event);
	critical_enter(&c);
	state_lock();
	result = watch_control(epoll, op, fd, event);
	lacking = result == 0 && op != EPOLL_CTL_DEL && connection_is_connecting(fd) &&
	    !helper_has_epoll(epoll);
	state_unlock();
	if (lacking)
		provide(epoll, fd);
	critical_leave(&c);
	if (result == 0)
		errno = saved;
	return hook_result(result);
}
