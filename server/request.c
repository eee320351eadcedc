/* SPDX-License-Identifier: ISC */
/*
 * The request role: applies the socks rules, finds the target's address,
 * connects, or waits to be connected to, answers the client, and passes the session
 * with both sockets to the io stage.
 *
 * An address that a name stands for passes the rules before it is connected to,
 * each by itself: a name cannot lead where its address may not. A name for which
 * a rule that names names decides is not looked up when that rule blocks it.
 *
 * ROLE_SETUP: the request inbox's read end, the io inbox's write end.
 */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/socks4.h"
#include "common/socks5.h"
#include "server/answer.h"
#include "server/bind_wait.h"
#include "server/connector.h"
#include "server/external.h"
#include "server/farewell.h"
#include "server/log.h"
#include "server/resolver.h"
#include "server/rule.h"
#include "server/session.h"
#include "server/session_log.h"
#include "server/session_rule.h"
#include "server/target.h"
#include "server/worker.h"

#define CAPACITY	4096
#define SHORTAGE_MS	100	/* before trying again when descriptors or memory are short */

struct request {
	TAILQ_ENTRY(request)	 entry;
	int			 client_fd;
	struct connector	*connector;	/* NULL, or for CONNECT */
	struct bind_wait	*bind_wait;	/* NULL, or for BIND */
	struct loop_timer	 again;
	struct loop_io		 client_io;	/* while the connection is being made */
	struct loop_deferred	 end;
	uint64_t		 deadline_ms;	/* monotonic; 0: none */
	struct session		 session;
};

static struct {
	struct ipc		 inbox;
	struct ipc		 ios;
	struct connector_sources sources;
	struct loop_timer	 shortage;	/* while it runs nothing new is taken */
	bool			 ended;		/* nobody writes to the inbox any more */
	TAILQ_HEAD(, request)	 requests;
} request = { .requests = TAILQ_HEAD_INITIALIZER(request.requests) };

static void	request_carry_out(struct request *q);

/* 0, or -errno. */
static int
update_receiving(void)
{
	if (request.ended)
		return 0;
	return ipc_receive(&request.inbox, worker_has_room(ipc_batch()) &&
	    !ipc_congested(&request.ios) && !request.shortage.made);
}

static void
request_free(void *arg)
{
	struct request *q = arg;

	if (q->client_fd >= 0)
		close(q->client_fd);
	free(q);
}

static void
request_end(struct request *q, bool failed)
{
	if (q->connector != NULL)
		connector_cancel(q->connector);
	if (q->bind_wait != NULL)
		bind_wait_cancel(q->bind_wait);
	loop_timer_cancel(&q->again);
	loop_io_del(&q->client_io);
	TAILQ_REMOVE(&request.requests, q, entry);
	worker_session_gone(failed);
	loop_defer(&q->end, request_free, q);
	update_receiving();
}

static size_t
build_answer(const struct session *s, uint8_t *buf, size_t size, enum socks5_reply reply,
    const struct endpoint *bound)
{
	struct writer w;

	writer_init(&w, buf, size);
	answer_build(&w, s->version, reply, bound);
	return w.len;
}

static void
refuse(struct request *q, enum socks5_reply reply)
{
	static const struct endpoint none;
	uint8_t answer[ANSWER_MAX];

	farewell(q->client_fd, answer,
	    build_answer(&q->session, answer, sizeof(answer), reply, &none));
	q->client_fd = -1;
	request_end(q, true);
}

static void PRINTF_LIKE(3, 4)
fail(struct request *q, int error, const char *fmt, ...)
{
	char why[HOST_TEXT_SIZE + 100];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	session_log_failure(&q->session, why);
	refuse(q, socks5_reply_from_errno(error));
}

static void
fail_connect(struct request *q, int error)
{
	char text[HOST_TEXT_SIZE];

	fail(q, error, "connect to %s failed: %s", host_format(&q->session.dst, text),
	    strerror(error));
}

/* There was no address to connect to. */
static void
fail_look_up(struct request *q, int error)
{
	fail(q, error, "name could not be looked up: %s",
	    error == EHOSTUNREACH ? "no such name, or no address that external can reach" :
	    error == ETIMEDOUT ? "no name server answered" : strerror(error));
}

/* As session_rule_find(). */
static const struct rule *
rule_for(const struct session *s, const struct endpoint *to, bool *needs_address)
{
	return session_rule_find(worker_conf(), s, to, needs_address);
}

