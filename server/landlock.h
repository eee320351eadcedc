/* SPDX-License-Identifier: ISC */
/*
 * Landlock: what a process gives up for itself and for good, by kinds of access and
 * not by system calls. What is open already stays usable.
 */
#ifndef SERVER_LANDLOCK_H
#define SERVER_LANDLOCK_H

enum {
	LANDLOCK_NO_WRITING = 1,	/* create, change, remove or run files */
	LANDLOCK_NO_FILES = 2,		/* open files and directories at all */
	LANDLOCK_NO_TCP = 4,		/* connect, and bind to ports */
	LANDLOCK_NO_PEERS = 8,		/* signals and abstract sockets to processes outside */
};

/*
 * Gives up @what, bits of the above, as far as the kernel knows them. no_new_privs
 * must be set. 0, also where there is no Landlock; or -errno.
 */
int	landlock_confine(unsigned what);

#endif
