/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * First the host: an address is one, a name is looked up in both families, and the
 * family of the addresses that may be waited for, IPv6 before IPv4 as for
 * connections, is the one to listen in. Then the listening socket, of which the owner
 * is told; then connections, one after the other, until one is the right one.
 *
 * A stranger who connects first must not take the place of the host that is waited
 * for: he is closed and the wait goes on, until its time is over.
 *
 * The end, good or bad, is finish(), which takes back everything and defers the
 * callback, the last to see the wait.
 */
#include <config.h>

#include "server/bind_wait.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/dial.h"
#include "server/loop.h"
#include "server/resolver.h"

#define HOSTS_MAX	16	/* addresses of a name, of each family */
#define BACKLOG		16
#define ACCEPTS_A_TURN	16
#define PAUSE_MS	100	/* before trying again when descriptors or memory are short */
#define FIRST_PORT	1024	/* below, ports are privileged, which we are not */

enum { IP6, IP4, FAMILIES };	/* in order of preference */

static const int families[FAMILIES] = { [IP6] = AF_INET6, [IP4] = AF_INET };

struct look_up {
	struct bind_wait	*owner;
	struct resolver_query	*query;		/* NULL: not asked, or answered */
	struct endpoint		 hosts[HOSTS_MAX];
	unsigned		 count;
};

struct bind_wait {
	const struct bind_wait_ops *ops;
	void			*arg;
	struct connector_sources sources;
	struct endpoint		 internal;
	uint16_t		 port;		/* asked for; 0: any */
	bool			 anybody;
	struct look_up		 look_ups[FAMILIES];
	unsigned		 family;	/* whose hosts are waited for */
	int			 listener;
	struct loop_io		 io;
	struct loop_timer	 deadline;
	struct loop_timer	 pause;
	struct loop_deferred	 next;		/* the first step, or the last */
	struct connector_result	 result;
};

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static const struct endpoint *
source_for(const struct bind_wait *w, unsigned family)
{
	return family == IP4 ? &w->sources.ip4 : &w->sources.ip6;
}

static bool
has_source(const struct bind_wait *w, unsigned family)
{
	return source_for(w, family)->family != AF_UNSPEC;
}

/* Takes back all that is under way. */
static void
release(struct bind_wait *w)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		if (w->look_ups[i].query != NULL)
			resolver_cancel(w->look_ups[i].query);
		w->look_ups[i].query = NULL;
	}
	loop_io_del(&w->io);
	if (w->listener >= 0)
		close(w->listener);
	w->listener = -1;
	loop_timer_cancel(&w->deadline);
	loop_timer_cancel(&w->pause);
}

static void
deliver(void *arg)
{
	struct bind_wait *w = arg;

	w->ops->done(&w->result, w->arg);
	free(w);
}

/* @error: positive, or 0 with the rest of .result filled in. */
static void
finish(struct bind_wait *w, int error)
{
	release(w);
	w->result.error = error;
	loop_defer_cancel(&w->next);
	loop_defer(&w->next, deliver, w);
}

static void
deadline_passed(void *arg)
{
	finish(arg, ETIMEDOUT);
}

static bool
is_expected(const struct bind_wait *w, const struct endpoint *peer)
{
	const struct look_up *l = &w->look_ups[w->family];

	for (unsigned i = 0; i < l->count; i++) {
		if (endpoint_same_ip(&l->hosts[i], peer))
			return true;
	}
	return w->anybody;
}

/* The addresses of both ends. 0, or -errno: it is gone already. */
static int
ends_of(int fd, struct endpoint *remote, struct endpoint *local)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int r;

	if (getpeername(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	r = endpoint_from_sockaddr(remote, (struct sockaddr *)&ss, len);
	if (r < 0)
		return r;
	len = sizeof(ss);
	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	return endpoint_from_sockaddr(local, (struct sockaddr *)&ss, len);
}

/* Whether the connection is the one; else it is closed. */
static bool
take_peer(struct bind_wait *w, int fd)
{
	struct endpoint remote, local;
	bool expected;

	if (ends_of(fd, &remote, &local) < 0) {
		close(fd);
		return false;
	}
	expected = is_expected(w, &remote);
	if (!w->ops->peer(&remote, expected, w->arg) || !expected) {
		close(fd);
		return false;
	}
	w->result.fd = fd;
	w->result.remote = remote;
	w->result.local = local;
	finish(w, 0);
	return true;
}

static void	 step(void *arg);

static void
pause_for(struct bind_wait *w, int error)
{
	loop_io_del(&w->io);
	w->ops->shortage(error, w->arg);
	loop_timer_set(&w->pause, PAUSE_MS, step, w);
}

static void
peer_ready(int listener, unsigned events UNUSED, void *arg)
{
	struct bind_wait *w = arg;

	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			if (take_peer(w, fd))
				return;
		} else if (is_shortage(errno)) {
			pause_for(w, errno);
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			/* EAGAIN; or what befell a connection (accept(2)), one less in the queue. */
			return;
		}
	}
}

