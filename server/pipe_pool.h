/* SPDX-License-Identifier: ISC */
/*
 * A process's pipes for splice(2). They are few, because the kernel allows one
 * user 64 MiB of pipe buffers in all (fs.pipe-user-pages-soft) and cuts every
 * pipe beyond that to one page: who gets none copies instead. An empty pipe goes
 * back after each use, which costs no system call; one that holds bytes is never
 * used for another session, but closed.
 */
#ifndef SERVER_PIPE_POOL_H
#define SERVER_PIPE_POOL_H

#include <stddef.h>

/* Bytes asked of the kernel for each pipe; a pipe that gets less is not used. */
#define PIPE_POOL_PIPE_SIZE	(1024 * 1024)
#define PIPE_POOL_LIMIT		32	/* pipes a process, unless told otherwise */

struct pool_pipe {
	int			 read_fd, write_fd;
	struct pool_pipe	*next;
};

/*
 * An empty, non-blocking pipe, now the caller's, or NULL: the limit is reached, or
 * the system gives no more (it is asked again after a second).
 */
struct pool_pipe *pipe_pool_get(void);
/* Takes back a pipe that is empty. */
void	 pipe_pool_put(struct pool_pipe *p);
/* Takes back a pipe that may hold bytes. */
void	 pipe_pool_discard(struct pool_pipe *p);
/* Allows this many pipes from now on; those beyond are closed as they come back. */
void	 pipe_pool_set_limit(unsigned limit);
/* How many there are, in use or not. */
unsigned pipe_pool_count(void);
/* Closes those that are not in use. */
void	 pipe_pool_fini(void);

#endif