static int
permit(const struct endpoint *remote, void *arg)
{
	struct request *q = arg;
	const struct rule *rule = rule_for(&q->session, remote, NULL);

	if (rule->verdict == RULE_PASS)
		return 0;
	/* Its time limits are not for the address that may be found to pass. */
	session_rule_note(&q->session, rule);
	return -EACCES;
}

static void
pass_on(struct request *q, int remote_fd)
{
	int fds[2] = { q->client_fd, remote_fd };
	uint8_t buf[IPC_PAYLOAD_MAX];
	struct writer w;

	writer_init(&w, buf, sizeof(buf));
	session_pack(&w, &q->session);
	q->client_fd = -1;
	if (ipc_send(&request.ios, STAGE_SESSION, &w, fds, 2) < 0)
		log_error("request: a session could not be passed on");
	request_end(q, false);
}

/* 0, or -errno: a client that does not take these few bytes takes no others either. */
static int
say_success(struct request *q, const struct endpoint *bound)
{
	uint8_t answer[ANSWER_MAX];
	size_t len = build_answer(&q->session, answer, sizeof(answer), SOCKS5_SUCCEEDED, bound);
	ssize_t n = send(q->client_fd, answer, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n == (ssize_t)len)
		return 0;
	return n < 0 ? -errno : -EAGAIN;
}

/* The connection is there; @bound is what the client is told. */
static void
succeed(struct request *q, const struct connector_result *result, const struct rule *rule,
    const struct endpoint *bound)
{
	struct session *s = &q->session;

	s->remote = result->remote;
	s->external = result->local;
	session_rule_apply(s, rule);
	session_log_connect(s);
	if (say_success(q, bound) < 0) {
		session_log_failure(s, "the client does not take the reply");
		close(result->fd);
		request_end(q, true);
		return;
	}
	pass_on(q, result->fd);
}

static void
connected(const struct connector_result *result, void *arg)
{
	struct request *q = arg;

	q->connector = NULL;
	loop_io_del(&q->client_io);
	if (result->error == 0) {
		succeed(q, result, rule_for(&q->session, &result->remote, NULL), &result->local);
	} else if (result->error == EACCES) {
		session_log_block(&q->session);
		refuse(q, SOCKS5_NOT_ALLOWED);
	} else if (result->remote.family == AF_UNSPEC) {
		fail_look_up(q, result->error);
	} else {
		q->session.remote = result->remote;
		session_rule_apply(&q->session, rule_for(&q->session, &result->remote, NULL));
		fail_connect(q, result->error);
	}
}

static void
try_again(void *arg)
{
	struct request *q = arg;

	loop_timer_cancel(&q->again);
	if (q->deadline_ms != 0 && loop_now() >= q->deadline_ms)
		fail_connect(q, ETIMEDOUT);
	else
		request_carry_out(q);
}

static void
shortage_over(void *arg UNUSED)
{
	loop_timer_cancel(&request.shortage);
	update_receiving();
}

/*
 * Descriptors or memory are short: nothing new is taken for a while; the kernel would
 * drop the descriptors of a packet that finds no room.
 */
static void
note_shortage(int error)
{
	static struct log_limit limit;
	unsigned long unsaid;

	score_add(&worker_score()->shortages, 1);
	if (log_limit_pass(&limit, &unsaid))
		log_warn("request: cannot connect for now: %s (%lu times unsaid)",
		    strerror(error), unsaid);
	loop_timer_set(&request.shortage, SHORTAGE_MS, shortage_over, NULL);
	update_receiving();
}

/* And this request waits. */
static void
shortage(struct request *q, int error)
{
	loop_timer_set(&q->again, SHORTAGE_MS, try_again, q);
	note_shortage(error);
}

/* A client that has ended its direction may still want to read; one that has reset does not. */
static void
client_hung_up(int fd, unsigned events UNUSED, void *arg)
{
	struct request *q = arg;
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0)
		return;
	session_log_failure(&q->session, "the client has reset the connection");
	request_end(q, true);
}

/* Milliseconds; 0: no limit. */
static uint64_t
time_left(const struct request *q)
{
	return q->deadline_ms == 0 ? 0 : q->deadline_ms - loop_now();
}

