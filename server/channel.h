/* SPDX-License-Identifier: ISC */
/* What every process that a mother started does first. */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include "server/ipc.h"

/*
 * Ignores the administrator's signals, makes the loop and begins to receive on the
 * channel to the mother, ROLE_CHANNEL_FD. 0, or -errno.
 */
int	 channel_open(struct ipc *channel, ipc_handler *handler, ipc_error *end);

#endif
