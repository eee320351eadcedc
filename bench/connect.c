/* SPDX-License-Identifier: ISC */
/* The modes that set sessions up: as many as go, and as many as are to be held. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/engine.h"
#include "bench/load.h"

#define TURN_MS		100
#define NEVER		UINT64_MAX

static const char *
first_error(const struct engine *e)
{
	return e->first_error == 0 ? "" : strerror(-e->first_error);
}

static int
failed(const char *what, int error)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(-error));
	return 1;
}

/* Sets sessions up until @until_ns, or so many are. 0, or -errno (ETIMEDOUT: stalled). */
static int
set_up(struct engine *e, uint64_t until_ns)
{
	const struct load_options *o = e->options;

	while (now_ns() < until_ns && (o->count == 0 || e->done + e->errors < o->count)) {
		int rc;

		if (!engine_start(e, o->parallel, o->count))
			return e->first_error;
		rc = engine_turn(e, TURN_MS);
		if (rc < 0)
			return rc;
		if (engine_stalled(e))
			return -ETIMEDOUT;
	}
	return 0;
}

/* What was started is finished, and the proxy has closed all that it had opened. */
static int
drain(struct engine *e)
{
	while (e->in_flight > 0 || e->at_target > 0) {
		int rc = engine_turn(e, TURN_MS);

		if (rc < 0)
			return rc;
		if (engine_stalled(e))
			break;
	}
	return 0;
}

static void
connect_print(const struct engine *e, uint64_t elapsed, unsigned long in_time, uint64_t cpu)
{
	double seconds = (double)elapsed / 1e9;

	printf("{\"mode\": \"connect\", \"connections\": %lu, \"accepted\": %lu, "
	    "\"errors\": %lu, \"error\": \"%s\", \"left_open\": %u, \"seconds\": %.6f, ",
	    e->done, e->accepted, e->errors, first_error(e), e->at_target + e->in_flight, seconds);
	printf("\"rate\": %.1f, \"generator_us\": %.2f, ", (double)in_time / seconds,
	    e->done == 0 ? 0.0 : (double)cpu / (double)e->done);
	histogram_print(&e->setup, "setup_us", stdout);
	puts("}");
}

int
connect_run(const struct load_options *o)
{
	static struct engine e;
	uint64_t start, cpu, elapsed;
	unsigned long in_time;
	int rc = engine_init(&e, o, o->parallel, false);

	if (rc < 0)
		return failed("cannot start", rc);
	cpu = cpu_us();
	start = now_ns();
	rc = set_up(&e, start + (uint64_t)(o->seconds * 1e9));
	elapsed = now_ns() - start;
	in_time = e.done;
	if (rc == 0)
		rc = drain(&e);
	if (rc < 0)
		return failed("connect", rc);
	connect_print(&e, elapsed, in_time, cpu_us() - cpu);
	engine_fini(&e);
	return 0;
}

/* Until stdin ends. Sessions that the proxy gives up meanwhile are counted. */
static int
hold(struct engine *e)
{
	struct pollfd pfds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = e->epoll, .events = POLLIN },
	};
	char byte;
	int rc;

	for (;;) {
		if (poll(pfds, 2, -1) < 0)
			return -errno;
		if (pfds[0].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			return 0;
		if (pfds[1].revents != 0) {
			rc = engine_turn(e, 0);
			if (rc < 0)
				return rc;
		}
	}
}

int
idle_run(const struct load_options *o)
{
	static struct engine e;
	int rc = engine_init(&e, o, (unsigned)o->count, true);

	if (rc == 0)
		rc = set_up(&e, NEVER);
	if (rc < 0)
		return failed("idle", rc);
	printf("{\"mode\": \"idle\", \"ready\": %u, \"errors\": %lu, \"error\": \"%s\"}\n",
	    e.held, e.errors, first_error(&e));
	fflush(stdout);
	rc = hold(&e);
	if (rc < 0)
		return failed("idle", rc);
	printf("{\"mode\": \"idle\", \"held\": %u, \"lost\": %u}\n", e.held, e.lost);
	engine_fini(&e);
	return 0;
}
