/* SPDX-License-Identifier: ISC */
/*
 * The monitor role: reads the score pages of all children, which the mother
 * shows it, and nothing else. It says in the log what an administrator should
 * know, asks the mother to replace a child that has stopped turning its loop,
 * and writes the report that SIGUSR1 asks for.
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/worker.h"

#define STUCK_WARN_MS	10000	/* without a heartbeat: said once */
#define STUCK_KILL_MS	30000	/* without a heartbeat: replaced */
#define GAP_MS		3000	/* between two looks: this process itself did not run */
#define OVERDUE_MS	5000	/* past its time limit: said once for each child */

struct watched {
	TAILQ_ENTRY(watched)	 entry;
	enum role		 role;
	uint32_t		 pid;
	struct score		*score;
	uint64_t		 since_ms;
	uint64_t		 shortages;	/* at the last look */
	bool			 stuck_said, stuck_told, overdue_said;
};

/* What children did that are gone: the report counts them in. */
struct gone {
	uint64_t	 handled, failed, bytes_in, bytes_out;
};

static struct {
	TAILQ_HEAD(, watched)	 all;
	struct gone		 gone[ROLES];
	uint64_t		 started_ms;
	uint64_t		 looked_ms;	/* last */
	uint64_t		 woken_ms;	/* after the last gap; see look() */
} monitor = { .all = TAILQ_HEAD_INITIALIZER(monitor.all) };

static struct watched *
find(uint32_t pid)
{
	struct watched *w;

	TAILQ_FOREACH(w, &monitor.all, entry) {
		if (w->pid == pid)
			return w;
	}
	return NULL;
}

static int
on_page(struct reader *r, int *fds, unsigned count)
{
	struct watched *w;
	uint32_t pid = reader_u32(r);
	uint8_t role = reader_u8(r);

	if (!reader_finished(r) || count != 1 || role >= ROLES)
		return -EPROTO;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return 0;
	w->score = score_map(fds[0], 0);
	if (w->score == NULL) {
		free(w);
		return 0;
	}
	w->pid = pid;
	w->role = (enum role)role;
	w->since_ms = loop_now();
	TAILQ_INSERT_TAIL(&monitor.all, w, entry);
	return 0;
}

static int
on_gone(struct reader *r)
{
	struct watched *w = find(reader_u32(r));
	struct gone *g;

	if (!reader_finished(r))
		return -EPROTO;
	if (w == NULL)
		return 0;
	g = &monitor.gone[w->role];
	g->handled += score_get(&w->score->handled);
	g->failed += score_get(&w->score->failed);
	g->bytes_in += score_get(&w->score->bytes_in);
	g->bytes_out += score_get(&w->score->bytes_out);
	TAILQ_REMOVE(&monitor.all, w, entry);
	score_unmap(w->score);
	free(w);
	return 0;
}

static void
tell_stuck(const struct watched *watched)
{
	uint8_t buf[4];
	struct writer w;

	writer_init(&w, buf, sizeof(buf));
	writer_u32(&w, watched->pid);
	ipc_send(worker_control(), ROLE_STUCK, &w, NULL, 0);
}

/*
 * A child that starts, or a mother, has no heartbeat yet: it is not judged by one. Nor
 * is any by the time in which nobody ran.
 */
static void
watch_heartbeat(struct watched *w, uint64_t now)
{
	uint64_t beat = score_get(&w->score->heartbeat_ms);
	uint64_t from = beat > monitor.woken_ms ? beat : monitor.woken_ms;
	uint64_t silent = beat != 0 && now > from ? now - from : 0;

	if (silent < STUCK_WARN_MS) {
		w->stuck_said = w->stuck_told = false;
		return;
	}
	if (!w->stuck_said)
		log_warn("monitor: %s[%" PRIu32 "] has not turned its loop for %" PRIu64 " seconds",
		    role_name(w->role), w->pid, silent / 1000);
	w->stuck_said = true;
	if (silent >= STUCK_KILL_MS && !w->stuck_told) {
		tell_stuck(w);
		w->stuck_told = true;
	}
}

static void
watch_overdue(struct watched *w, uint64_t now)
{
	uint64_t due = score_get(&w->score->overdue_ms);

	if (due == 0 || now < due + OVERDUE_MS) {
		w->overdue_said = false;
		return;
	}
	if (!w->overdue_said)
		log_warn("monitor: %s[%" PRIu32 "] holds a session %" PRIu64
		    " seconds past its time limit", role_name(w->role), w->pid, (now - due) / 1000);
	w->overdue_said = true;
}

