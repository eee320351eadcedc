/* SPDX-License-Identifier: ISC */
/*
 * The last word to a client that gets no session. Closing a socket with unread
 * bytes resets it, and the reset can overtake the reply; so the reply is sent,
 * our direction ended, and what the client still says read and dropped until it
 * ends its own, for a short time.
 */
#ifndef SERVER_FAREWELL_H
#define SERVER_FAREWELL_H

#include <stddef.h>

/* Takes @fd, which is in no loop. Nothing is waited for. */
void	farewell(int fd, const void *reply, size_t len);

#endif
