/* SPDX-License-Identifier: ISC */
/*
 * The auth role: checks passwords. Privileged, because the system's shadow file
 * is, and blocking, because hashing a password takes many milliseconds: it does
 * one check at a time, and the mother starts more of it when they are busy.
 *
 * An address whose passwords fail waits longer and longer before its next one is
 * looked at. It waits here, in a timer; nobody else's check waits with it: where
 * many wait already, one more is refused unlooked-at, so that there is always
 * room to take in those who need not wait. Who has gone is not waited for. What
 * is learned about addresses is shared by all auth helpers.
 *
 * The answer to a question is one byte on the descriptor that came with it, 0
 * for right; to close it without a byte says that nothing could be found out.
 *
 * ROLE_SETUP: the auth inbox's read end, the memory of penalties.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/socks5.h"
#include "server/log.h"
#include "server/password.h"
#include "server/penalty.h"
#include "server/worker.h"

#define CAPACITY	256	/* questions at once; half of them may wait for their delay */

struct question {
	TAILQ_ENTRY(question)	 entry;
	struct loop_timer	 timer;
	struct loop_io		 io;		/* while it waits: whether the asker is still there */
	struct loop_deferred	 deferred;	/* the check, then the end */
	int			 fd;		/* where to answer */
	struct endpoint		 address;	/* of the client */
	struct socks5_auth	 auth;
};

static struct {
	struct ipc		 inbox;
	bool			 ended;
	bool			 checking;	/* a question was taken that does not wait */
	bool			 checked;	/* a password, in this turn */
	struct loop_deferred	 next_turn;
	struct password_db	*db;
	TAILQ_HEAD(, question)	 questions;
} auth = { .questions = TAILQ_HEAD_INITIALIZER(auth.questions) };

/* One question at a time, so that the next goes to a helper that is free. 0, or -errno. */
static int
update_receiving(void)
{
	if (auth.ended)
		return 0;
	return ipc_receive(&auth.inbox, worker_has_room(ipc_batch()) && !auth.checking);
}

static void
question_free(void *arg)
{
	struct question *q = arg;

	close(q->fd);
	explicit_bzero(q, sizeof(*q));
	free(q);
}

static void
question_end(struct question *q, bool failed)
{
	loop_timer_cancel(&q->timer);
	loop_io_del(&q->io);
	TAILQ_REMOVE(&auth.questions, q, entry);
	worker_session_gone(failed);
	loop_defer_cancel(&q->deferred);
	loop_defer(&q->deferred, question_free, q);
	update_receiving();
}

