/* SPDX-License-Identifier: ISC */
/*
 * The negotiate role: accepts clients, applies the client rules, speaks SOCKS up
 * to the request, and passes the session with the client's socket to the
 * request stage.
 *
 * A client's socket is owned by its struct client until the session is sent;
 * before that it has left the loop (see loop.h). Nothing here waits: passwords
 * are checked by the auth helper, which answers on a socket made for the one
 * question, so that no answer can reach the wrong client and a helper's death is
 * seen as the end of that socket.
 *
 * ROLE_SETUP: the request inbox's and the auth inbox's write ends.
 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/acceptor.h"
#include "server/auth_cache.h"
#include "server/farewell.h"
#include "server/log.h"
#include "server/negotiation.h"
#include "server/rule.h"
#include "server/session.h"
#include "server/session_log.h"
#include "server/worker.h"

#define CAPACITY	4096

struct client {
	TAILQ_ENTRY(client)	 entry;		/* by age: the first is the oldest */
	int			 fd;
	int			 auth_fd;	/* where the auth helper answers; -1: not asked */
	struct loop_io		 io;
	struct loop_io		 auth_io;
	struct loop_timer	 timer;
	struct loop_deferred	 end;
	uint64_t		 accepted_ms;
	struct endpoint		 address;
	struct endpoint		 internal;
	struct session_rule	 rule;
	uint32_t		 timeout;	/* for the negotiation, seconds; 0: none */
	int			 io_timeout;	/* what the client rule says; -1: nothing */
	int			 fin_timeout;
	enum auth_method	 methods[AUTH_METHODS];
	unsigned		 method_count;
	struct negotiation	 negotiation;
};

static struct {
	struct ipc		 requests;
	struct ipc		 auths;
	TAILQ_HEAD(, client)	 clients;
} negotiate = { .clients = TAILQ_HEAD_INITIALIZER(negotiate.clients) };

static void
client_free(void *arg)
{
	struct client *c = arg;

	if (c->fd >= 0)
		close(c->fd);
	if (c->auth_fd >= 0)
		close(c->auth_fd);
	negotiation_fini(&c->negotiation);
	free(c);
}

/* The client leaves this stage; what it still owns is closed after the turn. */
static void
client_end(struct client *c, bool failed)
{
	loop_io_del(&c->io);
	loop_io_del(&c->auth_io);
	loop_timer_cancel(&c->timer);
	TAILQ_REMOVE(&negotiate.clients, c, entry);
	worker_session_gone(failed);
	loop_defer(&c->end, client_free, c);
	acceptor_update();
}

static void
fill_session(const struct client *c, struct session *s)
{
	memset(s, 0, offsetof(struct session, early));
	s->accepted_ms = c->accepted_ms;
	s->client = c->address;
	s->internal = c->internal;
	s->client_rule = c->rule;
	s->version = c->negotiation.version;
	s->method = (uint8_t)c->negotiation.method;
	memcpy(s->user, c->negotiation.auth.username, sizeof(s->user));
	s->io_timeout = c->io_timeout >= 0 ? (uint32_t)c->io_timeout :
	    worker_conf()->timeout_io_tcp;
	s->fin_timeout = c->fin_timeout >= 0 ? (uint32_t)c->fin_timeout :
	    worker_conf()->timeout_tcp_fin_wait;
	s->early_len = 0;
}

/* The negotiation is over without a session; @c->negotiation.out is the last word. */
static void
client_refuse(struct client *c, const char *why)
{
	struct session s;

	fill_session(c, &s);
	session_log_negotiation(&s, why, loop_now() - c->accepted_ms);
	loop_io_del(&c->io);
	if (c->negotiation.out_len > 0) {
		farewell(c->fd, c->negotiation.out, c->negotiation.out_len);
		c->fd = -1;
	}
	client_end(c, true);
}

static void
client_late(void *arg)
{
	struct client *c = arg;

	c->negotiation.out_len = 0;
	client_refuse(c, "negotiate timeout");
}

/* Hands the session with its socket to the request stage. */
static void
client_pass_on(struct client *c)
{
	uint8_t buf[IPC_PAYLOAD_MAX];
	struct session s;
	struct writer w;
	int fd = c->fd;

	fill_session(c, &s);
	s.command = c->negotiation.request.command;
	s.dst = c->negotiation.request.dst;
	s.early_len = (uint16_t)c->negotiation.in_len;
	memcpy(s.early, c->negotiation.in, s.early_len);
	writer_init(&w, buf, sizeof(buf));
	session_pack(&w, &s);
	loop_io_del(&c->io);
	c->fd = -1;
	if (ipc_send(&negotiate.requests, STAGE_SESSION, &w, &fd, 1) < 0)
		log_error("negotiate: a session could not be passed on");
	client_end(c, false);
}

