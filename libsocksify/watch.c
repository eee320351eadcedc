/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/watch.h"

#include <errno.h>

#include "libsocksify/connection.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/pool.h"
#include "libsocksify/raw.h"
#include "libsocksify/registered.h"

enum watch_state {
	WATCH_OPEN,		/* the kernel has what the program asked for */
	WATCH_MASKED,
	WATCH_WITHDRAWN,	/* the kernel has nothing */
};

struct registration {
	struct registration	*next;		/* of the same descriptor; in the pool */
	int			 epoll;		/* the program's number */
	enum watch_state	 state;
	struct epoll_event	 event;		/* what the program asked for */
};

#define EPOLLS_MAX	64	/* epoll descriptors of a process that are looked at */

/* What a masked registration keeps: how it is told, not of what. */
#define KEPT_EVENTS	((uint32_t)EPOLLET | EPOLLONESHOT | EPOLLWAKEUP)

static struct pool pool = POOL_OF(struct registration);

static struct registration **
find(struct slot *s, int epoll)
{
	struct registration **r = &s->registrations;

	while (*r != NULL && (*r)->epoll != epoll)
		r = &(*r)->next;
	return r;
}

static void
delete(struct slot *s, struct registration **where)
{
	struct registration *r = *where;

	*where = r->next;
	pool_give(&pool, r);
	if (s->registrations == NULL)
		slot_unmark(s, SLOT_WATCHED);
}

/* The recorded event of @epoll becomes @event; made if need be. False: no memory. */
static bool
record(struct slot *s, int epoll, const struct epoll_event *event, enum watch_state state)
{
	struct registration **where = find(s, epoll), *r = *where;
	struct slot *watcher = descriptors_make(epoll);

	if (r == NULL) {
		r = watcher == NULL ? NULL : pool_take(&pool);
		if (r == NULL)
			return false;
		r->next = NULL;
		r->epoll = epoll;
		*where = r;
		slot_mark(s, SLOT_WATCHED);
		slot_mark(watcher, SLOT_EPOLL);
	}
	r->event = *event;
	r->state = state;
	return true;
}

static int
control(int epoll, int op, int fd, const struct epoll_event *event)
{
	struct epoll_event copy = { 0 };

	if (event != NULL)
		copy = *event;
	return (int)RAW(SYS_epoll_ctl, epoll, op, fd, event != NULL ? &copy : NULL);
}

/* Registers anew what cannot be modified. */
static int
replace(int epoll, int fd, const struct epoll_event *event)
{
	int error = control(epoll, EPOLL_CTL_DEL, fd, NULL);

	return error < 0 ? error : control(epoll, EPOLL_CTL_ADD, fd, event);
}

static int
watch_delete(int epoll, int fd, struct slot *s)
{
	struct registration **where = find(s, epoll);
	bool withdrawn = *where != NULL && (*where)->state == WATCH_WITHDRAWN;
	int error = withdrawn ? 0 : control(epoll, EPOLL_CTL_DEL, fd, NULL);

	if (error == 0 && *where != NULL)
		delete(s, where);
	return error;
}

/* How what is registered of @fd now is kept while @s is CONNECTING. */
static enum watch_state
connecting_state(const struct slot *s)
{
	const struct connection *c = atomic_load(&s->connection);

	return c != NULL && c->withdrawn ? WATCH_WITHDRAWN : WATCH_MASKED;
}

/* EPOLL_CTL_ADD or EPOLL_CTL_MOD where the kernel has nothing of it. */
static int
change_withdrawn(struct registration *r, int op, const struct epoll_event *event)
{
	if (op == EPOLL_CTL_ADD)
		return -EEXIST;
	r->event = *event;
	return 0;
}

int
watch_control(int epoll, int op, int fd, const struct epoll_event *event)
{
	struct slot *s = descriptors_find(fd);
	struct registration *r = *find(s, epoll);
	struct epoll_event masked;
	enum watch_state state = WATCH_OPEN;
	bool connecting = connection_is_connecting(fd);
	int error;

	if (op == EPOLL_CTL_DEL)
		return watch_delete(epoll, fd, s);
	if ((op != EPOLL_CTL_ADD && op != EPOLL_CTL_MOD) || event == NULL)
		return control(epoll, op, fd, event);
	/* A masked one is not exclusive in the kernel; the program's still is. */
	if (op == EPOLL_CTL_MOD && r != NULL && (r->event.events & EPOLLEXCLUSIVE) != 0)
		return -EINVAL;
	if (r != NULL && r->state == WATCH_WITHDRAWN)
		return change_withdrawn(r, op, event);
	masked = *event;
	if (connecting) {
		masked.events &= KEPT_EVENTS;
		state = connecting_state(s);
	}
	error = control(epoll, op, fd, &masked);
	if (error < 0)
		return error;
	/* The kernel has been asked whether it may be registered at all. */
	if (state == WATCH_WITHDRAWN)
		control(epoll, EPOLL_CTL_DEL, fd, NULL);
	if (!record(s, epoll, event, state) && connecting) {
		control(epoll, EPOLL_CTL_DEL, fd, NULL);
		return -ENOMEM;
	}
	return 0;
}

void
watch_recover(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct epoll_event event;
	int epolls[EPOLLS_MAX], count;

	if (descriptors_marked(fd, SLOT_FRESH))
		return;
	count = registered_epolls(epolls, EPOLLS_MAX);

	for (int i = 0; i < count; i++)
		if (*find(s, epolls[i]) == NULL && registered_event(epolls[i], fd, &event))
			record(s, epolls[i], &event, WATCH_OPEN);
	/* What is registered from now on is recorded too. */
	slot_mark(s, SLOT_FRESH);
}

