/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/records.h"

#include <errno.h>
#include <limits.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/standin_record.h"
#include "libsocksify/watch.h"
#include "libsocksify/watching.h"

/* Under the lock. */
static void
drop(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct connection *c = atomic_load(&s->connection);
	uint32_t marks = slot_marks(s);

	/*
	 * While the helper holds the socket too, closing it does not unregister it.
	 * Where the number has been closed unseen it means something else by now.
	 */
	watch_forget(fd, connection_is_connecting(fd) && socket_cookie(fd) == c->cookie);
	connection_hide(fd);
	standin_hide(fd);
	if ((marks & SLOT_EPOLL) != 0)
		watch_forget_epoll(fd);
	s->copy = 0;
	s->drops++;
	slot_unmark(s, ~0u);
}

void
records_drop(int fd)
{
	struct critical c;

	if (!descriptors_marked(fd, ~0u) || !descriptors_owned())
		return;
	watching_leave(fd);
	critical_lock(&c);
	drop(fd);
	critical_unlock(&c);
}

void
records_drop_range(unsigned first, unsigned last)
{
	int end = last >= DESCRIPTORS_MAX ? DESCRIPTORS_MAX : (int)last + 1;
	struct critical c;
	int fd;

	if (first >= DESCRIPTORS_MAX)
		return;
	fd = descriptors_next((int)first, end, ~0u);
	if (fd < 0 || !descriptors_owned())
		return;
	for (int e = fd - 1; (e = descriptors_next(e + 1, end, SLOT_EPOLL)) >= 0;)
		watching_leave(e);
	critical_lock(&c);
	for (; fd >= 0; fd = descriptors_next(fd + 1, end, ~0u))
		drop(fd);
	critical_unlock(&c);
}

void
records_copy(int fd, int to)
{
	const uint32_t recorded = SLOT_FRESH | SLOT_CONNECTION | SLOT_STANDIN;
	struct slot *from = descriptors_find(fd), *s;
	struct connection *connection;
	struct critical c;

	records_drop(to);
	if (from == NULL || (slot_marks(from) & recorded) == 0 || !descriptors_owned())
		return;
	critical_lock(&c);
	s = descriptors_make(to);
	if (s != NULL) {
		if ((slot_marks(from) & SLOT_FRESH) != 0) {
			slot_mark(from, SLOT_DUPLICATED);
			slot_mark(s, SLOT_FRESH | SLOT_DUPLICATED);
		}
		connection = atomic_load(&from->connection);
		if (connection != NULL)
			connection_show(connection, to);
		standin_copy(fd, to);
	}
	critical_unlock(&c);
}

void
records_made(int fd, bool fresh)
{
	int saved = errno;
	struct slot *s;

	records_drop(fd);
	s = fresh ? descriptors_make(fd) : NULL;
	/* In a vfork child this may mark a number of the parent's, which harms nothing. */
	if (s != NULL)
		slot_mark(s, SLOT_FRESH);
	errno = saved;
}

void
records_settled(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct critical c;

	if (s == NULL || (slot_marks(s) & (SLOT_FRESH | SLOT_WATCHED)) == 0 || !descriptors_owned())
		return;
	critical_lock(&c);
	watch_forget(fd, false);
	slot_unmark(s, SLOT_FRESH);
	critical_unlock(&c);
}

struct connection *
records_connection(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct connection *c;
	struct critical critical;

	if (s == NULL || (slot_marks(s) & SLOT_CONNECTION) == 0 || !descriptors_owned())
		return NULL;
	c = atomic_load_explicit(&s->connection, memory_order_acquire);
	if (c == NULL)
		return NULL;
	if (c->cookie == socket_cookie(fd))
		return c;
	/* Another thread may have put both another socket and another record there meanwhile. */
	critical_lock(&critical);
	c = atomic_load(&s->connection);
	if (c != NULL && c->cookie != socket_cookie(fd)) {
		drop(fd);
		c = NULL;
	}
	critical_unlock(&critical);
	return c;
}