static void	client_advance(struct client *c, enum negotiation_state state);
static void	client_readable(int fd, unsigned events, void *arg);

static void
auth_answered(int fd, unsigned events, void *arg)
{
	struct client *c = arg;
	uint8_t verdict;
	ssize_t n = recv(fd, &verdict, sizeof(verdict), MSG_DONTWAIT);
	bool ok = n == 1 && verdict == 0;

	(void)events;
	if (n < 0 && errno == EAGAIN)
		return;
	loop_io_del(&c->auth_io);
	close(c->auth_fd);
	c->auth_fd = -1;
	if (ok)
		auth_cache_store(loop_now(), c->negotiation.auth.username,
		    c->negotiation.auth.password);
	client_advance(c, negotiation_checked(&c->negotiation, ok));
	if (n != 1)
		log_warn("negotiate: an auth helper ended without an answer");
}

/* Asks the auth helper: 0, or -errno. */
static int
ask_auth(struct client *c)
{
	const struct socks5_auth *auth = &c->negotiation.auth;
	uint8_t buf[sizeof(*auth) + sizeof(c->address)];
	struct writer w;
	int ends[2], error;

	error = ipc_pair(ends);
	if (error < 0)
		return error;
	error = loop_io_add(&c->auth_io, ends[0], LOOP_READ, auth_answered, c);
	if (error < 0) {
		close(ends[0]);
		close(ends[1]);
		return error;
	}
	c->auth_fd = ends[0];
	writer_init(&w, buf, sizeof(buf));
	writer_u8(&w, c->address.family);
	writer_bytes(&w, c->address.ip, sizeof(c->address.ip));
	writer_string(&w, auth->username);
	writer_string(&w, auth->password);
	error = ipc_send(&negotiate.auths, STAGE_PASSWORD, &w, &ends[1], 1);
	/* A packet each: whichever helper is free takes the next one. */
	ipc_flush(&negotiate.auths);
	explicit_bzero(buf, sizeof(buf));
	return error;
}

static void
client_check(struct client *c)
{
	const struct socks5_auth *auth = &c->negotiation.auth;

	if (auth_cache_hit(loop_now(), auth->username, auth->password)) {
		client_advance(c, negotiation_checked(&c->negotiation, true));
		return;
	}
	/* The buffer may be full: what else comes meanwhile waits in the socket. */
	loop_io_del(&c->io);
	if (ask_auth(c) < 0) {
		score_add(&worker_score()->shortages, 1);
		client_advance(c, negotiation_checked(&c->negotiation, false));
	}
}

/* Sends what is due. A socket that does not take a few bytes has no reader. */
static bool
client_speak(struct client *c)
{
	struct negotiation *n = &c->negotiation;
	ssize_t sent;

	if (n->out_len == 0)
		return true;
	sent = send(c->fd, n->out, n->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent != (ssize_t)n->out_len)
		return false;
	n->out_len = 0;
	return true;
}

/* The request is awaited; after a check it may be in the buffer already. */
static void
client_await_request(struct client *c)
{
	if (!c->io.on && loop_io_add(&c->io, c->fd, LOOP_READ, client_readable, c) < 0)
		client_refuse(c, "out of memory");
	else if (c->negotiation.in_len > 0 && negotiation_feed(&c->negotiation, 0, c->methods,
	    c->method_count) != NEGOTIATION_REQUEST)
		client_advance(c, c->negotiation.state);
}

static void
client_advance(struct client *c, enum negotiation_state state)
{
	if (state == NEGOTIATION_FAILED) {
		client_refuse(c, c->negotiation.failure);
		return;
	}
	if (!client_speak(c)) {
		c->negotiation.out_len = 0;
		client_refuse(c, "client does not read");
		return;
	}
	switch (state) {
	case NEGOTIATION_CHECKING:
		client_check(c);
		break;
	case NEGOTIATION_REQUEST:
		client_await_request(c);
		break;
	case NEGOTIATION_DONE:
		client_pass_on(c);
		break;
	default:
		break;
	}
}

static void
client_readable(int fd, unsigned events, void *arg)
{
	struct client *c = arg;
	size_t room;
	uint8_t *to = negotiation_room(&c->negotiation, &room);
	ssize_t n;

	(void)events;
	n = recv(fd, to, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_refuse(c, n == 0 ? "client closed" : strerror(errno));
		return;
	}
	client_advance(c, negotiation_feed(&c->negotiation, (size_t)n, c->methods,
	    c->method_count));
}

/* The methods offered: the rule's where it names some, in the order of the global list. */
static void
choose_methods(struct client *c, const struct rule *rule)
{
	const struct conf *conf = worker_conf();

	for (unsigned i = 0; i < conf->socksmethod_count; i++) {
		enum auth_method method = conf->socksmethods[i];

		if (rule->socksmethods == 0 || (rule->socksmethods >> method & 1) != 0)
			c->methods[c->method_count++] = method;
	}
}