/* Records of @other what is hidden of it in @epoll, another number of the same epoll descriptor. */
static void
share(int epoll, int other)
{
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_WATCHED)) >= 0;) {
		struct slot *s = descriptors_find(fd);
		const struct registration *r = *find(s, epoll);

		if (r != NULL && r->state != WATCH_OPEN && *find(s, other) == NULL)
			record(s, other, &r->event, r->state);
	}
}

/* Whether anything is masked in @epoll, or withdrawn from it. */
static bool
has_hidden(int epoll)
{
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_WATCHED)) >= 0;) {
		const struct registration *r = *find(descriptors_find(fd), epoll);

		if (r != NULL && r->state != WATCH_OPEN)
			return true;
	}
	return false;
}

int
watch_share(int epoll, struct watcher *others, int max)
{
	int numbers[EPOLLS_MAX], kept = 0;
	int count = has_hidden(epoll) ? registered_others(epoll, numbers, EPOLLS_MAX) : 0;

	for (int i = 0; i < count && kept < max; i++) {
		share(epoll, numbers[i]);
		if (descriptors_marked(numbers[i], SLOT_EPOLL))
			others[kept++] = watch_watcher(numbers[i]);
	}
	return kept;
}

void
watch_mask(int fd)
{
	struct slot *s = descriptors_find(fd);

	for (struct registration *r = s->registrations; r != NULL; r = r->next) {
		struct epoll_event masked = r->event;

		if (connecting_state(s) == WATCH_WITHDRAWN) {
			if (control(r->epoll, EPOLL_CTL_DEL, fd, NULL) == 0)
				r->state = WATCH_WITHDRAWN;
			continue;
		}
		masked.events &= KEPT_EVENTS;
		if (((r->event.events & EPOLLEXCLUSIVE) != 0 ? replace(r->epoll, fd, &masked)
		    : control(r->epoll, EPOLL_CTL_MOD, fd, &masked)) == 0)
			r->state = WATCH_MASKED;
	}
}

int
watch_same_number(int epoll)
{
	return epoll;
}

void
watch_withdraw(int fd, watch_translate *translate)
{
	struct slot *s = descriptors_find(fd);

	for (struct registration *r = s->registrations; r != NULL; r = r->next) {
		int epoll = r->state == WATCH_MASKED ? translate(r->epoll) : -1;

		if (epoll >= 0 && control(epoll, EPOLL_CTL_DEL, fd, NULL) == 0)
			r->state = WATCH_WITHDRAWN;
	}
}

static void
restore(struct registration *r, int epoll, int fd)
{
	if (r->state == WATCH_WITHDRAWN)
		control(epoll, EPOLL_CTL_ADD, fd, &r->event);
	else if ((r->event.events & EPOLLEXCLUSIVE) != 0)
		replace(epoll, fd, &r->event);
	else
		control(epoll, EPOLL_CTL_MOD, fd, &r->event);
	r->state = WATCH_OPEN;
}

void
watch_restore(int fd, watch_translate *translate, bool connected)
{
	struct slot *s = descriptors_find(fd);
	struct registration **where = &s->registrations;

	while (*where != NULL) {
		struct registration *r = *where;
		int epoll = r->state != WATCH_OPEN ? translate(r->epoll) : -1;

		if (epoll >= 0)
			restore(r, epoll, fd);
		if (connected && r->state == WATCH_OPEN)
			delete(s, where);
		else
			where = &r->next;
	}
}

void
watch_forget(int fd, bool in_kernel)
{
	struct slot *s = descriptors_find(fd);

	while (s->registrations != NULL) {
		if (in_kernel)
			control(s->registrations->epoll, EPOLL_CTL_DEL, fd, NULL);
		delete(s, &s->registrations);
	}
}

void
watch_forget_epoll(int epoll)
{
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_WATCHED)) >= 0;) {
		struct slot *s = descriptors_find(fd);
		struct registration **where = find(s, epoll);

		if (*where != NULL)
			delete(s, where);
	}
}

void
watch_unregister(int fd)
{
	struct slot *s = descriptors_find(fd);

	for (struct registration *r = s->registrations; r != NULL; r = r->next)
		if (control(r->epoll, EPOLL_CTL_DEL, fd, NULL) == 0)
			r->state = WATCH_WITHDRAWN;
}

void
watch_register(int fd, bool masked)
{
	struct slot *s = descriptors_find(fd);

	for (struct registration *r = s->registrations; r != NULL; r = r->next) {
		struct epoll_event event = r->event;

		if (r->state != WATCH_WITHDRAWN)
			continue;
		if (masked)
			event.events &= KEPT_EVENTS;
		control(r->epoll, EPOLL_CTL_ADD, fd, &event);
		r->state = masked ? WATCH_MASKED : WATCH_OPEN;
	}
}

struct watcher
watch_watcher(int epoll)
{
	return (struct watcher){ .epoll = epoll, .drops = descriptors_find(epoll)->drops };
}

int
watch_masked(int fd, struct watcher *watchers, int max)
{
	const struct slot *s = descriptors_find(fd);
	int count = 0;

	for (struct registration *r = s->registrations; r != NULL && count < max; r = r->next)
		if (r->state != WATCH_OPEN)
			watchers[count++] = watch_watcher(r->epoll);
	return count;
}
