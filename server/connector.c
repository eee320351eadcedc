/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * To an address there is one attempt. It is often over before connector_start()
 * returns, and then nothing was allocated.
 *
 * To a name there are up to two look-ups, AAAA and A, whose answers fill two lists
 * of candidates at any time, and advance(), which is the only place where attempts
 * begin: it takes candidates of the two lists in turn, IPv6 first (RFC 8305
 * section 4), until one is under way, and then waits for the Connection Attempt
 * Delay before it begins the next one beside it. A failure calls it at once. The
 * first attempt waits for AAAA for the Resolution Delay when A was faster
 * (section 3).
 *
 * The end, good or bad, is finish(): it takes back everything that is under way
 * and defers the callback, which is the last to see the connector.
 */
#include <config.h>

#include "server/connector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/dial.h"
#include "server/loop.h"
#include "server/resolver.h"

#define RESOLUTION_DELAY_MS	50	/* RFC 8305 section 3 */
#define ATTEMPT_DELAY_MS	250	/* section 5 */
#define CANDIDATES_MAX		8	/* of each family */

enum { IP6, IP4, FAMILIES };	/* in order of preference */

struct candidates {
	struct connector	*owner;
	struct resolver_query	*query;		/* NULL: not asked, or answered */
	struct endpoint		 addresses[CANDIDATES_MAX];
	unsigned		 count;
	unsigned		 next;		/* the first that was not tried */
};

struct attempt {
	struct connector	*owner;
	struct loop_io		 io;
	int			 fd;		/* -1: over */
	struct endpoint		 remote;
};

struct connector {
	struct candidates	 candidates[FAMILIES];
	unsigned		 turn;		/* whose candidate is next, if it has one */
	struct connector_sources sources;
	uint16_t		 port;
	connector_permit	*permit;
	connector_cb		*cb;
	void			*arg;
	struct loop_timer	 deadline;
	struct loop_timer	 pause;
	bool			 pausing;	/* .pause runs */
	bool			 started;	/* a candidate was taken */
	struct loop_deferred	 over;		/* queued: .result is final */
	struct connector_result	 result;
	unsigned		 telling;	/* of .result.error; 0: none yet */
	struct endpoint		 last;		/* tried last */
	unsigned		 pending;	/* attempts under way */
	unsigned		 attempt_count;	/* made, of .attempts */
	struct attempt		 attempts[];
};

void
connector_set_keepalive(bool on)
{
	dial_set_keepalive(on);
}

/* Our own shortage says nothing about the target, and may be over soon. */
static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/*
 * How much the failure of an attempt tells: the further it came the more. Refused:
 * the target itself answered. Host unreachable: a router at the last network did.
 * Timed out: packets left, nobody answered. Network unreachable and the rest: none
 * left this machine, often only because it has no IPv6. A shortage is above all:
 * addresses were left untried, so that what others say is not the whole truth.
 */
static unsigned
attempt_telling(int error)
{
	if (is_shortage(error))
		return 9;
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
		return 8;
	case EHOSTUNREACH:
		return 7;
	case ETIMEDOUT:
		return 6;
	case ENETUNREACH:
		return 5;
	default:
		return 4;
	}
}

/* A refusal tells more than a look-up without result, and there "no such name" the least. */
#define TELLING_REFUSED		3
#define TELLING_NO_ANSWER	2
#define TELLING_NO_NAME		1

static void
note_failure(struct connector *c, unsigned telling, int error, const struct endpoint *remote)
{
	if (telling <= c->telling)
		return;
	c->telling = telling;
	c->result.error = error;
	if (remote != NULL)
		c->result.remote = *remote;
}

static const struct endpoint *
source_for(const struct connector_sources *sources, int family)
{
	return family == AF_INET ? &sources->ip4 : &sources->ip6;
}

static void
attempt_close(struct attempt *a)
{
	loop_io_del(&a->io);
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

/* Takes back all that is under way. */
static void
release(struct connector *c)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		if (c->candidates[i].query != NULL)
			resolver_cancel(c->candidates[i].query);
		c->candidates[i].query = NULL;
	}
	for (unsigned i = 0; i < c->attempt_count; i++)
		attempt_close(&c->attempts[i]);
	loop_timer_cancel(&c->deadline);
	loop_timer_cancel(&c->pause);
}