/* Whether a client rule lets it in; fills what the rule decides. */
static bool
client_permitted(struct client *c)
{
	const struct conf *conf = worker_conf();
	struct rule_query q = { .from = c->address, .to = c->internal,
	    .protocol = RULE_TCP, .client = true };
	const struct rule *rule = rule_find(conf->client_rules, conf->client_rule_count, &q, NULL);
	struct session s;

	c->rule.number = (uint16_t)rule->number;
	c->rule.log = (uint8_t)rule->log;
	c->timeout = rule->timeout_negotiate >= 0 ? (uint32_t)rule->timeout_negotiate :
	    conf->timeout_negotiate;
	c->io_timeout = rule->timeout_io_tcp;
	c->fin_timeout = rule->timeout_tcp_fin_wait;
	if (rule->log != 0 || log_debug_level() > 0) {
		fill_session(c, &s);
		session_log_accept(&s, rule->verdict == RULE_PASS);
	}
	choose_methods(c, rule);
	return rule->verdict == RULE_PASS;
}

static void
client_new(int fd, const struct endpoint *address, const struct endpoint *internal)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		close(fd);
		return;
	}
	c->fd = fd;
	c->auth_fd = -1;
	c->accepted_ms = loop_now();
	negotiation_init(&c->negotiation);
	c->address = *address;
	c->internal = *internal;
	if (!client_permitted(c) ||
	    loop_io_add(&c->io, fd, LOOP_READ, client_readable, c) < 0) {
		score_add(&worker_score()->failed, 1);
		client_free(c);
		return;
	}
	TAILQ_INSERT_TAIL(&negotiate.clients, c, entry);
	worker_session_add();
	if (c->timeout > 0)
		loop_timer_set(&c->timer, c->timeout * 1000ull, client_late, c);
}

static void
on_drained(struct ipc *ipc UNUSED, void *arg UNUSED)
{
	acceptor_update();
}

/* Nothing comes back on an inbox; it ends when all readers and the mother are gone. */
static int
on_inbox_message(struct ipc *ipc UNUSED, uint8_t type UNUSED, struct reader *r UNUSED,
    int *fds UNUSED, unsigned count UNUSED, void *arg UNUSED)
{
	return -EPROTO;
}

static void
on_inbox_end(struct ipc *ipc UNUSED, int error UNUSED, void *arg UNUSED)
{
}

static bool
has_room(void)
{
	return !ipc_congested(&negotiate.requests);
}

static int
setup(const int *fds)
{
	static const struct acceptor_ops ops = { has_room, client_new };

	acceptor_init(&ops);
	ipc_init(&negotiate.requests, fds[0], on_inbox_message, on_inbox_end, NULL);
	ipc_init(&negotiate.auths, fds[1], on_inbox_message, on_inbox_end, NULL);
	negotiate.requests.drained = on_drained;
	negotiate.auths.secret = true;
	return 0;
}

static int
configure(const struct conf *conf)
{
	loop_timer_class(conf->timeout_negotiate * 1000ull);
	return auth_cache_init(conf->user_passwordcache);
}

static int
message(uint8_t type, struct reader *r UNUSED, int *fds, unsigned count)
{
	return type == ROLE_LISTENERS ? acceptor_listen(fds, count) : -EPROTO;
}

static void
abort_clients(void)
{
	while (!TAILQ_EMPTY(&negotiate.clients))
		client_end(TAILQ_FIRST(&negotiate.clients), true);
}

static bool
idle(void)
{
	return STAILQ_EMPTY(&negotiate.requests.packets);
}

/* The monitor sees when the oldest client must be through. */
static void
publish_overdue(void)
{
	const struct client *oldest = TAILQ_FIRST(&negotiate.clients);

	atomic_store_explicit(&worker_score()->overdue_ms, oldest == NULL ||
	    oldest->timeout == 0 ? 0 : oldest->accepted_ms + oldest->timeout * 1000ull,
	    memory_order_relaxed);
}

/*
 * The kernel lets a process send descriptors while no more are in flight, of all
 * processes of its user, than its own limit of descriptors. Were the limits of all
 * stages equal, what waits in front of the request stage could fill it up, and that
 * stage, unable to send on, would take nothing more in, for ever. So the first stage
 * has half the limit of those behind it.
 */
static void
leave_descriptors_to_later_stages(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur /= 2;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
negotiate_main(void)
{
	static const struct worker_ops ops = {
		.role = ROLE_NEGOTIATE,
		.capacity = CAPACITY,
		.fds_per_session = 2,
		.fd_count = 2,
		.setup = setup,
		.configure = configure,
		.message = message,
		.drain = acceptor_close,
		.abort = abort_clients,
		.idle = idle,
		.tick = publish_overdue,
	};

	leave_descriptors_to_later_stages();
	return worker_main(&ops);
}
