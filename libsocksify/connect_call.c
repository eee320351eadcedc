/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connect_call.h"

#include "libsocksify/attempt.h"
#include "libsocksify/standin_record.h"

void
call_attempt(const struct call *call, struct attempt *a)
{
	attempt_init(a, call->fd, call->domain, call->cookie, &call->route);
	a->waits = call->blocking;
	a->local_port = standin_domain(call->fd) == 0 ? call->from.port : 0;
	a->obstacle = call->obstacle;
	a->followed = call->followed;
}
