/* SPDX-License-Identifier: ISC */
/* Passwords that neither the command line nor a variable holds. */
#ifndef LIBSOCKSIFY_LAUNCH_PASSWORD_H
#define LIBSOCKSIFY_LAUNCH_PASSWORD_H

#include "libsocksify/settings.h"

#define LAUNCH_PASSWORD_SIZE	256	/* RFC 1929: at most 255 bytes, and a NUL */

/*
 * The first line of the file, or of the descriptor if @path is NULL; without the end
 * of the line. 0, or -1 with a complaint: it cannot be read, is empty or too long.
 */
int	 launch_read_password(const char *path, int fd, char password[LAUNCH_PASSWORD_SIZE]);
/*
 * Asks on the terminal for the password of proxy->username, without echo. 0, or
 * -errno: there is no terminal, or no answer. A signal that comes meanwhile finds
 * the terminal as it was.
 */
int	 launch_ask_password(const struct settings *settings, struct proxy *proxy);

#endif
