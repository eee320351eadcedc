/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/pipe_pool.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/log.h"
#include "server/loop.h"

#define IDLE_MAX	8	/* kept open while nobody uses them */
#define RETRY_MS	1000

static struct {
	struct pool_pipe	*idle;		/* last used first: its ring is in the cache */
	unsigned		 idle_count;
	unsigned		 count;		/* idle and in use */
	unsigned		 limit;
	uint64_t		 retry_ms;	/* when to ask the system again; 0: at once */
} pool = { .limit = PIPE_POOL_LIMIT };

static void
pipe_free(struct pool_pipe *p)
{
	close(p->read_fd);
	close(p->write_fd);
	free(p);
	pool.count--;
}

/* Says why there is no new pipe, and lets the system be for a while. */
static struct pool_pipe *
pipe_refused(const char *what)
{
	static struct log_limit limit;
	unsigned long suppressed;

	if (log_limit_pass(&limit, &suppressed))
		log_line_errno(LOG_LEVEL_INFO, "relay: no more pipes, copying instead: %s", what);
	pool.retry_ms = loop_now() + RETRY_MS;
	return NULL;
}

static struct pool_pipe *
pipe_new(void)
{
	struct pool_pipe *p = malloc(sizeof(*p));
	int fds[2];

	if (p == NULL)
		return pipe_refused("malloc");
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0) {
		free(p);
		return pipe_refused("pipe2");
	}
	pool.count++;
	*p = (struct pool_pipe){ .read_fd = fds[0], .write_fd = fds[1] };
	if (fcntl(p->write_fd, F_SETPIPE_SZ, PIPE_POOL_PIPE_SIZE) < PIPE_POOL_PIPE_SIZE) {
		pipe_refused("F_SETPIPE_SZ");
		pipe_free(p);
		return NULL;
	}
	pool.retry_ms = 0;
	return p;
}

struct pool_pipe *
pipe_pool_get(void)
{
	struct pool_pipe *p = pool.idle;

	if (p != NULL) {
		pool.idle = p->next;
		pool.idle_count--;
		return p;
	}
	if (pool.count >= pool.limit || (pool.retry_ms != 0 && loop_now() < pool.retry_ms))
		return NULL;
	return pipe_new();
}

void
pipe_pool_put(struct pool_pipe *p)
{
	if (pool.idle_count >= IDLE_MAX || pool.count > pool.limit) {
		pipe_free(p);
		return;
	}
	p->next = pool.idle;
	pool.idle = p;
	pool.idle_count++;
}

void
pipe_pool_discard(struct pool_pipe *p)
{
	pipe_free(p);
}

void
pipe_pool_set_limit(unsigned limit)
{
	pool.limit = limit;
	pool.retry_ms = 0;
	while (pool.count > limit && pool.idle != NULL)
		pipe_free(pipe_pool_get());
}

unsigned
pipe_pool_count(void)
{
	return pool.count;
}

void
pipe_pool_fini(void)
{
	while (pool.idle != NULL)
		pipe_free(pipe_pool_get());
}
