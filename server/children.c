/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/children.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/scale.h"

#define CHILDREN_MAX		64	/* of one role */
#define SHORT_LIFE_MS		5000	/* who dies younger is replaced with growing delay */
#define DELAY_MAX_MS		10000
#define ABORT_MS		3000

TAILQ_HEAD(child_list, child);

struct crew {
	struct child_list	 list;
	unsigned		 count;
	unsigned		 wanted;	/* at least */
	unsigned		 quiet;		/* of scale_decide() */
	uint64_t		 delay_ms;	/* before the next replacement */
	struct loop_timer	 replace;
};

static struct {
	const struct children_ops	*ops;
	struct crew			 crews[ROLES];
	bool				 started;	/* all were ready once */
	struct loop_timer		 kill;
} children;

void
children_init(const struct children_ops *ops)
{
	children.ops = ops;
	for (unsigned i = 0; i < ROLES; i++)
		TAILQ_INIT(&children.crews[i].list);
}

unsigned
children_count(enum role role)
{
	return children.crews[role].count;
}

struct child *
children_find(pid_t pid)
{
	struct child *child;

	for (unsigned i = 0; i < ROLES; i++) {
		TAILQ_FOREACH(child, &children.crews[i].list, entry) {
			if (child->pid == pid)
				return child;
		}
	}
	return NULL;
}

/* Those that retire do not count: what they leave must be there already. */
static unsigned
crew_serving(const struct crew *crew)
{
	const struct child *child;
	unsigned n = 0;

	TAILQ_FOREACH(child, &crew->list, entry)
		n += !child->draining;
	return n;
}

static void
check_all_ready(void)
{
	struct child *child;

	if (children.started)
		return;
	for (unsigned i = 0; i < ROLES; i++) {
		if (children.crews[i].count < children.crews[i].wanted)
			return;
		TAILQ_FOREACH(child, &children.crews[i].list, entry) {
			if (!child->ready)
				return;
		}
	}
	children.started = true;
	children.ops->all_ready();
}

/* What children may say: that they are ready, and the monitor that one is stuck. */
static int
on_message(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds UNUSED,
    unsigned fd_count, void *arg)
{
	struct child *child = arg, *stuck;

	if (type == ROLE_READY && fd_count == 0) {
		child->ready = true;
		check_all_ready();
		return 0;
	}
	if (type != ROLE_STUCK || child->role != ROLE_MONITOR || fd_count != 0)
		return -EPROTO;
	stuck = children_find((pid_t)reader_u32(r));
	if (stuck == NULL || !reader_finished(r))
		return 0;
	log_warn("%s[%ld] is stuck: replacing it", role_name(stuck->role), (long)stuck->pid);
	child_kill(stuck);
	return 0;
}

/* The channel's end comes before or after SIGCHLD; what breaks the rules is killed. */
static void
on_control_end(struct ipc *ipc UNUSED, int error, void *arg)
{
	struct child *child = arg;

	if (error == -ECONNRESET)
		return;
	log_error("%s[%ld] sent what it may not: ending it", role_name(child->role),
	    (long)child->pid);
	child_kill(child);
}

static int
start(enum role role)
{
	struct crew *crew = &children.crews[role];
	struct child *child;
	int error = child_spawn(role, on_message, on_control_end, &child);

	if (error < 0)
		return error;
	TAILQ_INSERT_TAIL(&crew->list, child, entry);
	crew->count++;
	log_debug("%s[%ld] started", role_name(role), (long)child->pid);
	if (ipc_receive(&child->control, true) < 0 || children.ops->equip(child) < 0)
		child_kill(child);
	return 0;
}

static void
replace(void *arg)
{
	struct crew *crew = arg;
	enum role role = (enum role)(crew - children.crews);
	static struct log_limit limit;
	unsigned long unsaid;

	while (crew_serving(crew) < crew->wanted) {
		int error = start(role);

		if (error == 0)
			continue;
		if (log_limit_pass(&limit, &unsaid))
			log_error("cannot start a %s process for now: %s (%lu times unsaid)",
			    role_name(role), strerror(-error), unsaid);
		loop_timer_set(&crew->replace, 1000, replace, crew);
		return;
	}
}

void
children_want(enum role role, unsigned count)
{
	struct crew *crew = &children.crews[role];

	crew->wanted = count;
	if (count == 0)
		children_drain(role);
	else
		replace(crew);
}

void
children_drain(enum role role)
{
	struct child *child;

	children.crews[role].wanted = 0;
	TAILQ_FOREACH(child, &children.crews[role].list, entry)
		child->draining = true;
	children_send(role, ROLE_DRAIN);
	if (children.crews[role].count == 0)
		children.ops->role_ended(role);
}

void
children_send(enum role role, uint8_t type)
{
	struct child *child;

	TAILQ_FOREACH(child, &children.crews[role].list, entry)
		ipc_send(&child->control, type, NULL, NULL, 0);
}

