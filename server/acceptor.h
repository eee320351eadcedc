/* SPDX-License-Identifier: ISC */
/*
 * Who takes clients from the listeners: while the worker has room for them and is
 * not draining, and not for a moment after descriptors or memory ran out.
 */
#ifndef SERVER_ACCEPTOR_H
#define SERVER_ACCEPTOR_H

#include <stdbool.h>

#include "common/addr.h"

struct acceptor_ops {
	/* Whether there is room for a client behind the worker, too. */
	bool	(*has_room)(void);
	/* A client at @client has come to @internal; takes @fd, non-blocking. */
	void	(*accepted)(int fd, const struct endpoint *client,
		    const struct endpoint *internal);
};

void	 acceptor_init(const struct acceptor_ops *ops);
/*
 * Takes listening sockets in place of those it had, leaving -1 for each. 0, or
 * -EPROTO for one that is none.
 */
int	 acceptor_listen(int *fds, unsigned count);
/* To be called whenever room may have come or gone: begins or ceases to accept. */
void	 acceptor_update(void);
/* Closes the listeners. */
void	 acceptor_close(void);

#endif
