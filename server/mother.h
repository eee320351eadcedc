/* SPDX-License-Identifier: ISC */
/* The mother: see mother.c for her theory of operation. */
#ifndef SERVER_MOTHER_H
#define SERVER_MOTHER_H

#include <stdint.h>

#include "server/served.h"

#define MOTHER_DEBUG_AS_CONFIGURED	255

struct mother_options {
	uint32_t	 flags;		/* ROLE_NO_KEEPALIVE */
	uint8_t		 debug;		/* or MOTHER_DEBUG_AS_CONFIGURED */
	uint32_t	 index;		/* of all mothers; 1: the first, who starts the others */
	uint32_t	 mothers;	/* how many there are in all, this one included */
	const char	*pidfile;	/* NULL: none */
	void		(*ready)(void);	/* once all children serve */
};

/*
 * Serves until told to stop; returns the exit status. Takes @served, with its
 * logs open and its listeners bound.
 */
int	mother_serve(struct served *served, const struct mother_options *options);

/*
 * The parts of it, for a mother who is told what to do by other means than signals
 * (sister.c). Her loop is made, SIGCHLD reaps.
 */

/* Starts her children; takes @served, with its logs in use. What fails ends the process. */
void	mother_begin(struct served *served, const struct mother_options *options);
/* A reload: takes @new, which is whole, so that from here on nothing can fail. */
void	mother_swap(struct served *new);
/* The monitor's report, hers and the other mothers'. */
void	mother_report(void);
/* Takes nothing new; the loop stops when the last child has ended. */
void	mother_drain(void);
/* The same; asked for again, ends the sessions. */
void	mother_stop(void);
/* After the loop. */
void	mother_end(void);

#endif
