/* SPDX-License-Identifier: ISC */
/* What the helper's thread does: see helper.h. */
#ifndef LIBSOCKSIFY_DRIVER_H
#define LIBSOCKSIFY_DRIVER_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "libsocksify/deadlines.h"
#include "libsocksify/inbox.h"

struct attempt;

struct driver {
	struct address		 address;	/* of the inbox; before it runs, for all to read */
	pid_t			 tid;
	_Atomic bool		 stopping;	/* ends as soon as there is nothing to drive */
	_Atomic bool		 kept;		/* does not end when idle */
	/* The thread's own; the descriptors are numbers of its own table. */
	int			 inbox, epoll;
	int			 refuser;	/* a loopback port that refuses, or -1 */
	struct sockaddr_in	 refuser_name;
	unsigned		 attempts;	/* how many it drives */
	bool			 full;		/* the inbox is left alone until one of them has ended */
	struct deadlines	 overdue, slow;	/* see struct attempt */
	bool			 failed;	/* one of them could not be begun */
	struct copy		*copies;	/* of the program's epoll descriptors */
	unsigned		 copy_count, copy_limit;
};

/* In the thread, first: its table, inbox and epoll descriptor. 0, or -errno. */
int	 driver_open(struct driver *d);
/* Until there has been nothing to do for a while. Returns with the state lock held. */
void	 driver_run(struct driver *d);

#endif
