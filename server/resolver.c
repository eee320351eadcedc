/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * There is one c-ares channel a process. It tells which of its sockets want to
 * be read or written (socket_state()); what it has to do when nothing arrives,
 * it does from a tick that runs while questions are open. ares_timeout() would
 * give the exact moment, but walks over all open questions to find it.
 *
 * c-ares cannot take a single question back, and it may answer from inside the
 * call that asks. So a query has two holders: c-ares from asking to answering
 * (.asked), and the caller until its callback or resolver_cancel() (.wanted).
 * Who lets go last frees it. Callbacks always come by loop_defer(), so c-ares is
 * never on the stack while a caller starts, cancels or closes something.
 *
 * c-ares draws a random 16-bit identifier until it finds one that is free: with
 * all in use it would never return. ASKED_MAX keeps it far from there.
 */
#include <config.h>

#include "server/resolver.h"

#include <ares.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/loop.h"

/* c-ares doubles the wait with each try: 1.4 + 2.8 + 5.6 s for one server. */
#define TRY_MS		1400
#define TRIES		3
/* Bounds the above when there are several servers or search domains. */
#define DEADLINE_MS	10000
#define TICK_MS		100
/* Sockets of c-ares: one UDP and one TCP for each server in use. */
#define SOCKETS_MAX	32
#define ASKED_MAX	16384
/* More addresses than this of one name are not tried by anybody. */
#define ADDRESSES_MAX	32

struct resolver_query {
	LIST_ENTRY(resolver_query) entry;
	bool			 asked;		/* c-ares will call answered() */
	bool			 wanted;	/* the caller waits for .cb */
	struct loop_timer	 deadline;
	struct loop_deferred	 settled;	/* queued: .error and .addresses are final */
	resolver_cb		*cb;
	void			*arg;
	int			 error;
	struct endpoint		*addresses;
	unsigned		 count;
	int			 family;
	char			 name[];
};

struct watch {
	struct loop_io	 io;	/* .on: the slot is in use */
	int		 fd;
};

static struct {
	ares_channel		 channel;	/* NULL: resolver_init() has not succeeded */
	LIST_HEAD(, resolver_query) queries;
	unsigned		 asked;		/* how many of them c-ares holds */
	struct loop_timer	 tick;
	bool			 ticking;
	struct watch		 watches[SOCKETS_MAX];
	struct log_limit	 full;
	char			 servers[256];	/* "": of /etc/resolv.conf */
} resolver;

static void
socket_ready(int fd, unsigned events, void *arg UNUSED)
{
	ares_process_fd(resolver.channel,
	    events & LOOP_READ ? fd : ARES_SOCKET_BAD,
	    events & LOOP_WRITE ? fd : ARES_SOCKET_BAD);
}

/* The slot of @fd, or a free one, or NULL. */
static struct watch *
find_watch(int fd)
{
	struct watch *unused = NULL;

	for (unsigned i = 0; i < SOCKETS_MAX; i++) {
		struct watch *w = &resolver.watches[i];

		if (w->io.on && w->fd == fd)
			return w;
		if (!w->io.on)
			unused = w;
	}
	return unused;
}

/*
 * What c-ares wants to know of a socket; nothing: it closes it next. A socket
 * that cannot be watched answers nothing, which ends in the query's deadline.
 */
static void
socket_state(void *arg UNUSED, ares_socket_t fd, int readable, int writable)
{
	unsigned events = (readable ? LOOP_READ : 0) | (writable ? LOOP_WRITE : 0);
	struct watch *w = find_watch(fd);

	if (w == NULL)
		return;
	if (events == 0) {
		loop_io_del(&w->io);
		return;
	}
	w->fd = fd;
	if (loop_io_add(&w->io, fd, events, socket_ready, NULL) < 0)
		log_error("resolver: cannot watch the socket to a name server");
}