static void
request_connect(struct request *q)
{
	struct connector_result result;
	int error = connector_start(&q->connector, &q->session.dst, &request.sources, time_left(q),
	    permit, connected, q, &result);

	switch (error) {
	case 0:
		connected(&result, q);
		break;
	case -EINPROGRESS:
		/* Without this watch the client is merely noticed later. */
		loop_io_add(&q->client_io, q->client_fd, LOOP_HANGUP, client_hung_up, q);
		break;
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
	case -ENOMEM:
		shortage(q, -error);
		break;
	default:
		fail_connect(q, -error);
		break;
	}
}

/* Somebody has connected who must not; @rule NULL: by the rule of the request. */
static void
log_stranger(const struct session *s, const struct endpoint *peer, const struct rule *rule)
{
	static struct session stranger;

	stranger = *s;
	stranger.command = SESSION_BINDREPLY;
	stranger.remote = *peer;
	if (rule != NULL)
		session_rule_note(&stranger, rule);
	session_log_block(&stranger);
}

static bool
peer_came(const struct endpoint *peer, bool expected, void *arg)
{
	struct request *q = arg;
	const struct rule *rule = session_rule_find_reply(worker_conf(), &q->session, peer);

	if (expected && rule->verdict == RULE_PASS)
		return true;
	log_stranger(&q->session, peer, expected ? rule : NULL);
	return false;
}

/* A client that has ended its direction waits for nobody any more. */
static void
bind_client_gone(int fd UNUSED, unsigned events UNUSED, void *arg)
{
	struct request *q = arg;

	session_log_failure(&q->session, "the client has closed the connection");
	request_end(q, true);
}

static int
bind_listening(const struct endpoint *bound, const struct endpoint *host, void *arg)
{
	struct request *q = arg;
	struct session *s = &q->session;

	s->external = *bound;
	session_rule_apply(s, rule_for(s, host, NULL));
	session_log_connect(s);
	return say_success(q, bound);
}

static void
bind_shortage(int error, void *arg UNUSED)
{
	note_shortage(error);
}

static void
bind_done(const struct connector_result *result, void *arg)
{
	struct request *q = arg;
	struct session *s = &q->session;

	q->bind_wait = NULL;
	loop_io_del(&q->client_io);
	if (result->error == 0) {
		s->command = SESSION_BINDREPLY;
		succeed(q, result, session_rule_find_reply(worker_conf(), s, &result->remote),
		    &result->remote);
	} else if (result->error == EACCES) {
		session_log_block(s);
		refuse(q, SOCKS5_NOT_ALLOWED);
	} else if (s->dst.type == HOST_NAME && s->external.family == AF_UNSPEC) {
		fail_look_up(q, result->error);
	} else if (result->error == ETIMEDOUT) {
		fail(q, ETIMEDOUT, "nobody has connected in time");
	} else {
		fail(q, result->error, "cannot wait for a connection: %s",
		    strerror(result->error));
	}
}

static void
request_bind(struct request *q)
{
	static const struct bind_wait_ops ops = {
		.permit = permit,
		.listening = bind_listening,
		.peer = peer_came,
		.shortage = bind_shortage,
		.done = bind_done,
	};
	struct connector_sources sources = request.sources;
	const struct bind_wait_request wanted = {
		.dst = &q->session.dst,
		.sources = &sources,
		.internal = &q->session.internal,
		.timeout_ms = time_left(q),
	};

	/* Its answers have no room for an IPv6 address. */
	if (q->session.version == SOCKS4_VERSION)
		memset(&sources.ip6, 0, sizeof(sources.ip6));
	if (bind_wait_start(&q->bind_wait, &wanted, &ops, q) < 0)
		shortage(q, ENOMEM);
	else
		loop_io_add(&q->client_io, q->client_fd, LOOP_HANGUP, bind_client_gone, q);
}

static void
request_carry_out(struct request *q)
{
	if (q->session.command == SOCKS5_BIND)
		request_bind(q);
	else
		request_connect(q);
}

static void
start_timeout(struct request *q, const struct rule *rule)
{
	unsigned seconds = rule->timeout_connect >= 0 ? (unsigned)rule->timeout_connect :
	    worker_conf()->timeout_connect;

	seconds = session_time_limit(&q->session, seconds);
	q->deadline_ms = seconds == 0 ? 0 : loop_now() + seconds * 1000ull;
}

