/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/waiter.h"

#include <stdbool.h>
#include <stddef.h>

#include "libsocksify/critical.h"
#include "libsocksify/inbox.h"
#include "libsocksify/pool.h"
#include "libsocksify/raw.h"

struct waiter {
	struct waiter		*next;
	const struct connection	*only;		/* NULL: any; compared, never looked into */
	struct address		 address;
	bool			 woken;		/* once is enough */
};

static struct pool pool = POOL_OF(struct waiter);
static struct waiter *waiters;

struct waiter *
waiter_begin(struct connection *only, int *fd)
{
	struct critical c;
	struct address address;
	struct waiter *w;

	*fd = inbox_open(&address);
	if (*fd < 0)
		return NULL;
	critical_lock(&c);
	w = pool_take(&pool);
	if (w != NULL) {
		w->only = only;
		w->address = address;
		w->woken = false;
		w->next = waiters;
		waiters = w;
	}
	critical_unlock(&c);
	if (w == NULL)
		RAW(SYS_close, *fd);
	return w;
}

void
waiter_end(struct waiter *w, int fd)
{
	struct waiter **where = &waiters;
	struct critical c;

	critical_lock(&c);
	while (*where != NULL && *where != w)
		where = &(*where)->next;
	if (*where == w) {
		*where = w->next;
		pool_give(&pool, w);
	}
	critical_unlock(&c);
	RAW(SYS_close, fd);
}

void
waiter_wake_all(const struct connection *c, int from)
{
	for (struct waiter *w = waiters; w != NULL; w = w->next) {
		if (w->woken || (w->only != NULL && w->only != c))
			continue;
		w->woken = true;
		inbox_wake(from, &w->address);
	}
}

void
waiter_forget_all(void)
{
	while (waiters != NULL) {
		struct waiter *w = waiters;

		waiters = w->next;
		pool_give(&pool, w);
	}
}
