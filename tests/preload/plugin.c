/* SPDX-License-Identifier: ISC */
/*
 * A plug-in that connects; and, preloaded behind the library, one whose
 * constructor runs before the library's and uses its hooks.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/preload/plugin.h"

__attribute__((visibility("default"))) int
plugin_connect(int fd, const struct sockaddr *to, socklen_t len)
{
	return connect(fd, to, len);
}

__attribute__((constructor)) static void
construct(void)
{
	if (getenv("VICTIM_EARLY") != NULL)
		plugin_early();
}
