/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "common/compiler.h"
#include "server/role.h"

/* The mother decides when her children end: a signal to the whole group is hers. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

int
channel_open(struct ipc *channel, ipc_handler *handler, ipc_error *end)
{
	int error;

	ignore_signals();
	error = loop_init();
	if (error < 0)
		return error;
	if (fcntl(ROLE_CHANNEL_FD, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	ipc_init(channel, ROLE_CHANNEL_FD, handler, end, NULL);
	return ipc_receive(channel, true);
}