static void
tick(void *arg UNUSED)
{
	ares_process_fd(resolver.channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver.ticking = resolver.asked > 0;
	if (resolver.ticking)
		loop_timer_set(&resolver.tick, TICK_MS, tick, NULL);
}

static void
start_ticking(void)
{
	if (resolver.ticking || resolver.asked == 0)
		return;
	resolver.ticking = true;
	loop_timer_set(&resolver.tick, TICK_MS, tick, NULL);
}

static void
query_free(struct resolver_query *q)
{
	LIST_REMOVE(q, entry);
	free(q->addresses);
	free(q);
}

/* The caller's hold ends: what c-ares does not hold goes with it. */
static void
query_release(struct resolver_query *q)
{
	q->wanted = false;
	loop_timer_cancel(&q->deadline);
	loop_defer_cancel(&q->settled);
	if (!q->asked)
		query_free(q);
}

static void
deliver(void *arg)
{
	struct resolver_query *q = arg;

	q->cb(q->error, q->addresses, q->count, q->arg);
	query_release(q);
}

static void
settle(struct resolver_query *q, int error)
{
	q->error = error;
	loop_defer(&q->settled, deliver, q);
}

static void
deadline_passed(void *arg)
{
	struct resolver_query *q = arg;

	if (!q->settled.queued)
		settle(q, ETIMEDOUT);
}

/* The errno that a status of c-ares becomes. */
static int
status_errno(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return 0;
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
	case ARES_ENONAME:
	case ARES_EBADNAME:
	case ARES_EBADQUERY:
		return EHOSTUNREACH;
	case ARES_ETIMEOUT:
		return ETIMEDOUT;
	case ARES_ENOMEM:
		return ENOMEM;
	default:
		return EAGAIN;
	}
}

/*
 * The addresses that c-ares found: 0, or a positive errno. An IPv4-mapped IPv6
 * address is IPv4 to us, so it is nothing that was asked for.
 */
static int
take_addresses(struct resolver_query *q, const struct ares_addrinfo *info)
{
	struct endpoint e;

	q->addresses = calloc(ADDRESSES_MAX, sizeof(*q->addresses));
	if (q->addresses == NULL)
		return ENOMEM;
	for (struct ares_addrinfo_node *n = info->nodes; n != NULL; n = n->ai_next) {
		if (q->count == ADDRESSES_MAX)
			break;
		if (endpoint_from_sockaddr(&e, n->ai_addr, n->ai_addrlen) == 0 &&
		    e.family == q->family)
			q->addresses[q->count++] = e;
	}
	return q->count > 0 ? 0 : EHOSTUNREACH;
}

/* c-ares lets go of a query. With EDESTRUCTION it stays, to be asked again. */
static void
answered(void *arg, int status, int timeouts UNUSED, struct ares_addrinfo *info)
{
	struct resolver_query *q = arg;

	q->asked = false;
	resolver.asked--;
	if (!q->wanted)
		query_free(q);
	else if (status != ARES_EDESTRUCTION && !q->settled.queued)
		settle(q, status == ARES_SUCCESS ? take_addresses(q, info) : status_errno(status));
	if (info != NULL)
		ares_freeaddrinfo(info);
}

static void
ask(struct resolver_query *q)
{
	/* A service, even a number as text, would make c-ares open more than /etc/hosts. */
	struct ares_addrinfo_hints hints = {
		.ai_family = q->family, .ai_socktype = SOCK_STREAM, .ai_flags = ARES_AI_NUMERICSERV,
	};
	unsigned long suppressed;

	if (resolver.channel == NULL || resolver.asked >= ASKED_MAX) {
		if (log_limit_pass(&resolver.full, &suppressed))
			log_warn("resolver: %u questions are open, refusing more (%lu since "
			    "last said)", resolver.asked, suppressed);
		settle(q, EAGAIN);
		return;
	}
	q->asked = true;
	resolver.asked++;
	ares_getaddrinfo(resolver.channel, q->name, NULL, &hints, answered, q);
	start_ticking();
}