static void
watch_shortages(struct watched *w)
{
	uint64_t n = score_get(&w->score->shortages);

	if (n != w->shortages)
		log_debug("monitor: %s[%" PRIu32 "] ran short of descriptors or memory %" PRIu64
		    " times", role_name(w->role), w->pid, n - w->shortages);
	w->shortages = n;
}

static void
look(void)
{
	struct watched *w;
	uint64_t now = loop_now();

	if (monitor.started_ms == 0)
		monitor.started_ms = now;
	/* All of the server was stopped and goes on, as a frozen container: start anew. */
	if (now - monitor.looked_ms > GAP_MS)
		monitor.woken_ms = now;
	monitor.looked_ms = now;
	TAILQ_FOREACH(w, &monitor.all, entry) {
		watch_heartbeat(w, now);
		watch_overdue(w, now);
		watch_shortages(w);
	}
}

struct sum {
	unsigned	 children;
	uint64_t	 handled, failed, sessions, places, bytes_in, bytes_out;
};

static struct sum
sum_of(enum role role)
{
	const struct gone *g = &monitor.gone[role];
	struct sum sum = { 0, g->handled, g->failed, 0, 0, g->bytes_in, g->bytes_out };
	struct watched *w;

	TAILQ_FOREACH(w, &monitor.all, entry) {
		if (w->role != role)
			continue;
		sum.children++;
		sum.handled += score_get(&w->score->handled);
		sum.failed += score_get(&w->score->failed);
		sum.sessions += w->score->sessions;
		sum.places += w->score->capacity;
		sum.bytes_in += score_get(&w->score->bytes_in);
		sum.bytes_out += score_get(&w->score->bytes_out);
	}
	return sum;
}

static void
report_role(enum role role, const char *title)
{
	struct sum s = sum_of(role);

	log_info("%s (%u): handled: %" PRIu64 ", failed: %" PRIu64 ", busy: %" PRIu64
	    ", free: %" PRIu64, title, s.children, s.handled, s.failed, s.sessions,
	    s.places > s.sessions ? s.places - s.sessions : 0);
}

/* In the shape of the report that Dante writes for the same signal. */
static void
report(void)
{
	uint64_t up = (loop_now() - monitor.started_ms) / 1000;
	struct sum accepted = sum_of(ROLE_NEGOTIATE), relayed = sum_of(ROLE_IO);
	struct watched *w;

	log_info("socksifyd v" PACKAGE_VERSION " up %" PRIu64 " days, %" PRIu64 ":%02" PRIu64
	    ", a: %" PRIu64 ", h: %" PRIu64 ", c: %" PRIu64, up / 86400, up / 3600 % 24,
	    up / 60 % 60, accepted.handled + accepted.sessions, relayed.handled, relayed.sessions);
	report_role(ROLE_NEGOTIATE, "negotiators");
	report_role(ROLE_REQUEST, "requesters");
	report_role(ROLE_IO, "iorelayers");
	report_role(ROLE_AUTH, "authenticators");
	log_info("bytes relayed: %" PRIu64 " in, %" PRIu64 " out", relayed.bytes_in,
	    relayed.bytes_out);
	TAILQ_FOREACH(w, &monitor.all, entry) {
		log_info("%s[%" PRIu32 "] up %" PRIu64 "s, cpu %" PRIu64 ".%03" PRIu64
		    "s, sessions %" PRIu32 "/%" PRIu32 ", handled %" PRIu64 ", shortages %" PRIu64,
		    role_name(w->role), w->pid, (loop_now() - w->since_ms) / 1000,
		    score_get(&w->score->cpu_us) / 1000000,
		    score_get(&w->score->cpu_us) / 1000 % 1000, w->score->sessions,
		    w->score->capacity, score_get(&w->score->handled),
		    score_get(&w->score->shortages));
	}
}

static int
message(uint8_t type, struct reader *r, int *fds, unsigned count)
{
	switch (type) {
	case ROLE_PAGE:
		return on_page(r, fds, count);
	case ROLE_GONE:
		return on_gone(r);
	case ROLE_REPORT:
		report();
		return 0;
	default:
		return -EPROTO;
	}
}

static int
configure(const struct conf *conf UNUSED)
{
	return 0;
}

int
monitor_main(void)
{
	static const struct worker_ops ops = {
		.role = ROLE_MONITOR,
		.configure = configure,
		.message = message,
		.tick = look,
	};

	return worker_main(&ops);
}