static void
deliver(void *arg)
{
	struct connector *c = arg;

	c->cb(&c->result, c->arg);
	free(c);
}

static void
finish(struct connector *c)
{
	release(c);
	loop_defer(&c->over, deliver, c);
}

static void
finish_connected(struct connector *c, int fd, const struct endpoint *remote,
    const struct endpoint *local)
{
	c->result.fd = fd;
	c->result.error = 0;
	c->result.remote = *remote;
	c->result.local = *local;
	finish(c);
}

static void
deadline_passed(void *arg)
{
	struct connector *c = arg;

	c->result.error = ETIMEDOUT;
	c->result.remote = c->last;
	finish(c);
}

static void	 advance(struct connector *c);

static void
attempt_ready(int fd, unsigned events UNUSED, void *arg)
{
	struct attempt *a = arg;
	struct connector *c = a->owner;
	struct endpoint local;
	int r = dial_check(fd, &a->remote, &local);

	if (r == -EINPROGRESS)
		return;
	if (r == 0) {
		loop_io_del(&a->io);
		a->fd = -1;
		finish_connected(c, fd, &a->remote, &local);
		return;
	}
	attempt_close(a);
	c->pending--;
	note_failure(c, attempt_telling(-r), -r, &a->remote);
	advance(c);
}

/* Waits for a connection that has begun on @fd, which is owned from here on. 0, or -errno. */
static int
attempt_watch(struct connector *c, int fd, const struct endpoint *remote)
{
	struct attempt *a = &c->attempts[c->attempt_count];
	int r;

	a->owner = c;
	a->remote = *remote;
	a->fd = fd;
	r = loop_io_add(&a->io, fd, LOOP_WRITE, attempt_ready, a);
	if (r < 0) {
		attempt_close(a);
		return r;
	}
	c->attempt_count++;
	c->pending++;
	return 0;
}

/* 0: connected, and finished. -EINPROGRESS. Any other -errno is noted. */
static int
try_candidate(struct connector *c, const struct endpoint *remote)
{
	int r = c->permit == NULL ? 0 : c->permit(remote, c->arg);
	struct endpoint local;
	int fd;

	c->last = *remote;
	if (r < 0) {
		note_failure(c, TELLING_REFUSED, -r, remote);
		return r;
	}
	r = dial_begin(&fd, remote, source_for(&c->sources, remote->family), &local);
	if (r == 0) {
		finish_connected(c, fd, remote, &local);
		return 0;
	}
	if (r == -EINPROGRESS) {
		r = attempt_watch(c, fd, remote);
		if (r == 0)
			return -EINPROGRESS;
	}
	note_failure(c, attempt_telling(-r), -r, remote);
	return r;
}

/* The next address, of the other family than the one before while both have some. */
static bool
next_candidate(struct connector *c, struct endpoint *remote)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		unsigned family = (c->turn + i) % FAMILIES;
		struct candidates *from = &c->candidates[family];

		if (from->next < from->count) {
			*remote = from->addresses[from->next++];
			remote->port = c->port;
			c->turn = (family + 1) % FAMILIES;
			return true;
		}
	}
	return false;
}

static void
pause_over(void *arg)
{
	advance(arg);
}

static void
pause_for(struct connector *c, uint64_t ms)
{
	c->pausing = true;
	loop_timer_set(&c->pause, ms, pause_over, c);
}

static void
advance(struct connector *c)
{
	struct endpoint remote;
	int r;

	c->pausing = false;
	loop_timer_cancel(&c->pause);
	while (next_candidate(c, &remote)) {
		c->started = true;
		r = try_candidate(c, &remote);
		if (r == 0)
			return;
		if (r == -EINPROGRESS) {
			pause_for(c, ATTEMPT_DELAY_MS);
			return;
		}
	}
	if (c->pending == 0 && c->candidates[IP6].query == NULL &&
	    c->candidates[IP4].query == NULL)
		finish(c);
}

