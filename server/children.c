/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/privilege.h"

#define CHILDREN_MAX		64	/* of one role */
#define BUSY_PERCENT		80	/* all of a role above it: one more, while there are processors */
#define RETIRE_AFTER_TICKS	60	/* as many quiet ticks before a child too many retires */
#define SHORT_LIFE_MS		5000	/* who dies younger is replaced with growing delay */
#define DELAY_MAX_MS		10000
#define ABORT_MS		3000

TAILQ_HEAD(child_list, child);

struct crew {
	struct child_list	 list;
	unsigned		 count;
	unsigned		 wanted;	/* at least */
	unsigned		 quiet;		/* ticks in which one less would have done */
	uint64_t		 delay_ms;	/* before the next replacement */
	struct loop_timer	 replace;
};

static struct {
	const struct children_ops	*ops;
	const struct served		*served;
	struct crew			 crews[ROLES];
	bool				 started;	/* all were ready once */
	struct loop_timer		 kill;
} children;

void
children_init(const struct children_ops *ops, const struct served *served)
{
	children.ops = ops;
	children.served = served;
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

/* In the new process, between fork and exec: only what is safe there. */
static void NORETURN
exec_role(enum role role, int channel)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The number is free: descriptors from 3 on are all close-on-exec. */
	if (dup2(channel, ROLE_CHANNEL_FD) < 0 || fcntl(ROLE_CHANNEL_FD, F_SETFD, 0) < 0)
		_exit(1);
	close_range(ROLE_CHANNEL_FD + 1, ~0u, 0);
	if (privilege_raise() == 0)
		execl("/proc/self/exe", "socksifyd", "-x", role_name(role), (char *)NULL);
	_exit(1);
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

/* A mother who has lowered herself may signal nobody else's processes. */
static void
child_kill(const struct child *child)
{
	privilege_raise();
	kill(child->pid, SIGKILL);
	privilege_lower(children.served->conf->user_privileged);
}

static void
child_free(struct child *child)
{
	ipc_fini(&child->control);
	score_unmap(child->score);
	if (child->score_fd >= 0)
		close(child->score_fd);
	free(child);
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

static struct child *
child_new(enum role role)
{
	struct child *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->role = role;
	child->score_fd = -1;
	child->started_ms = loop_now();
	child->control.fd = -1;
	if (score_create(&child->score_fd) == 0)
		child->score = score_map(child->score_fd, 0);
	if (child->score == NULL) {
		child_free(child);
		return NULL;
	}
	return child;
}

static int
child_start(enum role role)
{
	struct crew *crew = &children.crews[role];
	struct child *child = child_new(role);
	int ends[2], error;

	if (child == NULL)
		return -ENOMEM;
	error = ipc_pair(ends);
	if (error < 0) {
		child_free(child);
		return error;
	}
	child->pid = fork();
	if (child->pid == 0)
		exec_role(role, ends[1]);
	error = -errno;
	close(ends[1]);
	ipc_init(&child->control, ends[0], on_message, on_control_end, child);
	if (child->pid < 0) {
		child_free(child);
		return error;
	}
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
		int error = child_start(role);

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
	for (unsigned i = 0; i < ROLES; i++) {
		children.crews[i].wanted = 0;
		children_send((enum role)i, ROLE_ABORT);
	}
	loop_timer_set(&children.kill, ABORT_MS, kill_all, NULL);
}

void
children_configure(const struct served *served)
{
	struct child *child;

	children.served = served;
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
		log_warn("%s[%ld] was killed by signal %d%s", role_name(child->role),
		    (long)child->pid, WTERMSIG(status),
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

/* Percent of one processor that the child used since the last tick, a second ago. */
static void
measure(struct child *child)
{
	uint64_t cpu = score_get(&child->score->cpu_us);

	child->busy = cpu > child->cpu_us ? (unsigned)((cpu - child->cpu_us) / 10000) : 0;
	child->cpu_us = cpu;
}

static void
retire_one(struct crew *crew)
{
	struct child *child = TAILQ_LAST(&crew->list, child_list);

	if (child->draining || !child->ready)
		return;
	child->draining = true;
	log_debug("%s[%ld] is retired", role_name(child->role), (long)child->pid);
	ipc_send(&child->control, ROLE_DRAIN, NULL, NULL, 0);
}

/*
 * One more child when the free places of a role are down to a quarter of one
 * child's, or when all of them are busy and there are processors left for them;
 * one less when that would not bring the rest near either mark for a minute.
 */
static void
scale(enum role role, long processors)
{
	struct crew *crew = &children.crews[role];
	unsigned working = 0, starting = 0, busy = 0, least_busy = 100;
	uint64_t places = 0, used = 0, one = 0;
	struct child *child;

	TAILQ_FOREACH(child, &crew->list, entry) {
		measure(child);
		starting += !child->draining && !child->ready;
		if (child->draining || !child->ready)
			continue;
		working++;
		busy += child->busy;
		least_busy = child->busy < least_busy ? child->busy : least_busy;
		one = child->score->capacity;
		places += one;
		used += child->score->sessions;
	}
	/* Help or a replacement may be on its way. */
	if (working == 0 || working < crew->wanted || starting > 0)
		return;
	if (crew->count < CHILDREN_MAX && ((used < places ? places - used : 0) < one / 4 ||
	    (least_busy >= BUSY_PERCENT && working < (unsigned)processors))) {
		crew->quiet = 0;
		child_start(role);
	} else if (working > crew->wanted && used < (places - one) / 2 &&
	    busy < (working - 1) * BUSY_PERCENT / 2) {
		if (++crew->quiet >= RETIRE_AFTER_TICKS)
			retire_one(crew);
	} else {
		crew->quiet = 0;
	}
}

void
children_tick(void)
{
	static const enum role scaled[] = { ROLE_NEGOTIATE, ROLE_REQUEST, ROLE_IO, ROLE_AUTH };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	for (size_t i = 0; i < ARRAY_SIZE(scaled); i++) {
		if (children.crews[scaled[i]].wanted > 0)
			scale(scaled[i], processors);
	}
}

/* Sends copies of @fds, which stay the caller's. */
static int
send_copies(struct ipc *ipc, uint8_t type, const struct writer *w, const int *fds, unsigned count)
{
	int copies[IPC_FDS_MAX];

	if (count > IPC_FDS_MAX)
		return -E2BIG;
	for (unsigned i = 0; i < count; i++) {
		copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		if (copies[i] < 0) {
			int error = -errno;

			while (i > 0)
				close(copies[--i]);
			return error;
		}
	}
	return ipc_send(ipc, type, w, copies, count);
}

int
child_setup(struct child *child, uint32_t flags, uint32_t index, uint32_t total, uint8_t debug,
    const int *fds, unsigned count)
{
	uint8_t buf[16];
	struct writer w;
	int all[4];

	if (count >= ARRAY_SIZE(all))
		return -E2BIG;
	writer_init(&w, buf, sizeof(buf));
	writer_u32(&w, flags);
	writer_u32(&w, index);
	writer_u32(&w, total);
	writer_u8(&w, debug);
	all[0] = child->score_fd;
	memcpy(all + 1, fds, count * sizeof(*fds));
	return send_copies(&child->control, ROLE_SETUP, &w, all, count + 1);
}

int
child_configure(struct child *child, const struct served *s)
{
	uint8_t buf[SERVED_FILE_SIZE + 16];
	int fds[IPC_FDS_MAX];
	struct writer w;
	unsigned count;
	int error;

	writer_init(&w, buf, sizeof(buf));
	count = served_pack(s, &w, fds);
	error = send_copies(&child->control, ROLE_CONFIG, &w, fds, count);
	if (error < 0 || (child->role != ROLE_NEGOTIATE && child->role != ROLE_MOTHER))
		return error;
	for (unsigned i = 0; i < s->listener_count; i++)
		fds[i] = s->listeners[i].fd;
	return send_copies(&child->control, ROLE_LISTENERS, NULL, fds, s->listener_count);
}
