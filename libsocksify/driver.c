/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/compiler.h"
#include "libsocksify/attempt.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/pool.h"
#include "libsocksify/raw.h"
#include "libsocksify/report.h"
#include "libsocksify/settings_load.h"
#include "libsocksify/waiter.h"
#include "libsocksify/watch.h"

#define IDLE_MS		1000
#define EVENTS		64	/* taken from the kernel at a time */
#define NUMBERS_OWN	4	/* inbox, epoll, refuser, standard error */
#define NUMBERS_KEPT	8	/* of the table, for other things than sockets of attempts */
#define COPIES_FREE	64	/* copies held before those that are of no use are looked for */

struct copy {
	struct copy	*next;
	int		 number;	/* the program's */
	int		 fd;		/* the helper's */
};

static struct pool copies = POOL_OF(struct copy);

/* For translate(): the one driver, and what the socket at a program's number has put aside. */
static struct driver *translating;
static struct { int number, now; } displaced = { -1, -1 };

/*
 * A table of the thread's own, empty but for the standard error that is written to,
 * if it is.
 */
static int
private_table(void)
{
	bool failed, kept = report_has_standard_error(settings_load(&failed));
	long result = RAW(SYS_close_range, kept ? STDERR_FILENO + 1 : 0, ~0u, CLOSE_RANGE_UNSHARE);
	int end = STDERR_FILENO;

	if (result < 0) {
		/* A kernel before 5.9, or a filter that does not know it. */
		result = RAW(SYS_unshare, CLONE_FILES);
		if (result < 0)
			return (int)result;
		end = DESCRIPTORS_TABLE;
	}
	for (int fd = 0; fd < end; fd++)
		if (fd != STDERR_FILENO || !kept)
			RAW(SYS_close, fd);
	report_from_private_table();
	return 0;
}

static int
watch_socket(const struct driver *d, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };

	return (int)RAW(SYS_epoll_ctl, d->epoll, EPOLL_CTL_ADD, fd, &event);
}

int
driver_open(struct driver *d)
{
	int error = private_table();

	if (error < 0)
		return error;
	translating = d;
	d->tid = (pid_t)RAW(SYS_gettid);
	d->refuser = -1;
	d->attempts = 0;
	d->full = false;
	d->overdue = (struct deadlines){ NULL, NULL };
	d->slow = (struct deadlines){ NULL, NULL };
	d->failed = false;
	d->copies = NULL;
	d->copy_count = 0;
	d->copy_limit = COPIES_FREE;
	atomic_store(&d->stopping, false);
	atomic_store(&d->kept, false);
	RAW(SYS_prctl, PR_SET_NAME, "socksify");
	d->inbox = inbox_open(&d->address);
	if (d->inbox < 0)
		return d->inbox;
	d->epoll = (int)RAW(SYS_epoll_create1, EPOLL_CLOEXEC);
	if (d->epoll < 0)
		return d->epoll;
	return watch_socket(d, d->inbox, EPOLLIN, NULL);
}

/* Closes the copies of what the program has closed. Under the lock. */
static void
sweep_copies(struct driver *d)
{
	struct copy **where = &d->copies;

	while (*where != NULL) {
		struct copy *c = *where;
		const struct slot *s = descriptors_find(c->number);

		if (s != NULL && s->copy == c->fd + 1) {
			where = &c->next;
			continue;
		}
		RAW(SYS_close, c->fd);
		*where = c->next;
		pool_give(&copies, c);
		d->copy_count--;
	}
	d->copy_limit = 2 * d->copy_count + COPIES_FREE;
}

/*
 * Keeps @fd, which was the program's epoll descriptor @number when it had been
 * closed @drops times: by now it may be another file's. Under the lock.
 */
static void
keep_epoll(struct driver *d, int number, unsigned drops, int fd)
{
	struct slot *s = descriptors_make(number);
	bool known = s != NULL && (slot_marks(s) & SLOT_EPOLL) != 0 && s->drops == drops;
	struct copy *c = known && s->copy == 0 ? pool_take(&copies) : NULL;

	if (c == NULL) {
		RAW(SYS_close, fd);
		return;
	}
	if (d->copy_count >= d->copy_limit)
		sweep_copies(d);
	c->number = number;
	c->fd = fd;
	c->next = d->copies;
	d->copies = c;
	d->copy_count++;
	s->copy = fd + 1;
}

/* When the place that @a tries will have been too slow. */
static void
schedule(struct driver *d, struct attempt *a)
{
	int64_t at = attempt_place_deadline(a);

	if (at < INT64_MAX)
		deadlines_set(&d->slow, &a->slow, at);
	else
		deadlines_clear(&a->slow);
}

/*
 * Whether a socket that has come at @fd fills the table. Numbers are given out from
 * the least on; what comes when there is none left is lost, and with it what is
 * registered of it.
 */