static void
looked_up(int error, const struct endpoint *addresses, unsigned count, void *arg)
{
	struct candidates *to = arg;
	struct connector *c = to->owner;

	to->query = NULL;
	if (error != 0)
		note_failure(c, error == EHOSTUNREACH ? TELLING_NO_NAME : TELLING_NO_ANSWER,
		    error, NULL);
	to->count = count < CANDIDATES_MAX ? count : CANDIDATES_MAX;
	for (unsigned i = 0; i < to->count; i++)
		to->addresses[i] = addresses[i];
	/* In a pause between attempts the new candidates wait like the old ones. */
	if (c->started && c->pausing)
		return;
	if (!c->started && count > 0 && c->candidates[IP6].query != NULL)
		pause_for(c, RESOLUTION_DELAY_MS);
	else
		advance(c);
}

static struct connector *
connector_new(unsigned attempts, const struct connector_sources *sources, connector_cb *cb,
    void *arg)
{
	struct connector *c = calloc(1, sizeof(*c) + attempts * sizeof(c->attempts[0]));

	if (c == NULL)
		return NULL;
	c->sources = *sources;
	c->cb = cb;
	c->arg = arg;
	c->result.fd = -1;
	return c;
}

static void
set_deadline(struct connector *c, uint64_t ms)
{
	if (ms > 0)
		loop_timer_set(&c->deadline, ms, deadline_passed, c);
}

/* As connector_start(). */
static int
start_address(struct connector **handle, const struct endpoint *remote,
    const struct connector_sources *sources, connector_cb *cb, void *arg,
    struct connector_result *result)
{
	const struct endpoint *source = source_for(sources, remote->family);
	int fd, r = dial_begin(&fd, remote, source, &result->local);

	if (r != -EINPROGRESS) {
		if (is_shortage(-r))
			return r;
		result->fd = fd;
		result->error = -r;
		result->remote = *remote;
		return 0;
	}
	*handle = connector_new(1, sources, cb, arg);
	if (*handle == NULL) {
		close(fd);
		return -ENOMEM;
	}
	(*handle)->last = *remote;
	r = attempt_watch(*handle, fd, remote);
	if (r < 0) {
		free(*handle);
		*handle = NULL;
		return r;
	}
	return -EINPROGRESS;
}

/* Asks for the addresses of each family that has a source. 0, or -ENOMEM. */
static int
look_up(struct connector *c, const char *name)
{
	static const int families[FAMILIES] = { [IP6] = AF_INET6, [IP4] = AF_INET };

	for (unsigned i = 0; i < FAMILIES; i++) {
		struct candidates *to = &c->candidates[i];

		to->owner = c;
		if (source_for(&c->sources, families[i])->family != families[i])
			continue;
		to->query = resolver_start(name, families[i], looked_up, to);
		if (to->query == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* As connector_start(). */
static int
start_name(struct connector **handle, const struct host *dst,
    const struct connector_sources *sources, connector_permit *permit, connector_cb *cb,
    void *arg, struct connector_result *result)
{
	struct connector *c;

	if (sources->ip4.family == AF_UNSPEC && sources->ip6.family == AF_UNSPEC) {
		result->error = ENETUNREACH;
		return 0;
	}
	c = connector_new(FAMILIES * CANDIDATES_MAX, sources, cb, arg);
	if (c == NULL)
		return -ENOMEM;
	c->port = host_port(dst);
	c->permit = permit;
	if (look_up(c, dst->name) < 0) {
		release(c);
		free(c);
		return -ENOMEM;
	}
	*handle = c;
	return -EINPROGRESS;
}

int
connector_start(struct connector **handle, const struct host *dst,
    const struct connector_sources *sources, uint64_t timeout_ms, connector_permit *permit,
    connector_cb *cb, void *arg, struct connector_result *result)
{
	int r;

	memset(result, 0, sizeof(*result));
	result->fd = -1;
	*handle = NULL;
	if (dst->type == HOST_IP)
		r = start_address(handle, &dst->endpoint, sources, cb, arg, result);
	else
		r = start_name(handle, dst, sources, permit, cb, arg, result);
	if (r == -EINPROGRESS)
		set_deadline(*handle, timeout_ms);
	return r;
}

void
connector_cancel(struct connector *c)
{
	release(c);
	loop_defer_cancel(&c->over);
	if (c->result.fd >= 0)
		close(c->result.fd);
	free(c);
}
