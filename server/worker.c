/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/channel.h"
#include "server/interface.h"
#include "server/log.h"
#include "server/privilege.h"
#include "server/sandbox.h"
#include "server/served.h"

#define TICK_MS		1000
/* Descriptors that a process needs besides its sessions: channels, logs, resolver, pipes. */
#define FDS_RESERVED	192
#define DEBUG_AS_CONFIGURED 255

static struct {
	const struct worker_ops	*ops;
	struct ipc		 control;
	struct conf		*conf;
	struct score		*score;
	unsigned		 flags;
	uint8_t			 debug;
	uint32_t		 sessions;
	uint32_t		 shown;		/* what the title says */
	bool			 draining, retired;
	int			 tick_fd;
	struct loop_io		 tick_io;
	struct loop_deferred	 done;
} worker;

const struct conf *
worker_conf(void)
{
	return worker.conf;
}

struct score *
worker_score(void)
{
	return worker.score;
}

unsigned
worker_flags(void)
{
	return worker.flags;
}

struct ipc *
worker_control(void)
{
	return &worker.control;
}

bool
worker_draining(void)
{
	return worker.draining;
}

bool
worker_retired(void)
{
	return worker.retired;
}

static void
stop_if_done(void *arg UNUSED)
{
	if (worker.draining && worker.sessions == 0 &&
	    (worker.ops->idle == NULL || worker.ops->idle()))
		loop_stop();
}

static void
leave(bool retired)
{
	bool changed = !worker.draining || worker.retired != retired;

	worker.draining = true;
	worker.retired = retired;
	if (changed && worker.ops->drain != NULL)
		worker.ops->drain();
	loop_defer(&worker.done, stop_if_done, NULL);
}

void
worker_drain(void)
{
	leave(false);
}

void
worker_session_add(void)
{
	worker.sessions++;
	atomic_store_explicit(&worker.score->sessions, worker.sessions, memory_order_relaxed);
}

void
worker_session_gone(bool failed)
{
	worker.sessions--;
	atomic_store_explicit(&worker.score->sessions, worker.sessions, memory_order_relaxed);
	score_add(&worker.score->handled, 1);
	if (failed)
		score_add(&worker.score->failed, 1);
	if (worker.draining)
		loop_defer(&worker.done, stop_if_done, NULL);
}

bool
worker_has_room(uint32_t more)
{
	return !worker.retired && worker.sessions + more <= worker.score->capacity;
}

static void
show_title(void)
{
	worker.shown = worker.sessions;
	if (worker.ops->capacity == 0)
		setproctitle("%s", role_name(worker.ops->role));
	else
		setproctitle("%s: %u/%u", role_name(worker.ops->role), worker.sessions,
		    worker.score->capacity);
}

static void
tick(void)
{
	struct timespec cpu;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	atomic_store_explicit(&worker.score->cpu_us,
	    (uint64_t)cpu.tv_sec * 1000000 + (uint64_t)cpu.tv_nsec / 1000, memory_order_relaxed);
	atomic_store_explicit(&worker.score->heartbeat_ms, loop_now(), memory_order_relaxed);
	if (worker.shown != worker.sessions)
		show_title();
	if (worker.ops->tick != NULL)
		worker.ops->tick();
	stop_if_done(NULL);
}

static void
tick_ready(int fd, unsigned events UNUSED, void *arg UNUSED)
{
	uint64_t expirations;

	if (read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
		tick();
}

/*
 * By a descriptor and not by a timer of the loop: with none of those armed, the
 * loop waits without a time limit, which saves 0.3 to 0.5 µs a turn.
 */
static int
start_ticking(void)
{
	const struct itimerspec second = { { TICK_MS / 1000, 0 }, { TICK_MS / 1000, 0 } };

	worker.tick_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (worker.tick_fd < 0 || timerfd_settime(worker.tick_fd, 0, &second, NULL) < 0)
		return -errno;
	return loop_io_add(&worker.tick_io, worker.tick_fd, LOOP_READ, tick_ready, NULL);
}

/* As many sessions as the role has room for and the descriptor limit feeds. */
static uint32_t
capacity(const struct worker_ops *ops)
{
	struct rlimit limit;
	uint32_t most;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || ops->fds_per_session == 0)
		return ops->capacity;
	if (limit.rlim_cur <= 2 * FDS_RESERVED)
		most = (uint32_t)limit.rlim_cur / 2 / ops->fds_per_session;
	else if (limit.rlim_cur - FDS_RESERVED > (rlim_t)ops->capacity * ops->fds_per_session)
		most = ops->capacity;
	else
		most = (uint32_t)(limit.rlim_cur - FDS_RESERVED) / ops->fds_per_session;
	return most < ops->capacity ? most : ops->capacity;
}