static bool
is_last(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= NUMBERS_KEPT &&
	    (rlim_t)fd >= limit.rlim_cur - NUMBERS_KEPT;
}

static void
adopt(struct driver *d, struct attempt *a, int fd)
{
	int error = 0;

	a->socket = fd;
	d->attempts++;
	deadlines_set(&d->overdue, &a->overdue, a->deadline);
	schedule(d, a);
	/* Between the program's connect(2) and here, another thread may have closed the number. */
	if (fd < 0 || is_last(fd))
		error = EMFILE;
	else if (socket_cookie(fd) != a->cookie)
		error = ECONNABORTED;
	else if (watch_socket(d, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | (uint32_t)EPOLLET, a) < 0)
		error = ENOMEM;
	if (error == 0)
		return;
	attempt_fail(a, error);
	d->failed = true;
}

static bool
fits(const struct driver *d)
{
	struct rlimit limit;

	return d->attempts == 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    d->attempts + d->copy_count + NUMBERS_OWN + NUMBERS_KEPT < limit.rlim_cur;
}

/*
 * Whether there is a number for the socket of another attempt. A program may have
 * as many sockets as this table has numbers; one of them at least is let in. Under
 * the lock.
 */
static bool
has_room(struct driver *d)
{
	if (!fits(d))
		sweep_copies(d);
	return fits(d);
}

/* Listens to the inbox, or leaves in it what is there until an attempt has ended. */
static void
set_full(struct driver *d, bool full)
{
	struct epoll_event event = { .events = full ? 0 : EPOLLIN };

	if (d->full != full && RAW(SYS_epoll_ctl, d->epoll, EPOLL_CTL_MOD, d->inbox, &event) == 0)
		d->full = full;
}

/* Takes what is in the inbox: as much as there is room for, or @all. Under the lock. */
static void
take_messages(struct driver *d, bool all)
{
	struct message m;
	int fd, error;

	while ((all || has_room(d)) && (error = inbox_receive(d->inbox, &m, &fd)) != -EAGAIN) {
		if (error < 0)
			continue;
		if (m.kind == MESSAGE_ATTEMPT)
			adopt(d, m.attempt, fd);
		else if (m.kind == MESSAGE_EPOLL && fd >= 0)
			keep_epoll(d, m.epoll, m.drops, fd);
	}
	set_full(d, !has_room(d));
}

static int
translate(int epoll)
{
	const struct slot *s = descriptors_find(epoll);

	if (s->copy == 0)
		return -1;
	return s->copy - 1 == displaced.number ? displaced.now : s->copy - 1;
}

/*
 * Calls @act with the attempt's socket at number @fd of this table, as the
 * kernel knows the program's registrations. Whatever of ours has that number is
 * put aside for the time being. Under the lock.
 */
