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
	uint32_t	 mothers;	/* how many there are in all, this one included */
	const char	*pidfile;	/* NULL: none */
	void		(*ready)(void);	/* once all children serve */
};

/*
 * Serves until told to stop; returns the exit status. Takes @served, with its
 * logs open and its listeners bound.
 */
int	mother_serve(struct served *served, const struct mother_options *options);

#endif
