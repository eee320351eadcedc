/* SPDX-License-Identifier: ISC */
/*
 * A mother's children: started, counted, added and retired by load, replaced
 * when they die. What they are started with is the mother's to give; what they
 * report is used for nothing but choosing how many there are.
 */
#ifndef SERVER_CHILDREN_H
#define SERVER_CHILDREN_H

#include <stdint.h>
#include <sys/types.h>

#include "server/child.h"
#include "server/role.h"
#include "server/served.h"

struct children_ops {
	/* Sends the role's own descriptors with child_setup(), and what else it starts with. */
	int	(*equip)(struct child *child);
	/* The first time that all children asked for are ready. */
	void	(*all_ready)(void);
	/* A child ended before it was ready, while the server was starting. */
	void	(*start_failed)(enum role role);
	/* The last child of @role has ended and none is to follow. */
	void	(*role_ended)(enum role role);
};

void		 children_init(const struct children_ops *ops);
/* From now on at least @count of them run, more under load. 0 retires all. */
void		 children_want(enum role role, unsigned count);
/* A reload: all children are told. */
void		 children_configure(const struct served *served);
/* No more children of this role are started; those that are finish their work. */
void		 children_drain(enum role role);
/* End now: ROLE_ABORT, and SIGKILL to who is left after a while. */
void		 children_abort(void);
/* SIGCHLD: reaps, replaces. */
void		 children_reap(void *arg);
/* Once a second: load, growth, retirement. */
void		 children_tick(void);
unsigned	 children_count(enum role role);
/* A message to every child of a role. */
void		 children_send(enum role role, uint8_t type);
void		 children_each(enum role role, void (*call)(struct child *child, void *arg),
		    void *arg);
struct child	*children_find(pid_t pid);

#endif