static int
on_setup(struct reader *r, int *fds, unsigned count)
{
	const struct worker_ops *ops = worker.ops;
	int error;

	worker.flags = reader_u32(r);
	reader_u32(r);
	reader_u32(r);
	worker.debug = reader_u8(r);
	if (!reader_finished(r) || count != 1 + ops->fd_count || worker.score != NULL)
		return -EPROTO;
	worker.score = score_map(fds[0], 1);
	if (worker.score == NULL)
		return -errno;
	worker.score->capacity = capacity(ops);
	error = ops->setup == NULL ? 0 : ops->setup(fds + 1);
	/* The role has taken them. */
	for (unsigned i = 1; i < count; i++)
		fds[i] = -1;
	return error;
}

/* The configuration that the sealed @fd holds; NULL: it cannot be had. */
static struct conf *
read_conf(const char *file, int fd)
{
	char message[512];
	struct conf *conf = served_parse(file, fd, message, sizeof(message));

	if (conf == NULL)
		log_error("%s", message);
	return conf;
}

static const char *
child_user(const struct conf *conf)
{
	if (worker.ops->role == ROLE_AUTH)
		return conf->user_privileged[0] != '\0' ? conf->user_privileged :
		    geteuid() == 0 ? "root" : "";
	return conf->user_unprivileged[0] != '\0' ? conf->user_unprivileged :
	    geteuid() == 0 ? PRIVILEGE_DEFAULT_USER : "";
}

static int
start(const struct conf *conf)
{
	int error = privilege_drop(child_user(conf));

	if (error < 0) {
		log_error("cannot become user \"%s\": %s", child_user(conf), strerror(-error));
		return error;
	}
	tick();
	show_title();
	return start_ticking();
}

static int
on_config(struct reader *r, int *fds, unsigned count)
{
	struct conf *conf, *old = worker.conf;
	struct log_place logs, error_logs;
	char file[SERVED_FILE_SIZE];
	int error;

	error = served_unpack(r, fds, count, file, &logs, &error_logs);
	if (error < 0 || worker.score == NULL)
		return -EPROTO;
	log_open(&logs, &error_logs);
	conf = read_conf(file, fds[0]);
	if (conf == NULL)
		return -EINVAL;
	/* Who applies no rule has no need to ask the system for its interfaces. */
	if (worker.ops->role == ROLE_NEGOTIATE || worker.ops->role == ROLE_REQUEST)
		interface_bind_rules(conf);
	log_set_debug(worker.debug == DEBUG_AS_CONFIGURED ? conf->debug : worker.debug);
	error = old == NULL ? start(conf) : 0;
	if (error == 0)
		error = worker.ops->configure(conf);
	/* Not before: a role opens what it works with. Nothing of a client was read yet. */
	if (error == 0 && old == NULL)
		error = sandbox_enter(worker.ops->role);
	if (error < 0) {
		conf_free(conf);
		return error;
	}
	worker.conf = conf;
	conf_free(old);
	return ipc_send(&worker.control, ROLE_READY, NULL, NULL, 0);
}

static int
on_message(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds, unsigned count,
    void *arg UNUSED)
{
	switch (type) {
	case ROLE_SETUP:
		return on_setup(r, fds, count);
	case ROLE_CONFIG:
		return on_config(r, fds, count);
	case ROLE_DRAIN:
		worker_drain();
		return 0;
	case ROLE_RETIRE:
		leave(true);
		return 0;
	case ROLE_ABORT:
		worker_drain();
		if (worker.ops->abort != NULL)
			worker.ops->abort();
		return 0;
	default:
		if (worker.ops->message == NULL)
			return -EPROTO;
		return worker.ops->message(type, r, fds, count);
	}
}

static void
on_control_end(struct ipc *ipc UNUSED, int error, void *arg UNUSED)
{
	if (error != -ECONNRESET) {
		log_error("%s: cannot go on: %s", role_name(worker.ops->role), strerror(-error));
		exit(1);
	}
	if (worker.conf == NULL)
		exit(1);
	log_debug("%s: the mother is gone", role_name(worker.ops->role));
	if (!worker.ops->outlives_mother)
		worker_drain();
}

int
worker_main(const struct worker_ops *ops)
{
	worker.ops = ops;
	if (channel_open(&worker.control, on_message, on_control_end) < 0)
		return 1;
	loop_run();
	ipc_flush(&worker.control);
	log_debug("%s: done", role_name(ops->role));
	return 0;
}
