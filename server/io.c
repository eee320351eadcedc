/* SPDX-License-Identifier: ISC */
/*
 * The io role: relays, and can open nothing. A session lives here from the
 * moment its two sockets arrive until both directions have ended; all that is
 * kept of it beside the relay is what its last log line needs.
 *
 * ROLE_SETUP: the io inbox's read end.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/pipe_pool.h"
#include "server/relay.h"
#include "server/session.h"
#include "server/session_log.h"
#include "server/worker.h"

#define CAPACITY	4096
#define PIPES_SHARE	16	/* one pipe for so many descriptors at most */

struct io_session {
	struct relay		 relay;
	TAILQ_ENTRY(io_session)	 entry;
	uint64_t		 accepted_ms;
	struct endpoint		 client, internal, external, remote;
	struct session_rule	 client_rule, socks_rule;
	uint8_t			 method, command;
	char			 user[];	/* with its NUL */
};

static struct {
	struct ipc		 inbox;
	bool			 ended;
	TAILQ_HEAD(, io_session) sessions;
	struct relay_totals	 published;
} io = { .sessions = TAILQ_HEAD_INITIALIZER(io.sessions) };

/* 0, or -errno. */
static int
update_receiving(void)
{
	if (io.ended)
		return 0;
	return ipc_receive(&io.inbox, worker_has_room(ipc_batch() / 2));
}

static const char *
side_name(int side)
{
	return side == RELAY_CLIENT ? "local client" : "remote peer";
}

/* How Dante words the end. */
static void
end_text(const struct relay *r, char *text, size_t size)
{
	switch (r->end) {
	case RELAY_CLOSED:
		snprintf(text, size, "%s closed", side_name(r->end_side));
		break;
	case RELAY_ERROR:
		snprintf(text, size, "%s error (%s)", side_name(r->end_side), strerror(r->error));
		break;
	case RELAY_IO_TIMEOUT:
		snprintf(text, size, "i/o timeout");
		break;
	case RELAY_FIN_TIMEOUT:
		snprintf(text, size, "tcp-fin-wait timeout (waiting for %s to close)",
		    r->end_side == RELAY_CLIENT ? "remote peer" : "client");
		break;
	case RELAY_KILLED:
		snprintf(text, size, "administrative termination");
		break;
	}
}

static void
log_end(const struct io_session *i)
{
	const struct relay *r = &i->relay;
	struct session_bytes bytes = {
		.client_written = r->bytes_written[RELAY_CLIENT],
		.client_read = r->bytes_read[RELAY_CLIENT],
		.remote_written = r->bytes_written[RELAY_REMOTE],
		.remote_read = r->bytes_read[RELAY_REMOTE],
	};
	static struct session s;
	char how[160];

	s.accepted_ms = i->accepted_ms;
	s.client = i->client;
	s.internal = i->internal;
	s.external = i->external;
	s.remote = i->remote;
	s.client_rule = i->client_rule;
	s.socks_rule = i->socks_rule;
	s.method = i->method;
	s.command = i->command;
	snprintf(s.user, sizeof(s.user), "%s", i->user);
	end_text(r, how, sizeof(how));
	session_log_end(&s, &bytes, how, r->end == RELAY_ERROR, loop_now());
}

static void
publish_bytes(void)
{
	const struct relay_totals *t = relay_totals();

	atomic_store_explicit(&worker_score()->bytes_in,
	    t->bytes_read[0] + t->bytes_read[1], memory_order_relaxed);
	atomic_store_explicit(&worker_score()->bytes_out,
	    t->bytes_written[0] + t->bytes_written[1], memory_order_relaxed);
}

static void
relay_ended(struct relay *r, void *arg)
{
	struct io_session *i = arg;

	if (i->client_rule.log != 0 || i->socks_rule.log != 0 || log_debug_level() > 0)
		log_end(i);
	TAILQ_REMOVE(&io.sessions, i, entry);
	worker_session_gone(r->end != RELAY_CLOSED);
	free(i);
	update_receiving();
}

static struct io_session *
io_session_new(const struct session *s)
{
	size_t user = strlen(s->user) + 1;
	struct io_session *i = malloc(sizeof(*i) + user);

	if (i == NULL)
		return NULL;
	i->accepted_ms = s->accepted_ms;
	i->client = s->client;
	i->internal = s->internal;
	i->external = s->external;
	i->remote = s->remote;
	i->client_rule = s->client_rule;
	i->socks_rule = s->socks_rule;
	i->method = s->method;
	i->command = s->command;
	memcpy(i->user, s->user, user);
	return i;
}

static void
session_begin(const struct session *s, int client_fd, int remote_fd)
{
	struct relay_limits limits = { s->io_timeout, s->fin_timeout };
	struct io_session *i = io_session_new(s);
	int error;

	if (i == NULL) {
		close(client_fd);
		close(remote_fd);
		error = -ENOMEM;
	} else {
		error = relay_start(&i->relay, client_fd, remote_fd, s->early, s->early_len,
		    &limits, relay_ended, i);
	}
	if (error < 0) {
		score_add(&worker_score()->shortages, 1);
		session_log_failure(s, strerror(-error));
		free(i);
		return;
	}
	TAILQ_INSERT_TAIL(&io.sessions, i, entry);
	worker_session_add();
}

static int
on_inbox_message(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds, unsigned count,
    void *arg UNUSED)
{
	static struct session s;

	if (type != STAGE_SESSION || count != 2 || session_unpack(r, &s) < 0)
		return -EPROTO;
	session_begin(&s, fds[0], fds[1]);
	fds[0] = fds[1] = -1;
	update_receiving();
	return 0;
}

static void
on_inbox_end(struct ipc *ipc UNUSED, int error, void *arg UNUSED)
{
	if (error != -ECONNRESET) {
		/* One bad packet costs its own sessions; the next is read. */
		log_error("io: a malformed message in the inbox was dropped");
		update_receiving();
		return;
	}
	io.ended = true;
	worker_drain();
}

/* Pipes must leave room for the sockets of sessions that come. */
static void
limit_pipes(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < (rlim_t)PIPE_POOL_LIMIT * PIPES_SHARE)
		pipe_pool_set_limit((unsigned)limit.rlim_cur / PIPES_SHARE);
}

static int
setup(const int *fds)
{
	limit_pipes();
	ipc_init(&io.inbox, fds[0], on_inbox_message, on_inbox_end, NULL);
	return 0;
}

static int
configure(const struct conf *conf)
{
	loop_timer_class(conf->timeout_io_tcp * 1000ull);
	loop_timer_class(conf->timeout_tcp_fin_wait * 1000ull);
	return update_receiving();
}

static void
abort_sessions(void)
{
	struct io_session *i;

	TAILQ_FOREACH(i, &io.sessions, entry)
		relay_kill(&i->relay);
}

static void
drain(void)
{
	update_receiving();
}

static bool
idle(void)
{
	return io.ended || worker_retired() || !ipc_pending(&io.inbox);
}

int
io_main(void)
{
	static const struct worker_ops ops = {
		.role = ROLE_IO,
		.capacity = CAPACITY,
		.fds_per_session = 2,
		.fd_count = 1,
		.setup = setup,
		.configure = configure,
		.drain = drain,
		.abort = abort_sessions,
		.idle = idle,
		.outlives_mother = true,
		.tick = publish_bytes,
	};

	return worker_main(&ops);
}
