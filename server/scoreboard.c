/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/scoreboard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct score) <= SCORE_PAGE_SIZE, "a score fits its page");

int
score_create(int *fd)
{
	int new = memfd_create("socksifyd-score", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int error;

	if (new < 0)
		return -errno;
	/* Sealed in size: a reader can never be made to fault by a shrinking file. */
	if (ftruncate(new, SCORE_PAGE_SIZE) < 0 ||
	    fcntl(new, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		error = -errno;
		close(new);
		return error;
	}
	*fd = new;
	return 0;
}

struct score *
score_map(int fd, int writable)
{
	void *p = mmap(NULL, SCORE_PAGE_SIZE, PROT_READ | (writable ? PROT_WRITE : 0),
	    MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

void
score_unmap(struct score *score)
{
	if (score != NULL)
		munmap(score, SCORE_PAGE_SIZE);
}
