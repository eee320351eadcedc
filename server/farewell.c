/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/farewell.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/loop.h"

#define FAREWELL_MS	2000
/* So many clients are waited for at once; the rest are closed as they are. */
#define FAREWELLS_MAX	1024
/* They are no sessions, so they have no part in what sessions may use of descriptors. */
#define FAREWELLS_SHARE	16	/* one of so many descriptors at most */
#define DRAIN_BUDGET	16	/* reads a turn */

struct parting {
	int			 fd;
	struct loop_io		 io;
	struct loop_timer	 timer;
	struct loop_deferred	 end;
};

static unsigned partings;

static unsigned
partings_max(void)
{
	static unsigned max;
	struct rlimit limit;

	if (max != 0)
		return max;
	max = FAREWELLS_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / FAREWELLS_SHARE < max)
		max = (unsigned)(limit.rlim_cur / FAREWELLS_SHARE) + 1;
	return max;
}

static void
parting_end(void *arg)
{
	struct parting *p = arg;

	loop_io_del(&p->io);
	loop_timer_cancel(&p->timer);
	close(p->fd);
	free(p);
	partings--;
}

static void
parting_late(void *arg)
{
	struct parting *p = arg;

	loop_defer(&p->end, parting_end, p);
}

static void
parting_read(int fd, unsigned events, void *arg)
{
	struct parting *p = arg;
	char dropped[4096];
	ssize_t n = 1;

	(void)events;
	for (int i = 0; i < DRAIN_BUDGET && n > 0; i++)
		n = recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		loop_defer(&p->end, parting_end, p);
}

void
farewell(int fd, const void *reply, size_t len)
{
	struct parting *p = NULL;

	/* A socket that takes not even this has no reader; nothing is lost. */
	if (send(fd, reply, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len &&
	    shutdown(fd, SHUT_WR) == 0 && partings < partings_max())
		p = calloc(1, sizeof(*p));
	if (p == NULL || loop_io_add(&p->io, fd, LOOP_READ, parting_read, p) < 0) {
		free(p);
		close(fd);
		return;
	}
	p->fd = fd;
	partings++;
	loop_timer_class(FAREWELL_MS);
	loop_timer_set(&p->timer, FAREWELL_MS, parting_late, p);
}
