/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/time.h>

#include "common/addr.h"
#include "libsocksify/attempt.h"
#include "libsocksify/claims.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/helper.h"
#include "libsocksify/init.h"
#include "libsocksify/leg.h"
#include "libsocksify/raw.h"
#include "libsocksify/readable.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/report.h"
#include "libsocksify/standin.h"
#include "libsocksify/standin_record.h"
#include "libsocksify/watch.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define WATCHERS_MAX	16	/* epoll descriptors that one socket is handed over with */

/* What one call of connect(2) is about. */
struct call {
	int			 fd;
	int			 domain;	/* of the socket */
	bool			 blocking;
	uint64_t		 cookie;
	struct endpoint		 from;		/* where it is bound to */
	const struct sockaddr	*to;
	socklen_t		 len;
	struct route		 route;
	int			 obstacle;	/* of struct attempt */
	bool			 exhausted;	/* likewise, when it is over */
	bool			 followed;	/* by another leg, if this thread finds it to fail */
};

/* Its value, or -errno; all those that are asked for here are not negative. */
static int
socket_int(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);
	long error = RAW(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &len);

	return error < 0 ? (int)error : value;
}

/* When SO_SNDTIMEO ends a blocking connect(2), of the monotonic clock in ms; -1: never. */
static int64_t
send_limit(int fd)
{
	struct timeval t = { 0 };
	socklen_t len = sizeof(t);

	if (RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &t, &len) < 0 ||
	    (t.tv_sec == 0 && t.tv_usec == 0))
		return -1;
	return now_ms() + (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

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

static void
init_attempt(struct attempt *a, const struct call *call)
{
	attempt_init(a, call->fd, call->domain, call->cookie, &call->route);
	a->waits = call->blocking;
	a->local_port = standin_domain(call->fd) == 0 ? call->from.port : 0;
	a->obstacle = call->obstacle;
	a->followed = call->followed;
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
	init_attempt(a, call);
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

	/* The helper cannot put another socket in its place. */
	a->followed = false;
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

/*
 * A non-blocking socket: -EINPROGRESS, with the helper at work. Where there is
 * no helper to be had, the handshake runs here and now, as it would have to in
 * a process that may have no threads.
 */
static int
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
	connection_each(a->connection, gather_number, &watchers);
	state_unlock();
	if (helper == 0)
		helper = hand_over(a, call->fd, &watchers);
	critical_leave(&c);
	return helper == 0 ? -EINPROGRESS : drive_here(call, a);
}

/* Records a connection that a blocking call has made, for getpeername(2). */
static void
record_established(const struct call *call)
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

/*
 * A blocking call that is to return @error, -EINTR or -EINPROGRESS, while its
 * attempt @from goes on: in the helper, or here where there is none.
 */
static int
continue_elsewhere(struct call *call, const struct attempt *from,
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

/* The handshake of a blocking call, or of one whose descriptor cannot be recorded. */
static int
run_here(struct call *call, struct attempt *a, const struct options *options, bool recordable)
{
	int64_t limit = call->blocking ? send_limit(call->fd) : -1;
	int error;

	attempt_begin(a);
	error = attempt_run(a, call->blocking && recordable, limit);
	if ((error == -EINTR || error == -EINPROGRESS) && recordable) {
		error = continue_elsewhere(call, a, options, error);
		if (error != 0)
			return error;
	}
	if (error == -EINTR || error == -EINPROGRESS || error == 0)
		error = attempt_run(a, false, -1);
	if (error == 0)
		error = -attempt_error(a);
	if (error == -EBADF)
		return error;
	options_restore(options, call->fd);
	if (error < 0 && !attempt_was_foreign(a))
		attempt_disconnect(call->fd);
	else if (recordable)
		record_established(call);
	return error;
}

static int
connect_unrecorded(struct call *call, bool recordable)
{
	struct options options;
	struct attempt a;
	int error;

	if (!claims_take(call->cookie))
		return -EALREADY;
	options_set_aside(&options, call->fd);
	init_attempt(&a, call);
	error = run_here(call, &a, &options, recordable);
	call->exhausted = call->exhausted || a.exhausted;
	attempt_fini(&a);
	claims_give(call->cookie);
	return error;
}

/* One on a socket that has been through one: 0 or -errno, or CONNECT_DIRECT to start anew. */
static int
connect_again(int fd, struct connection *connection, bool blocking)
{
	struct critical c;
	int error;

	if (connection_state(connection) == CONNECTION_CONNECTING) {
		if (!blocking)
			return -EALREADY;
		error = connection_wait(connection, -1);
		if (error < 0)
			return error;
	}
	if (connection_state(connection) == CONNECTION_ESTABLISHED) {
		critical_lock(&c);
		error = connection->told ? -EISCONN : 0;
		connection->told = true;
		critical_unlock(&c);
		return error;
	}
	error = connection_take_error(fd, connection);
	if (error != 0)
		return -error;
	critical_lock(&c);
	connection_hide(fd);
	critical_unlock(&c);
	attempt_disconnect(fd);
	return CONNECT_DIRECT;
}

/* connect(2) to AF_UNSPEC dissolves what there is; the kernel does its part after this. */
static int
dissolve(int fd)
{
	struct connection *connection = records_connection(fd);
	struct critical c;

	if (connection == NULL)
		return standin_undo(fd);
	if (connection_state(connection) == CONNECTION_CONNECTING)
		connection_cancel(connection, fd);
	critical_lock(&c);
	connection_hide(fd);
	watch_restore(fd, watch_same_number, false);
	slot_mark(descriptors_find(fd), SLOT_FRESH);
	critical_unlock(&c);
	return standin_undo(fd);
}

/* What a socket is, as far as proxies are concerned. */
enum socket_kind {
	KIND_TCP,	/* a proxy can carry it */
	KIND_FOREIGN,	/* a connection that no proxy carries: SCTP, DCCP, SMC */
	KIND_NONE,	/* not a socket, datagrams, or an address that it cannot be connected to */
};

/* A sandbox may not let us see it: then it is taken for what has to be kept from going direct. */
static enum socket_kind
kind_of(struct call *call)
{
	int type = socket_int(call->fd, SO_TYPE), protocol, mark;

	call->domain = standin_domain(call->fd);
	if (call->domain != 0)
		return call->domain == call->to->sa_family ? KIND_TCP : KIND_NONE;
	call->domain = socket_int(call->fd, SO_DOMAIN);
	if (type == SOCK_DGRAM || type == SOCK_RAW || type == SOCK_PACKET || type == -EBADF ||
	    type == -ENOTSOCK)
		return KIND_NONE;
	if (call->domain < 0)
		call->domain = call->to->sa_family;
	if (call->domain != call->to->sa_family)
		return call->domain == AF_INET || call->domain == AF_INET6 ||
		    call->domain == AF_UNIX ? KIND_NONE : KIND_FOREIGN;
	/* Only TCP knows urgent data, should the type be a secret. */
	if (type < 0)
		return RAW(SYS_ioctl, call->fd, SIOCATMARK, &mark) == 0 ? KIND_TCP : KIND_FOREIGN;
	protocol = socket_int(call->fd, SO_PROTOCOL);
	return type == SOCK_STREAM && (protocol < 0 || protocol == IPPROTO_TCP ||
	    protocol == IPPROTO_MPTCP) ? KIND_TCP : KIND_FOREIGN;
}

/* Whether @error says that the socket is in the hands of another thread, or closed by it. */
static bool
is_of_another(int error)
{
	return error == -EBADF || error == -EALREADY || error == -EISCONN;
}

/* As standin_begin(), unless another thread is in a connect(2) on that very socket. */
static int
begin_standin(const struct call *call, int domain, const char *path)
{
	uint64_t cookie = socket_cookie(call->fd);
	int error;

	if (!claims_take(cookie))
		return -EALREADY;
	error = standin_begin(call->fd, call->to->sa_family, domain, path);
	claims_give(cookie);
	return error;
}

/* One leg, on a socket of the program's own or one of @domain that stands in for it. */
static int
connect_leg(struct call *call, int domain)
{
	bool recordable = descriptors_owned() && descriptors_make(call->fd) != NULL;
	const struct proxy *first = &call->route.settings->proxies[call->route.candidates[0]];
	int error;

	call->exhausted = false;
	call->obstacle = domain == 0 ? 0 : begin_standin(call, domain, first->path);
	if (is_of_another(call->obstacle))
		return call->obstacle;
	call->cookie = socket_cookie(call->fd);
	if (call->blocking || !recordable)
		error = connect_unrecorded(call, recordable);
	else
		error = connect_recorded(call);
	/* What has failed here and now leaves a socket as the program made it. */
	if (error < 0 && error != -EINPROGRESS && error != -EINTR && !is_of_another(error))
		standin_undo(call->fd);
	return error;
}

/*
 * One leg after the other, as long as this thread finds that all places of one fail.
 * *left_out: proxies that have failed have addresses that were not tried.
 */
static int
connect_legs(struct call *call, const struct route *whole, unsigned reach, bool *left_out)
{
	unsigned next = 0;
	int error, domain;

	do {
		next = leg_cut(whole, next, reach, &call->route, &domain);
		call->domain = domain == 0 ? call->to->sa_family : domain;
		if (domain == 0 && leg_leaves_out(&call->route, reach))
			*left_out = true;
		call->followed = next < whole->candidate_count || (reach != 0 && *left_out);
		error = connect_leg(call, domain);
	} while (error < 0 && call->exhausted && next < whole->candidate_count);
	return error;
}

static int
connect_by_proxy(struct call *call)
{
	const struct route whole = call->route;
	unsigned reach = standin_own_reach(call->fd, call->domain);
	bool left_out = false;
	int error = connect_legs(call, &whole, reach, &left_out);

	if (error < 0 && call->exhausted && left_out)
		error = connect_legs(call, &whole, 0, &left_out);
	return error;
}

/*
 * What stands in for @fd goes, when its connection has failed. Without a record of
 * that, another thread is at it.
 */
static int
begin_anew(int fd, const struct connection *failed)
{
	return failed == NULL && standin_domain(fd) != 0 ? -EALREADY : standin_undo(fd);
}

/* Where @fd is bound to: family AF_UNSPEC without an address, port 0 without a port. */
static void
bound_address(int fd, struct endpoint *from)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (RAW(SYS_getsockname, fd, &ss, &len) < 0 ||
	    endpoint_from_sockaddr(from, (struct sockaddr *)&ss, len) < 0)
		*from = (struct endpoint){ .family = AF_UNSPEC, .port = 0 };
	else if (endpoint_is_any(from))
		from->family = AF_UNSPEC;
}

int
connect_routed(int fd, const struct sockaddr *to, socklen_t len)
{
	struct call call = { .fd = fd, .to = to, .len = len };
	struct endpoint target;
	struct connection *connection;
	enum socket_kind kind;
	int flags, error;

	/* The kernel takes no address longer than that, and none that cannot be read. */
	if (!init_active() || to == NULL || len < sizeof(to->sa_family) ||
	    len > sizeof(struct sockaddr_storage) || !readable(to, len))
		return CONNECT_DIRECT;
	if (to->sa_family == AF_UNSPEC) {
		error = dissolve(fd);
		return error < 0 ? error : CONNECT_DIRECT;
	}
	if (endpoint_from_sockaddr(&target, to, len) < 0 || (kind = kind_of(&call)) == KIND_NONE)
		return CONNECT_DIRECT;
	flags = (int)RAW(SYS_fcntl, fd, F_GETFL);
	call.blocking = (flags & O_NONBLOCK) == 0;
	connection = records_connection(fd);
	if (connection != NULL) {
		int result = connect_again(fd, connection, call.blocking);

		if (result != CONNECT_DIRECT)
			return result;
	}
	error = begin_anew(fd, connection);
	if (error < 0)
		return error;
	bound_address(fd, &call.from);
	route_connect(&call.from, &target, &call.route);
	if (call.route.way == ROUTE_PROXY && kind == KIND_FOREIGN)
		route_refuse(&call.route, ROUTE_NO_TCP);
	if (call.route.way == ROUTE_PROXY)
		return connect_by_proxy(&call);
	report_route(&call.route);
	if (call.route.way == ROUTE_REFUSE)
		return -call.route.error;
	records_settled(fd);
	return CONNECT_DIRECT;
}