/* RFC 6761 section 6.3: "localhost", and what is below it. */
static bool
is_localhost(const char *name)
{
	static const char localhost[] = "localhost";
	size_t len = strlen(name), wanted = sizeof(localhost) - 1;

	if (len > 0 && name[len - 1] == '.')
		len--;
	return len >= wanted && strncasecmp(name + len - wanted, localhost, wanted) == 0 &&
	    (len == wanted || name[len - wanted - 1] == '.');
}

/*
 * Whether no question is needed. c-ares 1.18 could answer for localhost, but
 * loses memory each time when /etc/hosts has it in the other family only.
 */
static bool
is_known(const char *name, int family, struct endpoint *e)
{
	if (is_localhost(name))
		name = family == AF_INET6 ? "::1" : "127.0.0.1";
	return endpoint_parse_ip(e, name) == 0;
}

struct resolver_query *
resolver_start(const char *name, int family, resolver_cb *cb, void *arg)
{
	size_t size = strlen(name) + 1;
	struct resolver_query *q = calloc(1, sizeof(*q) + size);
	struct endpoint literal;

	if (q == NULL)
		return NULL;
	memcpy(q->name, name, size);
	q->family = family;
	q->cb = cb;
	q->arg = arg;
	q->wanted = true;
	LIST_INSERT_HEAD(&resolver.queries, q, entry);
	if (is_known(name, family, &literal)) {
		q->addresses = malloc(sizeof(literal));
		if (q->addresses == NULL) {
			query_free(q);
			return NULL;
		}
		*q->addresses = literal;
		q->count = literal.family == family;
		settle(q, q->count == 1 ? 0 : EHOSTUNREACH);
		return q;
	}
	loop_timer_set(&q->deadline, DEADLINE_MS, deadline_passed, q);
	ask(q);
	return q;
}

void
resolver_cancel(struct resolver_query *q)
{
	query_release(q);
}

/* 0, or -errno: -EINVAL for .servers that cannot be read. */
static int
channel_open(ares_channel *channel)
{
	struct ares_options options = {
		.timeout = TRY_MS, .tries = TRIES, .sock_state_cb = socket_state,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
	int status = ares_init_options(channel, &options, mask);

	if (status != ARES_SUCCESS)
		return -status_errno(status);
	if (resolver.servers[0] != '\0' &&
	    ares_set_servers_ports_csv(*channel, resolver.servers) != ARES_SUCCESS) {
		ares_destroy(*channel);
		return -EINVAL;
	}
	return 0;
}

int
resolver_init(void)
{
	ares_channel old = resolver.channel, fresh;
	struct resolver_query *q;
	int r;

	if (old == NULL && ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return -ENOMEM;
	r = channel_open(&fresh);
	if (r < 0) {
		if (old == NULL)
			ares_library_cleanup();
		return r;
	}
	loop_timer_class(DEADLINE_MS);
	loop_timer_class(TICK_MS);
	resolver.channel = fresh;
	/* c-ares lets go of all questions; those still wanted are asked again. */
	if (old != NULL)
		ares_destroy(old);
	LIST_FOREACH(q, &resolver.queries, entry) {
		if (!q->asked && !q->settled.queued)
			ask(q);
	}
	return 0;
}

void
resolver_fini(void)
{
	ares_channel channel = resolver.channel;
	struct resolver_query *q;

	resolver.channel = NULL;
	if (channel != NULL) {
		ares_destroy(channel);
		ares_library_cleanup();
	}
	while ((q = LIST_FIRST(&resolver.queries)) != NULL)
		query_release(q);
	loop_timer_cancel(&resolver.tick);
	resolver.ticking = false;
}

int
resolver_set_servers(const char *csv)
{
	if (csv != NULL && strlen(csv) >= sizeof(resolver.servers))
		return -EINVAL;
	strcpy(resolver.servers, csv != NULL ? csv : "");
	return resolver_init();
}