static void
answer(struct question *q, uint8_t verdict)
{
	if (send(q->fd, &verdict, sizeof(verdict), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("auth: a client was gone before its answer");
	question_end(q, verdict != 0);
}

static void
log_notices(void)
{
	const char *notice;

	while ((notice = password_db_notice(auth.db)) != NULL)
		log_warn("%s", notice);
}

static void
check(struct question *q)
{
	const char *why = "";
	int error = password_check(auth.db, q->auth.username, q->auth.password, &why);

	log_notices();
	if (error == 0) {
		penalty_succeeded(&q->address);
		answer(q, 0);
	} else if (error == -EACCES) {
		penalty_failed(loop_now(), &q->address);
		log_debug("auth: refused: %s", why);
		answer(q, 1);
	} else {
		log_error("auth: passwords cannot be checked: %s: %s", why, strerror(-error));
		question_end(q, true);
	}
}

/* The negotiate process closes its end when its client has left or is late. */
static bool
is_abandoned(const struct question *q)
{
	struct pollfd p = { .fd = q->fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 1;
}

static void
question_abandoned(int fd UNUSED, unsigned events UNUSED, void *arg)
{
	question_end(arg, true);
}

static void	question_due(void *arg);

static void
question_wait(struct question *q, unsigned ms)
{
	if (worker_has_room(worker_score()->capacity / 2) &&
	    loop_io_add(&q->io, q->fd, LOOP_READ, question_abandoned, q) == 0) {
		loop_timer_set(&q->timer, ms, question_due, q);
		return;
	}
	log_debug("auth: refused: too many passwords wait already");
	answer(q, 1);
}

static void
turn_over(void *arg UNUSED)
{
	auth.checked = false;
}

/*
 * One check a turn: several questions may have come in one packet, and between two
 * checks the loop's clock must turn and the heartbeat be given.
 */
static void
question_due(void *arg)
{
	struct question *q = arg;
	unsigned wait;

	if (auth.checked) {
		loop_defer(&q->deferred, question_due, q);
		return;
	}
	auth.checking = false;
	wait = penalty_wait_ms(loop_now(), &q->address);
	if (is_abandoned(q)) {
		question_end(q, true);
	} else if (wait > 0) {
		question_wait(q, wait);
	} else {
		auth.checked = true;
		loop_defer(&auth.next_turn, turn_over, NULL);
		check(q);
	}
	update_receiving();
}

static int
on_inbox_message(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds, unsigned count,
    void *arg UNUSED)
{
	struct question *q;

	if (type != STAGE_PASSWORD || count != 1)
		return -EPROTO;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return 0;
	q->address.family = reader_u8(r);
	reader_bytes(r, q->address.ip, sizeof(q->address.ip));
	reader_string(r, q->auth.username, sizeof(q->auth.username));
	reader_string(r, q->auth.password, sizeof(q->auth.password));
	if (!reader_finished(r)) {
		explicit_bzero(q, sizeof(*q));
		free(q);
		return -EPROTO;
	}
	q->fd = fds[0];
	fds[0] = -1;
	TAILQ_INSERT_TAIL(&auth.questions, q, entry);
	worker_session_add();
	auth.checking = true;
	update_receiving();
	loop_defer(&q->deferred, question_due, q);
	return 0;
}

static void
on_inbox_end(struct ipc *ipc UNUSED, int error, void *arg UNUSED)
{
	if (error != -ECONNRESET) {
		log_error("auth: a malformed message in the inbox was dropped");
		update_receiving();
		return;
	}
	auth.ended = true;
	worker_drain();
}

static int
setup(const int *fds)
{
	void *penalties = mmap(NULL, PENALTY_REGION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fds[1], 0);

	close(fds[1]);
	if (penalties == MAP_FAILED)
		return -errno;
	ipc_init(&auth.inbox, fds[0], on_inbox_message, on_inbox_end, NULL);
	auth.inbox.secret = true;
	return penalty_init(penalties, PENALTY_REGION_SIZE);
}

static int
configure(const struct conf *conf)
{
	const char *path = conf->user_passwordfile;
	struct password_db *db = password_db_open(path[0] == '\0' ? NULL : path);
	int error;

	if (db == NULL)
		return -ENOMEM;
	error = path[0] == '\0' ? 0 : password_db_refresh(db);
	if (auth.db != NULL)
		password_db_close(auth.db);
	auth.db = db;
	if (error < 0)
		log_error("user.passwordfile %s: %s", path, strerror(-error));
	log_notices();
	return update_receiving();
}

static void
abort_questions(void)
{
	while (!TAILQ_EMPTY(&auth.questions))
		question_end(TAILQ_FIRST(&auth.questions), true);
}

static void
drain(void)
{
	update_receiving();
}

static bool
idle(void)
{
	return auth.ended || worker_retired() || !ipc_pending(&auth.inbox);
}

int
auth_main(void)
{
	static const struct worker_ops ops = {
		.role = ROLE_AUTH,
		.capacity = CAPACITY,
		.fds_per_session = 1,
		.fd_count = 2,
		.setup = setup,
		.configure = configure,
		.drain = drain,
		.abort = abort_questions,
		.idle = idle,
		.outlives_mother = true,
	};

	return worker_main(&ops);
}
