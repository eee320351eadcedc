/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 * -------------------
 * The mother owns the listeners and what privilege there is. She accepts nobody
 * and reads no byte of a client: negotiate children accept from listeners that
 * they inherit.
 *
 * The stages are joined by inboxes, one SOCK_SEQPACKET pair each. The producers
 * of all children share one end, the children of the next stage the other, so
 * the kernel gives a message to whichever child reads first, and a child that is
 * full simply does not read. The mother keeps both ends of every inbox open: a
 * child's death loses none of the messages that wait there.
 *
 *	clients -> negotiate -> [request inbox] -> request -> [io inbox] -> io
 *	               \-> [auth inbox] -> auth, which answers each on its own socket
 *
 * Signals: TERM, INT and QUIT drain stage by stage, so that no message is left
 * in an inbox without a reader: negotiate first, and when its last child has
 * ended, request and auth, then io, then the monitor. A second such signal ends
 * the sessions. HUP reloads: everything that the new configuration needs is
 * opened beside the old before anything changes. USR1 asks the monitor for its
 * report. CHLD reaps.
 *
 * With -N there are several mothers. The first starts the others like any
 * child, gives them the listeners, and passes on what the signals ask for; each
 * has children and inboxes of her own. A mother started so is told over her
 * channel what the first is told by signals (sister.c).
 *
 * If a mother is killed, her channels end: negotiate children stop accepting,
 * every later stage lives on until its inbox ends and its sessions are over.
 */
#include <config.h>

#include "server/mother.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/children.h"
#include "server/log.h"
#include "server/penalty.h"
#include "server/privilege.h"

#define TICK_MS		1000
#define INBOX_BYTES	(1 << 20)	/* asked of the kernel for what waits in an inbox, at most */

enum inbox { INBOX_REQUEST, INBOX_IO, INBOX_AUTH, INBOXES };
enum { READ_END, WRITE_END };

enum mother_state { MOTHER_STARTING, MOTHER_SERVING, MOTHER_DRAINING, MOTHER_ABORTING };

static struct {
	struct served		*served;
	struct mother_options	 options;
	uint32_t		 index;		/* of all mothers, from 1 */
	enum mother_state	 state;
	int			 inbox[INBOXES][2];
	int			 penalty_fd;
	struct loop_timer	 tick;
} mother;

/*
 * The kernel counts the descriptors in flight of all processes of one user, and
 * lets none of them send more when they are as many as its RLIMIT_NOFILE. If the
 * inbox of the requests alone could hold so many, the requests could not be passed
 * on to io, so no more would be taken out, for ever. So all inboxes together are
 * given room for fewer: the kernel doubles what is asked for, and a descriptor
 * comes with no less than some 60 bytes.
 */
static int
inbox_bytes(void)
{
	struct rlimit limit;
	rlim_t bytes;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return INBOX_BYTES;
	bytes = limit.rlim_cur / mother.options.mothers * 8;
	return bytes < INBOX_BYTES ? (int)bytes : INBOX_BYTES;
}

static int
make_inboxes(void)
{
	const int bytes = inbox_bytes();

	for (unsigned i = 0; i < INBOXES; i++) {
		int error = ipc_pair(mother.inbox[i]);

		if (error < 0)
			return error;
		/* Forced where allowed; otherwise the system's own limit holds. */
		if (setsockopt(mother.inbox[i][WRITE_END], SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		    sizeof(bytes)) < 0)
			setsockopt(mother.inbox[i][WRITE_END], SOL_SOCKET, SO_SNDBUF, &bytes,
			    sizeof(bytes));
	}
	mother.penalty_fd = memfd_create("socksifyd-penalty", MFD_CLOEXEC);
	if (mother.penalty_fd < 0 || ftruncate(mother.penalty_fd, PENALTY_REGION_SIZE) < 0)
		return -errno;
	return 0;
}

/* Shows a child's score page to the monitor. */
static void
send_page(struct child *monitor, void *arg)
{
	const struct child *child = arg;
	int copy = fcntl(child->score_fd, F_DUPFD_CLOEXEC, 3);
	uint8_t buf[8];
	struct writer w;

	if (copy < 0)
		return;
	writer_init(&w, buf, sizeof(buf));
	writer_u32(&w, (uint32_t)child->pid);
	writer_u8(&w, (uint8_t)child->role);
	ipc_send(&monitor->control, ROLE_PAGE, &w, &copy, 1);
}

