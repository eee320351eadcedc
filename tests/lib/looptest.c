/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "tests/lib/looptest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/loop.h"

#define TOO_LONG_MS	20000

static bool too_long;

static void
stop(void *arg)
{
	*(bool *)arg = true;
	loop_stop();
}

void
looptest_run(void)
{
	struct loop_timer guard = { 0 };

	too_long = false;
	loop_timer_set(&guard, TOO_LONG_MS, stop, &too_long);
	loop_run();
	loop_timer_cancel(&guard);
	assert_false(too_long);
}

void
looptest_run_for(uint64_t ms)
{
	struct loop_timer end = { 0 };
	bool over = false;

	loop_timer_set(&end, ms, stop, &over);
	loop_run();
	loop_timer_cancel(&end);
	assert_true(over);
}

uint64_t
looptest_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

unsigned
looptest_open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static struct rlimit fd_limit;

void
looptest_forbid_descriptors(void)
{
	struct rlimit none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &fd_limit), 0);
	none = fd_limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

void
looptest_allow_descriptors(void)
{
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &fd_limit), 0);
}

struct endpoint
looptest_endpoint(const char *ip, uint16_t port)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse_ip(&e, ip), 0);
	e.port = port;
	return e;
}

static int
listen_with(const char *ip, uint16_t *port, int backlog)
{
	struct endpoint e = looptest_endpoint(ip, *port);
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&e, &ss);
	int fd = socket(e.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, backlog) < 0) {
		close(fd);
		return -1;
	}
	len = sizeof(ss);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	assert_int_equal(endpoint_from_sockaddr(&e, (struct sockaddr *)&ss, len), 0);
	*port = e.port;
	return fd;
}

int
looptest_listen(const char *ip, uint16_t *port)
{
	return listen_with(ip, port, 16);
}

/* A port that is free in one family may be another test's in the other. */
static void
listen_both_with(int *four, int *six, uint16_t *port, int backlog)
{
	for (;;) {
		*port = 0;
		*six = listen_with("::1", port, backlog);
		*four = listen_with("127.0.0.1", port, backlog);
		if (*four >= 0)
			return;
		close(*six);
	}
}

void
looptest_listen_both(int *four, int *six, uint16_t *port)
{
	listen_both_with(four, six, port, 16);
}

/* Linux queues one connection more than the backlog of 0 says. */
static void
fill_hole(struct looptest_hole *hole, const char *ip, uint16_t port)
{
	struct endpoint e = looptest_endpoint(ip, port);
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(&e, &ss);

	hole->filler = socket(e.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(hole->listener >= 0 && hole->filler >= 0);
	assert_int_equal(connect(hole->filler, (struct sockaddr *)&ss, len), 0);
}

struct looptest_hole
looptest_hole(const char *ip, uint16_t *port)
{
	struct looptest_hole hole = { listen_with(ip, port, 0), -1 };

	fill_hole(&hole, ip, *port);
	return hole;
}

void
looptest_hole_both(struct looptest_hole *four, struct looptest_hole *six, uint16_t *port)
{
	listen_both_with(&four->listener, &six->listener, port, 0);
	fill_hole(four, "127.0.0.1", *port);
	fill_hole(six, "::1", *port);
}

void
looptest_unblock(const struct looptest_hole *hole)
{
	close(accept(hole->listener, NULL, NULL));
}

void
looptest_hole_close(struct looptest_hole *hole)
{
	close(hole->listener);
	close(hole->filler);
}