void
children_each(enum role role, void (*call)(struct child *child, void *arg), void *arg)
{
	struct child *child;

	TAILQ_FOREACH(child, &children.crews[role].list, entry)
		call(child, arg);
}

static void
kill_all(void *arg UNUSED)
{
	struct child *child;

	for (unsigned i = 0; i < ROLES; i++) {
		TAILQ_FOREACH(child, &children.crews[i].list, entry)
			child_kill(child);
	}
}

void
children_abort(void)
{
	struct child *child;

	for (unsigned i = 0; i < ROLES; i++) {
		children.crews[i].wanted = 0;
		TAILQ_FOREACH(child, &children.crews[i].list, entry)
			child->draining = true;
		children_send((enum role)i, ROLE_ABORT);
	}
	loop_timer_set(&children.kill, ABORT_MS, kill_all, NULL);
}

void
children_configure(const struct served *served)
{
	struct child *child;

	for (unsigned i = 0; i < ROLES; i++) {
		TAILQ_FOREACH(child, &children.crews[i].list, entry)
			child_configure(child, served);
	}
}

static void
tell_monitor_gone(pid_t pid)
{
	struct child *child;
	uint8_t buf[4];
	struct writer w;

	writer_init(&w, buf, sizeof(buf));
	writer_u32(&w, (uint32_t)pid);
	TAILQ_FOREACH(child, &children.crews[ROLE_MONITOR].list, entry)
		ipc_send(&child->control, ROLE_GONE, &w, NULL, 0);
}

static void
log_death(const struct child *child, int status)
{
	if (WIFSIGNALED(status))
		log_warn("%s[%ld] was killed by signal %d%s%s", role_name(child->role),
		    (long)child->pid, WTERMSIG(status),
		    WTERMSIG(status) == SIGSYS ? " (bad system call)" : "",
		    child->draining ? "" : ": replacing it");
	else if (!child->draining || WEXITSTATUS(status) != 0)
		log_warn("%s[%ld] ended with status %d%s", role_name(child->role),
		    (long)child->pid, WEXITSTATUS(status),
		    child->draining ? "" : ": replacing it");
}

/* A child that lived is replaced at once; one that dies young, later and later. */
static void
replace_later(struct crew *crew, const struct child *dead)
{
	if (loop_now() - dead->started_ms > SHORT_LIFE_MS)
		crew->delay_ms = 0;
	else if (crew->delay_ms < DELAY_MAX_MS)
		crew->delay_ms = crew->delay_ms == 0 ? 1 : crew->delay_ms * 4;
	loop_timer_set(&crew->replace, crew->delay_ms, replace, crew);
}

static void
child_ended(struct child *child, int status)
{
	struct crew *crew = &children.crews[child->role];
	enum role role = child->role;
	bool unready = !child->ready;

	TAILQ_REMOVE(&crew->list, child, entry);
	crew->count--;
	log_death(child, status);
	tell_monitor_gone(child->pid);
	if (crew_serving(crew) < crew->wanted)
		replace_later(crew, child);
	child_free(child);
	if (!children.started && unready)
		children.ops->start_failed(role);
	if (crew->count == 0 && crew->wanted == 0)
		children.ops->role_ended(role);
}

void
children_reap(void *arg UNUSED)
{
	struct child *child;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		child = children_find(pid);
		if (child != NULL)
			child_ended(child, status);
	}
}

static void
retire_one(struct crew *crew)
{
	struct child *child = TAILQ_LAST(&crew->list, child_list);

	if (child->draining || !child->ready)
		return;
	child->draining = true;
	log_debug("%s[%ld] is retired", role_name(child->role), (long)child->pid);
	ipc_send(&child->control, ROLE_RETIRE, NULL, NULL, 0);
}

static void
scale(enum role role, unsigned processors)
{
	struct crew *crew = &children.crews[role];
	struct scale_load load = { .wanted = crew->wanted };
	unsigned starting = 0;
	struct child *child;

	TAILQ_FOREACH(child, &crew->list, entry) {
		child_measure(child);
		starting += !child->draining && !child->ready;
		if (!child->draining && child->ready)
			scale_count(&load, child->score->sessions, child->score->capacity,
			    child->busy);
	}
	/* Help or a replacement may be on its way. */
	if (starting > 0)
		return;
	switch (scale_decide(&load, processors, &crew->quiet)) {
	case SCALE_MORE:
		if (crew->count < CHILDREN_MAX)
			start(role);
		break;
	case SCALE_LESS:
		retire_one(crew);
		break;
	case SCALE_KEEP:
		break;
	}
}

void
children_tick(void)
{
	static const enum role scaled[] = { ROLE_NEGOTIATE, ROLE_REQUEST, ROLE_IO, ROLE_AUTH };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	for (size_t i = 0; i < ARRAY_SIZE(scaled); i++) {
		if (children.crews[scaled[i]].wanted > 0)
			scale(scaled[i], (unsigned)processors);
	}
}