static void
show_to_monitor(struct child *child, void *monitor)
{
	if (child != monitor)
		send_page(monitor, child);
}

/* The role's own descriptors, in the order that its file expects. */
static int
equip(struct child *child)
{
	int fds[2];
	unsigned count = 0;
	int error;

	switch (child->role) {
	case ROLE_NEGOTIATE:
		fds[count++] = mother.inbox[INBOX_REQUEST][WRITE_END];
		fds[count++] = mother.inbox[INBOX_AUTH][WRITE_END];
		break;
	case ROLE_REQUEST:
		fds[count++] = mother.inbox[INBOX_REQUEST][READ_END];
		fds[count++] = mother.inbox[INBOX_IO][WRITE_END];
		break;
	case ROLE_IO:
		fds[count++] = mother.inbox[INBOX_IO][READ_END];
		break;
	case ROLE_AUTH:
		fds[count++] = mother.inbox[INBOX_AUTH][READ_END];
		fds[count++] = mother.penalty_fd;
		break;
	default:
		break;
	}
	error = child_setup(child, mother.options.flags, children_count(child->role) + mother.index,
	    mother.options.mothers, mother.options.debug, fds, count);
	if (error == 0)
		error = child_configure(child, mother.served);
	if (error < 0)
		return error;
	if (child->role != ROLE_MONITOR)
		children_each(ROLE_MONITOR, send_page, child);
	for (unsigned i = 0; child->role == ROLE_MONITOR && i < ROLES; i++)
		children_each((enum role)i, show_to_monitor, child);
	return 0;
}

static void
write_pidfile(void)
{
	FILE *f;

	if (mother.options.pidfile == NULL)
		return;
	privilege_raise();
	f = fopen(mother.options.pidfile, "we");
	if (f == NULL || fprintf(f, "%ld\n", (long)getpid()) < 0 || fclose(f) != 0)
		log_error_errno("cannot write the pidfile %s", mother.options.pidfile);
	privilege_lower_again();
}

static void
all_ready(void)
{
	/* Told to stop while they started: they are ready to end, and not to serve. */
	if (mother.state != MOTHER_STARTING)
		return;
	mother.state = MOTHER_SERVING;
	if (mother.index == 1) {
		log_info("socksifyd/server[%u/%u] v" PACKAGE_VERSION " running", mother.index,
		    mother.options.mothers);
		write_pidfile();
	}
	if (mother.options.ready != NULL)
		mother.options.ready();
}

static void
start_failed(enum role role)
{
	if (mother.state == MOTHER_STARTING)
		fatal("a %s process could not start", role_name(role));
}

static void
role_ended(enum role role)
{
	if (mother.state < MOTHER_DRAINING)
		return;
	switch (role) {
	case ROLE_NEGOTIATE:
		children_drain(ROLE_REQUEST);
		children_drain(ROLE_AUTH);
		break;
	case ROLE_REQUEST:
		children_drain(ROLE_IO);
		break;
	case ROLE_IO:
		children_drain(ROLE_MONITOR);
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < ROLES; i++) {
		if (children_count((enum role)i) > 0)
			return;
	}
	loop_stop();
}

static void
close_listeners(void)
{
	for (unsigned i = 0; i < mother.served->listener_count; i++)
		close(mother.served->listeners[i].fd);
	mother.served->listener_count = 0;
}

void
mother_drain(void)
{
	if (mother.state >= MOTHER_DRAINING)
		return;
	mother.state = MOTHER_DRAINING;
	close_listeners();
	children_drain(ROLE_MOTHER);
	children_drain(ROLE_NEGOTIATE);
}

void
mother_stop(void)
{
	if (mother.state < MOTHER_DRAINING) {
		mother_drain();
	} else {
		mother.state = MOTHER_ABORTING;
		children_abort();
	}
}

static void
on_stop_signal(void *arg)
{
	int signo = (int)(intptr_t)arg;

	if (mother.state < MOTHER_DRAINING)
		log_line(LOG_LEVEL_ALERT, "mother[%u/%u]: shutting down on signal %d, sessions may "
		    "finish; a second signal ends them", mother.index, mother.options.mothers, signo);
	else
		log_line(LOG_LEVEL_ALERT, "mother[%u/%u]: ending all sessions on signal %d",
		    mother.index, mother.options.mothers, signo);
	mother_stop();
}

