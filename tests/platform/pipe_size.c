/* SPDX-License-Identifier: ISC */
/*
 * A user without privilege may have pipes of /proc/sys/fs/pipe-max-size (1 MiB), until
 * all of his together reach pipe-user-pages-soft. After that no pipe grows (EPERM), and
 * new ones are still made, but of a page or two: a pool of pipes must ask what it got.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/platform/platform.h"

#define WANTED	(1 << 20)

static void
allow_descriptors(unsigned wanted)
{
	struct rlimit limit;

	expect_call(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (limit.rlim_max < wanted)
		platform_skip("%u descriptors are not to be had", wanted);
	limit.rlim_cur = limit.rlim_max;
	expect_call(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* Grows pipes until one is refused: how many there were. */
static unsigned
grow_until_refused(unsigned most)
{
	int pipefd[2];

	for (unsigned i = 0; i < most; i++) {
		platform_pipe(O_NONBLOCK, pipefd);
		if (fcntl(pipefd[1], F_SETPIPE_SZ, WANTED) < 0) {
			expect_call(errno == EPERM);
			return i;
		}
		expect(fcntl(pipefd[0], F_GETPIPE_SZ) == WANTED, "another size");
	}
	return most;
}

int
main(void)
{
	long largest = platform_sysctl("/proc/sys/fs/pipe-max-size");
	long soft = platform_sysctl("/proc/sys/fs/pipe-user-pages-soft");
	long page = sysconf(_SC_PAGESIZE);
	unsigned fit = (unsigned)(soft * page / WANTED), grown;
	int pipefd[2], size;

	platform_start();
	if (largest != WANTED || soft < 0 || fit > 1000)
		platform_skip("pipe-max-size %ld, pipe-user-pages-soft %ld", largest, soft);
	allow_descriptors(2 * fit + 32);
	platform_drop_root();
	platform_pipe(O_NONBLOCK, pipefd);
	size = fcntl(pipefd[0], F_SETPIPE_SZ, WANTED);
	if (size < 0 && errno == EPERM && getuid() < PLATFORM_LONELY_ID)
		platform_skip("this user's other programs have all the pipe pages");
	expect_call(size == WANTED);
	expect(fcntl(pipefd[0], F_SETPIPE_SZ, 2 * WANTED) < 0 && errno == EPERM,
	    "more than pipe-max-size: errno %d (%m)", errno);
	close(pipefd[0]);
	close(pipefd[1]);
	if (soft == 0)
		return 0;
	grown = grow_until_refused(fit + 2);
	expect(grown <= fit && grown > 0, "%u pipes of 1 MiB where %u fit", grown, fit);
	/* Ordinary pipes up to the limit, and then small ones. */
	for (size = WANTED; size > 2 * page; size = fcntl(pipefd[0], F_GETPIPE_SZ))
		platform_pipe(O_NONBLOCK, pipefd);
	expect_call(size >= page);
	expect(fcntl(pipefd[0], F_SETPIPE_SZ, WANTED) < 0 && errno == EPERM,
	    "growth past the limit: errno %d (%m)", errno);
	expect_call(write(pipefd[1], "x", 1) == 1);
	return 0;
}
