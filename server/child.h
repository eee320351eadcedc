/* SPDX-License-Identifier: ISC */
/* One child of a mother: its process, its channel, its score page. */
#ifndef SERVER_CHILD_H
#define SERVER_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "server/ipc.h"
#include "server/role.h"
#include "server/scoreboard.h"
#include "server/served.h"

struct child {
	TAILQ_ENTRY(child) entry;
	enum role	 role;
	pid_t		 pid;
	struct ipc	 control;
	struct score	*score;
	int		 score_fd;
	uint64_t	 started_ms;
	uint64_t	 cpu_us;	/* at the last tick */
	unsigned	 busy;		/* percent of one processor in the last tick */
	bool		 ready;
	bool		 draining;
};

/*
 * Starts a process of @role, in *child. The handlers are for its channel, their
 * @arg is the child; ipc_receive() is left to the caller. 0, or -errno.
 */
int		 child_spawn(enum role role, ipc_handler *handler, ipc_error *end,
		    struct child **child);
/* Of a process that has ended. */
void		 child_free(struct child *child);
/* Once a second: .busy is what it used since the last time. */
void		 child_measure(struct child *child);

/* ROLE_SETUP with the score page and @fds, which stay the caller's. */
int		 child_setup(struct child *child, uint32_t flags, uint32_t index, uint32_t total,
		    uint8_t debug, const int *fds, unsigned count);
/* ROLE_CONFIG and, for roles that accept, ROLE_LISTENERS. */
int		 child_configure(struct child *child, const struct served *served);
/* SIGKILL, also where the mother has lowered herself to a user who may not signal it. */
void		 child_kill(const struct child *child);

#endif
