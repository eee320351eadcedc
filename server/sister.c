/* SPDX-License-Identifier: ISC */
/*
 * A mother that the first one started: what signals tell that one, this one is
 * told over her channel. ROLE_SETUP comes first, then ROLE_CONFIG and
 * ROLE_LISTENERS, both again at each reload: a configuration is whole with its
 * listeners. She is ready when all her children are.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/compiler.h"
#include "server/channel.h"
#include "server/children.h"
#include "server/log.h"
#include "server/mother.h"
#include "server/role.h"

static struct {
	struct mother_options	 options;
	struct ipc		 first;		/* the channel to the first mother */
	struct served		*coming;	/* waits for its listeners */
	bool			 serving;
} sister;

static void
tell_first(void)
{
	ipc_send(&sister.first, ROLE_READY, NULL, NULL, 0);
}

static int
on_setup(struct reader *r, int *fds UNUSED, unsigned count)
{
	sister.options.flags = reader_u32(r);
	sister.options.index = reader_u32(r);
	sister.options.mothers = reader_u32(r);
	sister.options.debug = reader_u8(r);
	return reader_finished(r) && count == 1 ? 0 : -EPROTO;
}

static int
on_config(struct reader *r, int *fds, unsigned count)
{
	char file[SERVED_FILE_SIZE], error[512];
	struct log_place logs, error_logs;
	struct served *new;

	if (served_unpack(r, fds, count, file, &logs, &error_logs) < 0)
		return -EPROTO;
	new = served_adopt(file, fds[0], error, sizeof(error));
	fds[0] = -1;
	if (new == NULL) {
		log_error("%s", error);
		return -EINVAL;
	}
	new->logs = logs;
	new->error_logs = error_logs;
	served_free(sister.coming);
	sister.coming = new;
	return 0;
}

static int
on_listeners(int *fds, unsigned count)
{
	struct served *new = sister.coming;

	if (new == NULL || count > SERVED_LISTENERS_MAX)
		return -EPROTO;
	sister.coming = NULL;
	for (unsigned i = 0; i < count; i++) {
		new->listeners[new->listener_count++].fd = fds[i];
		fds[i] = -1;
	}
	if (sister.serving) {
		mother_swap(new);
		return ipc_send(&sister.first, ROLE_READY, NULL, NULL, 0);
	}
	sister.serving = true;
	served_use_logs(new);
	mother_begin(new, &sister.options);
	return 0;
}

static int
on_first(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds, unsigned count,
    void *arg UNUSED)
{
	switch (type) {
	case ROLE_SETUP:
		return on_setup(r, fds, count);
	case ROLE_CONFIG:
		return on_config(r, fds, count);
	case ROLE_LISTENERS:
		return on_listeners(fds, count);
	case ROLE_REPORT:
		mother_report();
		return 0;
	case ROLE_DRAIN:
	case ROLE_ABORT:
		mother_stop();
		return 0;
	default:
		return -EPROTO;
	}
}

/* The first mother is gone: so is who would tell this one anything. */
static void
on_first_end(struct ipc *ipc UNUSED, int error UNUSED, void *arg UNUSED)
{
	if (!sister.serving)
		exit(1);
	mother_drain();
}

int
mother_main(void)
{
	sister.options.ready = tell_first;
	if (channel_open(&sister.first, on_first, on_first_end) < 0 ||
	    loop_signal(SIGCHLD, children_reap, NULL) < 0)
		return 1;
	loop_run();
	served_free(sister.coming);
	ipc_fini(&sister.first);
	mother_end();
	return 0;
}
