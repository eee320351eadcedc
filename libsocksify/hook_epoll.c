/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <errno.h>
#include <sys/epoll.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/helper.h"
#include "libsocksify/hook.h"
#include "libsocksify/readable.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/watch.h"
#include "libsocksify/watching.h"

/* Nothing old may be recorded of the number, should it have been closed unseen. */
static int
made(int epoll)
{
	if (epoll >= 0)
		records_made(epoll, false);
	return epoll;
}

EXPORT int
epoll_create(int size)
{
	return made(real.epoll_create(size));
}

EXPORT int
epoll_create1(int flags)
{
	return made(real.epoll_create1(flags));
}

EXPORT int
epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
	const uint32_t unsettled = SLOT_FRESH | SLOT_WATCHED;
	struct watcher watcher;
	struct critical c;
	int saved = errno, result;
	bool lacking;

	/* A connection that has failed is FRESH, and may be tried again. */
	if (!descriptors_marked(fd, unsettled) || !descriptors_owned())
		return real.epoll_ctl(epoll, op, fd, event);
	if (!readable(event, sizeof(*event)))
		return real.epoll_ctl(epoll, op, fd, event);
	/* The number may have been closed unseen: it then loses its marks here. */
	if (connection_is_connecting(fd) && records_connection(fd) == NULL)
		return real.epoll_ctl(epoll, op, fd, event);
	critical_enter(&c);
	state_lock();
	result = watch_control(epoll, op, fd, event);
	lacking = result == 0 && op != EPOLL_CTL_DEL && connection_is_connecting(fd) &&
	    !helper_has_epoll(epoll);
	if (lacking)
		watcher = watch_watcher(epoll);
	state_unlock();
	if (lacking)
		watching_provide(&watcher, fd);
	critical_leave(&c);
	if (result == 0)
		errno = saved;
	return hook_result(result);
}
