/* SPDX-License-Identifier: ISC */
/*
 * What all children have in common: the channel to the mother, the
 * configuration, the score page, the title, the end.
 *
 * A role gives its functions in a struct worker_ops and counts its sessions with
 * worker_session_add() and worker_session_gone(); the rest is done here.
 */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/conf.h"
#include "server/ipc.h"
#include "server/role.h"
#include "server/scoreboard.h"

struct worker_ops {
	enum role	 role;
	uint32_t	 capacity;	/* sessions at once, if descriptors allow; 0: not counted */
	unsigned	 fds_per_session;
	/*
	 * Takes the role's descriptors of ROLE_SETUP, of which there are exactly
	 * @fd_count. Called as it was executed, before privileges are dropped.
	 */
	unsigned	 fd_count;
	int		(*setup)(const int *fds);
	/* A configuration begins to hold: 0, or -errno, which ends a child that starts. */
	int		(*configure)(const struct conf *conf);
	/* Messages of the mother that only this role has. NULL: none. */
	int		(*message)(uint8_t type, struct reader *payload, int *fds, unsigned count);
	void		(*drain)(void);		/* to drain or to retire begins; maybe again */
	void		(*abort)(void);		/* end all sessions now */
	bool		(*idle)(void);		/* nothing is on its way in or out */
	bool		 outlives_mother;	/* its inbox's end, not the mother's, makes it drain */
	void		(*tick)(void);		/* once a second. NULL: nothing to do */
};

/* The whole life of a child; returns its exit status. */
int		 worker_main(const struct worker_ops *ops);

const struct conf *worker_conf(void);
struct score	*worker_score(void);
unsigned	 worker_flags(void);
struct ipc	*worker_control(void);

void		 worker_session_add(void);
void		 worker_session_gone(bool failed);
/* Whether so many sessions more would still fit. */
bool		 worker_has_room(uint32_t more);
bool		 worker_draining(void);
/* Whether the inbox is for others to read. worker_has_room() then says no. */
bool		 worker_retired(void);
/* Stops taking in; the process ends when its last session has. */
void		 worker_drain(void);

#endif
