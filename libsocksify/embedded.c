/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/embedded.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "libsocksify/launch_command.h"
#include "libsocksify/launch_message.h"

#define START_MS	10000	/* for the server to serve */
#define STOP_MS		1000	/* for sessions to end, then for each harder request */
#define RETRY_MS	10	/* between looks */
#define PORT_ATTEMPTS	5	/* a free port may be taken before the server has it */

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for a signal of a child's end, at most @ms; SIGCHLD is blocked (launch_hold_signals()). */
static void
wait_for_child(int ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &t);
}

/* Whether the server has ended, after at most @ms; it is reaped then. */
static bool
server_ended(struct embedded *e, int ms)
{
	int64_t deadline = now_ms() + ms, left;

	for (;;) {
		pid_t pid = waitpid(e->server, NULL, WNOHANG);

		if (pid == e->server || (pid < 0 && errno == ECHILD)) {
			e->server = 0;
			return true;
		}
		left = deadline - now_ms();
		if (left <= 0)
			return false;
		wait_for_child((int)left);
	}
}

/* A socket on a free port of 127.0.0.1, which it keeps from others: -1 on failure. */
static int
reserve_port(struct endpoint *endpoint)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd, on = 1;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) < 0 ||
	    /* The server's own bind() gets the port all the same: both say SO_REUSEADDR. */
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0) {
		close(fd);
		return -1;
	}
	endpoint_from_sockaddr(endpoint, (struct sockaddr *)&sin, len);
	return fd;
}

/* The server writes its pidfile when all of its processes serve. */
static bool
server_serves(const struct embedded *e)
{
	char pid_file[PATH_MAX + 16];
	struct stat st;

	snprintf(pid_file, sizeof(pid_file), "%s/" EMBEDDED_PID, e->files.directory);
	return stat(pid_file, &st) == 0 && st.st_size > 0;
}

/* In the child: becomes the server, in a session of its own, so that ^C is not for it. */
static void NORETURN
become_server(const struct embedded *e, const char *program, pid_t parent)
{
	char config[PATH_MAX + 16], pid_file[PATH_MAX + 16];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open(e->files.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	snprintf(config, sizeof(config), "%s/" EMBEDDED_CONFIG, e->files.directory);
	snprintf(pid_file, sizeof(pid_file), "%s/" EMBEDDED_PID, e->files.directory);
	/* The server must not outlive a launcher that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (null < 0 || log < 0 || getppid() != parent)
		_exit(1);
	setsid();
	if (dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(1);
	launch_release_signals();
	execl(program, "socksifyd", "-f", config, "-p", pid_file, (char *)NULL);
	dprintf(2, "%s: %s\n", program, strerror(errno));
	_exit(1);
}

/* Says why the server did not come up, in its own last words. */
static int
complain_of_server(const struct embedded *e)
{
	char line[512];

	embedded_last_line(e->files.log, line, sizeof(line));
	return launch_fail("the private socksifyd did not start%s%s",
	    line[0] != '\0' ? ": " : "", line);
}

/* 1 when the server accepts, 0 when it ended, -1 when time ran out. */
static int
wait_until_serving(struct embedded *e)
{
	int64_t deadline = now_ms() + START_MS;

	while (!server_serves(e)) {
		if (server_ended(e, RETRY_MS))
			return 0;
		if (now_ms() > deadline || launch_is_interrupted())
			return -1;
	}
	/* Another program may have been faster to take the port. */
	return server_ended(e, 0) ? 0 : 1;
}

/* One attempt on one port; the same results as wait_until_serving(). */
static int
try_port(struct embedded *e, const char *program, struct proxy *proxy)
{
	pid_t parent = getpid();
	int reserved = reserve_port(&proxy->addresses[0]);
	int rc = -1;

	if (reserved < 0)
		return -1;
	if (embedded_write_config(&e->files, proxy->addresses[0].port) == 0) {
		e->server = fork();
		if (e->server == 0)
			become_server(e, program, parent);
		if (e->server > 0)
			rc = wait_until_serving(e);
		else
			e->server = 0;
	}
	close(reserved);
	return rc;
}

int
embedded_start(struct embedded *e, struct proxy *proxy, const char *log)
{
	char program[PATH_MAX];
	int rc = 0;

	*e = (struct embedded){ .server = 0 };
	if (embedded_find_server(program) < 0)
		return -1;
	if (embedded_make_files(&e->files, proxy, log) < 0) {
		embedded_stop(e);
		return -1;
	}
	for (unsigned i = 0; rc == 0 && i < PORT_ATTEMPTS; i++)
		rc = try_port(e, program, proxy);
	if (rc > 0)
		return 0;
	complain_of_server(e);
	embedded_stop(e);
	return -1;
}

void
embedded_stop(struct embedded *e)
{
	/* The first asks it to finish its sessions, the second to end them. */
	static const int requests[] = { SIGTERM, SIGTERM, SIGKILL };

	for (size_t i = 0; e->server > 0 && i < ARRAY_SIZE(requests); i++) {
		kill(e->server, requests[i]);
		server_ended(e, STOP_MS);
	}
	embedded_remove_files(&e->files);
}