static void
request_start(struct request *q)
{
	struct session *s = &q->session;
	bool needs_address = false;
	const struct rule *rule;

	target_normalize(&s->dst);
	rule = rule_for(s, &s->dst.endpoint, &needs_address);
	if (!needs_address)
		session_rule_apply(s, rule);
	if (!needs_address && rule->verdict == RULE_BLOCK) {
		session_log_block(s);
		refuse(q, SOCKS5_NOT_ALLOWED);
		return;
	}
	if (!target_is_sound(&s->dst)) {
		session_log_failure(s, "this can be no host's name");
		refuse(q, SOCKS5_HOST_UNREACHABLE);
		return;
	}
	start_timeout(q, rule);
	switch (s->command) {
	case SOCKS5_BIND:
		if (target_is_bind_extension(&s->dst)) {
			session_log_failure(s, "Dante's BIND extension is not supported");
			refuse(q, SOCKS5_COMMAND_NOT_SUPPORTED);
			break;
		}
		request_carry_out(q);
		break;
	case SOCKS5_CONNECT:
		request_carry_out(q);
		break;
	default:
		session_log_failure(s, "command not supported");
		refuse(q, SOCKS5_COMMAND_NOT_SUPPORTED);
		break;
	}
}

static int
on_inbox_message(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds, unsigned count,
    void *arg UNUSED)
{
	struct request *q;

	if (type != STAGE_SESSION || count != 1)
		return -EPROTO;
	q = malloc(sizeof(*q));
	if (q == NULL)
		return 0;
	memset(q, 0, offsetof(struct request, session));
	if (session_unpack(r, &q->session) < 0) {
		free(q);
		return -EPROTO;
	}
	q->client_fd = fds[0];
	fds[0] = -1;
	TAILQ_INSERT_TAIL(&request.requests, q, entry);
	worker_session_add();
	request_start(q);
	update_receiving();
	return 0;
}

static void
on_inbox_end(struct ipc *ipc UNUSED, int error, void *arg UNUSED)
{
	if (error != -ECONNRESET) {
		/* One bad packet costs its own sessions; the next is read. */
		log_error("request: a malformed message in the inbox was dropped");
		update_receiving();
		return;
	}
	request.ended = true;
	worker_drain();
}

static int
on_io_message(struct ipc *ipc UNUSED, uint8_t type UNUSED, struct reader *r UNUSED,
    int *fds UNUSED, unsigned count UNUSED, void *arg UNUSED)
{
	return -EPROTO;
}

static void
on_io_end(struct ipc *ipc UNUSED, int error UNUSED, void *arg UNUSED)
{
}

static void
on_drained(struct ipc *ipc UNUSED, void *arg UNUSED)
{
	update_receiving();
}

static int
setup(const int *fds)
{
	ipc_init(&request.inbox, fds[0], on_inbox_message, on_inbox_end, NULL);
	ipc_init(&request.ios, fds[1], on_io_message, on_io_end, NULL);
	request.ios.drained = on_drained;
	return 0;
}

static int
configure(const struct conf *conf)
{
	char message[512];
	int error = resolver_init();

	if (error < 0) {
		log_error("request: the resolver cannot start: %s", strerror(-error));
		return error;
	}
	error = external_resolve(conf, &request.sources, message, sizeof(message));
	if (error < 0) {
		log_error("%s", message);
		return error;
	}
	connector_set_keepalive((worker_flags() & ROLE_NO_KEEPALIVE) == 0);
	loop_timer_class(conf->timeout_connect * 1000ull);
	return update_receiving();
}

static void
abort_requests(void)
{
	while (!TAILQ_EMPTY(&request.requests))
		request_end(TAILQ_FIRST(&request.requests), true);
}

static void
drain(void)
{
	update_receiving();
}

/* Drained only when nothing waits in the inbox nor on its way out. */
static bool
idle(void)
{
	if (!request.ended && !worker_retired() && ipc_pending(&request.inbox))
		return false;
	return STAILQ_EMPTY(&request.ios.packets);
}

int
request_main(void)
{
	static const struct worker_ops ops = {
		.role = ROLE_REQUEST,
		.capacity = CAPACITY,
		.fds_per_session = 3,
		.fd_count = 2,
		.setup = setup,
		.configure = configure,
		.drain = drain,
		.abort = abort_requests,
		.idle = idle,
		.outlives_mother = true,
	};

	return worker_main(&ops);
}