/* The address of this host from which @to is reached. 0, or -errno. */
static int
find_way(const struct endpoint *to, struct endpoint *local)
{
	struct endpoint target = *to;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = socket(to->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return -errno;
	/* Nothing is sent; any port would do but 0. */
	target.port = 9;
	len = endpoint_to_sockaddr(&target, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0)
		r = -errno;
	len = sizeof(ss);
	if (r == 0 && getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		r = -errno;
	close(fd);
	return r < 0 ? r : endpoint_from_sockaddr(local, (struct sockaddr *)&ss, len);
}

/*
 * Where to listen. The client has to tell the peer an address: where the configuration
 * leaves it to the system, it is the one on the way to the host, or, when that may be
 * anybody, the one that the client itself has found. 0, or -errno.
 */
static int
choose_address(const struct bind_wait *w, struct endpoint *at)
{
	const struct look_up *l = &w->look_ups[w->family];
	int r = 0;

	*at = *source_for(w, w->family);
	if (endpoint_is_any(at)) {
		if (!w->anybody)
			r = find_way(&l->hosts[0], at);
		else if (w->internal.family == at->family)
			*at = w->internal;
	}
	at->port = w->port >= FIRST_PORT ? w->port : 0;
	return r;
}

/* 0, or -errno. */
static int
listen_at(int fd, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int on = 1;

	if (at->family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

/* A listening socket, or -errno. What is accepted has the options that it has. */
static int
open_at(const struct endpoint *at)
{
	int fd = socket(at->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? -ENETUNREACH : -errno;
	r = dial_set_options(fd);
	if (r == 0)
		r = listen_at(fd, at);
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

/* 0, or -errno. */
static int
open_listener(struct bind_wait *w)
{
	struct endpoint at;
	int r = choose_address(w, &at);

	if (r < 0)
		return r;
	r = open_at(&at);
	if ((r == -EADDRINUSE || r == -EACCES) && at.port != 0) {
		at.port = 0;
		r = open_at(&at);
	}
	if (r < 0)
		return r;
	w->listener = r;
	return 0;
}

/* 0, or -errno. */
static int
tell(struct bind_wait *w)
{
	struct sockaddr_storage ss;
	struct endpoint bound;
	socklen_t len = sizeof(ss);
	int r;

	if (getsockname(w->listener, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	r = endpoint_from_sockaddr(&bound, (struct sockaddr *)&ss, len);
	if (r < 0)
		return r;
	return w->ops->listening(&bound, &w->look_ups[w->family].hosts[0], w->arg);
}

/* What comes next once the host is known: to listen, or to go on with it. */
static void
step(void *arg)
{
	struct bind_wait *w = arg;
	int r = 0;

	loop_timer_cancel(&w->pause);
	if (w->listener < 0) {
		r = open_listener(w);
		if (r == 0)
			r = tell(w);
		else if (is_shortage(-r)) {
			pause_for(w, -r);
			return;
		}
	}
	if (r == 0)
		r = loop_io_add(&w->io, w->listener, LOOP_READ, peer_ready, w);
	if (r < 0)
		finish(w, -r);
}

/* All answers are there. */
static void
choose_family(struct bind_wait *w)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		if (w->look_ups[i].count > 0) {
			w->family = i;
			w->result.error = 0;
			step(w);
			return;
		}
	}
	finish(w, w->result.error);
}

/* "No such name" tells the least, a refusal by the rules the most. */
static void
note_failure(struct bind_wait *w, int error)
{
	if (w->result.error == 0 || w->result.error == EHOSTUNREACH || error == EACCES)
		w->result.error = error;
}

static void
looked_up(int error, const struct endpoint *addresses, unsigned count, void *arg)
{
	struct look_up *l = arg;
	struct bind_wait *w = l->owner;

	l->query = NULL;
	if (error != 0)
		note_failure(w, error);
	for (unsigned i = 0; i < count && l->count < HOSTS_MAX; i++) {
		int r = w->ops->permit(&addresses[i], w->arg);

		if (r < 0)
			note_failure(w, -r);
		else
			l->hosts[l->count++] = addresses[i];
	}
	if (w->look_ups[IP6].query == NULL && w->look_ups[IP4].query == NULL)
		choose_family(w);
}

/* 0, or -ENOMEM. */
static int
start_name(struct bind_wait *w, const char *name)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct look_up *l = &w->look_ups[i];

		if (!has_source(w, i))
			continue;
		l->query = resolver_start(name, families[i], looked_up, l);
		if (l->query == NULL)
			return -ENOMEM;
	}
	if (w->look_ups[IP6].query == NULL && w->look_ups[IP4].query == NULL)
		finish(w, ENETUNREACH);
	return 0;
}

static void
start_address(struct bind_wait *w, const struct endpoint *host)
{
	w->family = host->family == AF_INET ? IP4 : IP6;
	w->anybody = endpoint_is_any(host);
	/* Anybody is of either family. */
	if (w->anybody && !has_source(w, w->family))
		w->family = FAMILIES - 1 - w->family;
	if (!has_source(w, w->family)) {
		finish(w, ENETUNREACH);
		return;
	}
	w->look_ups[w->family].hosts[0] = *host;
	w->look_ups[w->family].count = 1;
	loop_defer(&w->next, step, w);
}

int
bind_wait_start(struct bind_wait **handle, const struct bind_wait_request *request,
    const struct bind_wait_ops *ops, void *arg)
{
	struct bind_wait *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -ENOMEM;
	w->ops = ops;
	w->arg = arg;
	w->sources = *request->sources;
	w->internal = *request->internal;
	w->port = host_port(request->dst);
	w->listener = -1;
	w->result.fd = -1;
	for (unsigned i = 0; i < FAMILIES; i++)
		w->look_ups[i].owner = w;
	if (request->timeout_ms > 0)
		loop_timer_set(&w->deadline, request->timeout_ms, deadline_passed, w);
	if (request->dst->type == HOST_IP) {
		start_address(w, &request->dst->endpoint);
	} else if (start_name(w, request->dst->name) < 0) {
		bind_wait_cancel(w);
		return -ENOMEM;
	}
	*handle = w;
	return 0;
}

void
bind_wait_cancel(struct bind_wait *w)
{
	release(w);
	loop_defer_cancel(&w->next);
	if (w->result.fd >= 0)
		close(w->result.fd);
	free(w);
}