/* How many auth helpers there must be at least: none unless passwords are asked for. */
static unsigned
auth_wanted(void)
{
	return conf_has_socksmethod(mother.served->conf, AUTH_USERNAME) ? 1 : 0;
}

void
mother_swap(struct served *new)
{
	struct served *old = mother.served;

	mother.served = new;
	served_use_logs(new);
	served_warn(new);
	children_configure(new);
	children_want(ROLE_AUTH, auth_wanted());
	served_free(old);
}

static void
reload(void *arg UNUSED)
{
	char error[512];
	struct served *new;

	if (mother.state != MOTHER_SERVING)
		return;
	log_info("SIGHUP [: reloading %s", mother.served->file);
	/* Files and ports were opened so at the start. */
	privilege_raise();
	new = served_load(mother.served->file, error, sizeof(error));
	if (new == NULL || served_check(new, error, sizeof(error)) < 0 ||
	    served_open_logs(new, error, sizeof(error)) < 0 ||
	    served_listen(new, mother.served,
	    (mother.options.flags & ROLE_NO_KEEPALIVE) == 0, error, sizeof(error)) < 0) {
		log_error("SIGHUP ]: %s; the configuration stays as it was", error);
		served_free(new);
	} else {
		mother_swap(new);
		log_info("SIGHUP ]: %s reloaded", new->file);
	}
	privilege_lower(mother.served->conf->user_privileged);
}

void
mother_report(void)
{
	children_send(ROLE_MONITOR, ROLE_REPORT);
	children_send(ROLE_MOTHER, ROLE_REPORT);
}

static void
report(void *arg UNUSED)
{
	mother_report();
}

static void
tick(void *arg UNUSED)
{
	if (mother.state == MOTHER_SERVING)
		children_tick();
	loop_timer_set(&mother.tick, TICK_MS, tick, NULL);
}

static int
watch_signals(void)
{
	static const int stopping[] = { SIGTERM, SIGINT, SIGQUIT };
	int error = loop_signal(SIGCHLD, children_reap, NULL);

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; error == 0 && i < ARRAY_SIZE(stopping); i++)
		error = loop_signal(stopping[i], on_stop_signal, (void *)(intptr_t)stopping[i]);
	if (error == 0)
		error = loop_signal(SIGHUP, reload, NULL);
	return error == 0 ? loop_signal(SIGUSR1, report, NULL) : error;
}

void
mother_begin(struct served *served, const struct mother_options *options)
{
	static const struct children_ops ops = { equip, all_ready, start_failed, role_ended };
	int error;

	mother.served = served;
	mother.options = *options;
	mother.index = options->index;
	error = make_inboxes();
	if (error < 0)
		fatal("cannot make the inboxes: %s", strerror(-error));
	error = privilege_lower(mother.served->conf->user_privileged);
	if (error < 0)
		fatal("cannot become user \"%s\": %s", mother.served->conf->user_privileged,
		    strerror(-error));
	setproctitle("mother[%u/%u]", mother.index, mother.options.mothers);
	children_init(&ops);
	children_want(ROLE_MONITOR, 1);
	children_want(ROLE_AUTH, auth_wanted());
	children_want(ROLE_IO, 1);
	children_want(ROLE_REQUEST, 1);
	children_want(ROLE_NEGOTIATE, 1);
	if (mother.index == 1 && mother.options.mothers > 1)
		children_want(ROLE_MOTHER, mother.options.mothers - 1);
	tick(NULL);
}

void
mother_end(void)
{
	privilege_raise();
	if (mother.options.pidfile != NULL && truncate(mother.options.pidfile, 0) == 0)
		unlink(mother.options.pidfile);
	served_free(mother.served);
	loop_fini();
}

int
mother_serve(struct served *served, const struct mother_options *options)
{
	if (loop_init() < 0 || watch_signals() < 0)
		fatal("cannot make the event loop");
	mother_begin(served, options);
	loop_run();
	log_info("socksifyd/server[%u/%u] v" PACKAGE_VERSION " stopped", mother.index,
	    mother.options.mothers);
	mother_end();
	return 0;
}