static void
at_number(int fd, const struct attempt *a, void (*act)(int fd, const struct attempt *a))
{
	/*
	 * What translate() will look for may still be in the inbox: it was sent before
	 * the lock was taken here. Not later, as copies may be closed by their numbers.
	 */
	take_messages(translating, true);
	if (fd == a->socket) {
		act(fd, a);
		return;
	}
	displaced.number = fd;
	displaced.now = (int)RAW(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
	if (displaced.now < 0 && displaced.now != -EBADF) {
		displaced.number = -1;
		return;
	}
	if (RAW(SYS_dup3, a->socket, fd, O_CLOEXEC) == fd)
		act(fd, a);
	if (displaced.now >= 0) {
		RAW(SYS_dup3, displaced.now, fd, O_CLOEXEC);
		RAW(SYS_close, displaced.now);
	} else {
		RAW(SYS_close, fd);
	}
	displaced.number = -1;
	displaced.now = -1;
}

static void
withdraw(int fd, const struct attempt *a)
{
	(void)a;
	watch_withdraw(fd, translate);
}

static void
restore(int fd, const struct attempt *a)
{
	watch_restore(fd, translate,
	    connection_state(a->connection) == CONNECTION_ESTABLISHED);
}

static void
withdraw_number(int fd, void *arg)
{
	if (descriptors_marked(fd, SLOT_WATCHED))
		at_number(fd, arg, withdraw);
}

static void
restore_number(int fd, void *arg)
{
	if (descriptors_marked(fd, SLOT_WATCHED))
		at_number(fd, arg, restore);
	if (connection_state(((struct attempt *)arg)->connection) == CONNECTION_ESTABLISHED)
		slot_unmark(descriptors_find(fd), SLOT_FRESH);
}

/* A port of ours that is bound and does not listen. */
static int
open_refuser(struct driver *d)
{
	socklen_t len = sizeof(d->refuser_name);

	if (d->refuser >= 0)
		return 0;
	d->refuser = (int)RAW(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memset(&d->refuser_name, 0, sizeof(d->refuser_name));
	d->refuser_name.sin_family = AF_INET;
	d->refuser_name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (d->refuser < 0 || RAW(SYS_bind, d->refuser, &d->refuser_name, len) < 0 ||
	    RAW(SYS_getsockname, d->refuser, &d->refuser_name, &len) < 0)
		return -EADDRNOTAVAIL;
	return 0;
}

/*
 * Puts the socket into the state of one whose connection was refused, for those
 * who look at it by ways that no hook sees: the kernel's own refusal does that.
 */
static void
refuse(struct driver *d, int fd)
{
	struct endpoint refuser;
	struct sockaddr_storage ss;
	int domain = AF_INET;
	socklen_t len = sizeof(domain);

	attempt_disconnect(fd);
	if (open_refuser(d) < 0)
		return;
	RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	endpoint_from_sockaddr(&refuser, (struct sockaddr *)&d->refuser_name,
	    sizeof(d->refuser_name));
	len = domain == AF_INET6 ? endpoint_to_sockaddr_in6(&refuser, &ss)
	    : endpoint_to_sockaddr(&refuser, &ss);
	RAW(SYS_connect, fd, &ss, len);
}

/*
 * The end of an attempt, in the order that no one can see through: the socket's
 * options, its state in the kernel, our own record, and only then those who
 * wait. All of it under the lock, so that a close(2) in the program
 * finds either the handshake or nothing of ours.
 */
static void
finish(struct driver *d, struct attempt *a)
{
	struct connection *c = a->connection;
	int error = attempt_error(a);

	if (a->socket >= 0)
		RAW(SYS_epoll_ctl, d->epoll, EPOLL_CTL_DEL, a->socket, NULL);
	deadlines_clear(&a->overdue);
	deadlines_clear(&a->slow);
	d->attempts--;
	set_full(d, false);
	state_lock();
	if (a->socket >= 0 && !connection_abandoned(c)) {
		options_restore(&c->options, a->socket);
		if (error != 0) {
			connection_each(c, withdraw_number, a);
			refuse(d, a->socket);
		}
	}
	connection_settle(c, error);
	if (a->socket >= 0) {
		connection_each(c, restore_number, a);
		RAW(SYS_close, a->socket);
	}
	waiter_wake_all(c, d->inbox);
	connection_release(c);
	attempt_free(a);
	state_unlock();
}

static void
step(struct driver *d, struct attempt *a)
{
	if (attempt_step(a) == 0)
		finish(d, a);
	else
		schedule(d, a);
}

/* Ends what is overdue, and has what is too slow try another place. */
static void
expire(struct driver *d)
{
	int64_t now = now_ms();
	struct attempt *a;

	while (d->overdue.first != NULL && d->overdue.first->at <= now) {
		a = container_of(d->overdue.first, struct attempt, overdue);
		attempt_expire(a);
		step(d, a);
	}
	while (d->slow.first != NULL && d->slow.first->at <= now) {
		a = container_of(d->slow.first, struct attempt, slow);
		attempt_expire(a);
		step(d, a);
	}
}

/* Ends what could not be begun. */
static void
reap(struct driver *d)
{
	d->failed = false;
	for (struct deadline *at = d->overdue.first, *next; at != NULL; at = next) {
		struct attempt *a = container_of(at, struct attempt, overdue);

		next = at->next;
		if (handshake_ended(&a->handshake))
			step(d, a);
	}
}

/* How long to wait for events, in milliseconds. */
static int
patience(const struct driver *d)
{
	int64_t left, at;

	if (d->attempts == 0)
		return atomic_load(&d->stopping) ? 0 : IDLE_MS;
	at = d->overdue.first->at;
	if (d->slow.first != NULL && d->slow.first->at < at)
		at = d->slow.first->at;
	left = at - now_ms();
	return left < 0 ? 0 : (int)left;
}

/* Whether all is done; then with the lock held. */
static bool
idle(struct driver *d)
{
	if (d->attempts > 0)
		return false;
	state_lock();
	if (atomic_load(&connections_connecting) > 0) {
		state_unlock();
		return false;
	}
	for (int fd = -1; (fd = descriptors_next(fd + 1, DESCRIPTORS_MAX, SLOT_EPOLL)) >= 0;)
		descriptors_find(fd)->copy = 0;
	sweep_copies(d);
	if (!atomic_load(&d->kept) || atomic_load(&d->stopping))
		return true;
	state_unlock();
	return false;
}

void
driver_run(struct driver *d)
{
	struct epoll_event events[EVENTS];

	for (;;) {
		int n = (int)RAW(SYS_epoll_pwait, d->epoll, events, EVENTS, patience(d), NULL, 0);

		if (n == 0 && idle(d))
			return;
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr != NULL) {
				step(d, events[i].data.ptr);
				continue;
			}
			state_lock();
			take_messages(d, false);
			state_unlock();
		}
		expire(d);
		if (d->failed)
			reap(d);
	}
}
