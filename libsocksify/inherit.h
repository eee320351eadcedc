/* SPDX-License-Identifier: ISC */
/*
 * What a program's children need in their environment to be under the library
 * too: LD_PRELOAD with the library in it, and the variables that its settings
 * came from. Programs start others with an environment that they made, or with
 * none; what such an environment lacks of these is put back, because a child
 * that is not under the library would go past the proxy. What the program has
 * set to another value stays as it is, but for LD_PRELOAD, to which the library
 * is appended.
 *
 * Without malloc and without any lock: exec runs in signal handlers, in children
 * of vfork(2) and between fork and exec of threaded programs.
 */
#ifndef LIBSOCKSIFY_INHERIT_H
#define LIBSOCKSIFY_INHERIT_H

#include <stddef.h>

/* What is to be added to an environment. */
struct inheritance {
	size_t	 size;		/* bytes that inherit_fill() needs; 0: the environment is as it should be */
	size_t	 count;		/* entries of the environment */
	size_t	 preload;	/* the index of its LD_PRELOAD; .count: there is none */
	size_t	 preload_size;	/* bytes of the new LD_PRELOAD; 0: as it is */
};

/* Before main(): the variables as they are now. Until then nothing is lacking. */
void	 inherit_remember(void);
/* What @envp, which may be NULL, lacks. */
void	 inherit_measure(struct inheritance *i, char *const *envp);
/* The whole environment, in @room of i->size bytes, aligned for a pointer. */
char	**inherit_fill(const struct inheritance *i, char *const *envp, void *room);

#endif
