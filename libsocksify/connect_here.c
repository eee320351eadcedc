/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connect_here.h"

#include <errno.h>
#include <sys/time.h>

#include "libsocksify/attempt.h"
#include "libsocksify/claims.h"
#include "libsocksify/connect_call.h"
#include "libsocksify/connect_recorded.h"
#include "libsocksify/options.h"
#include "libsocksify/raw.h"

/* When SO_SNDTIMEO ends a blocking connect(2), of the monotonic clock in ms; -1: never. */
static int64_t
send_limit(int fd)
{
	struct timeval t = { 0 };
	socklen_t len = sizeof(t);

	if (RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &t, &len) < 0 ||
	    (t.tv_sec == 0 && t.tv_usec == 0))
		return -1;
	return now_ms() + (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

/* The handshake of a blocking call, or of one whose descriptor cannot be recorded. */
static int
run_here(struct call *call, struct attempt *a, const struct options *options, bool recordable)
{
	int64_t limit = call->blocking ? send_limit(call->fd) : -1;
	int error;

	attempt_begin(a);
	error = attempt_run(a, call->blocking && recordable, limit);
	if ((error == -EINTR || error == -EINPROGRESS) && recordable) {
		error = connect_continue(call, a, options, error);
		if (error != 0)
			return error;
	}
	if (error == -EINTR || error == -EINPROGRESS || error == 0)
		error = attempt_run(a, false, -1);
	if (error == 0)
		error = -attempt_error(a);
	if (error == -EBADF)
		return error;
	options_restore(options, call->fd);
	if (error < 0 && !attempt_was_foreign(a))
		attempt_disconnect(call->fd);
	else if (recordable)
		connect_record(call);
	return error;
}

int
connect_here(struct call *call, bool recordable)
{
	struct options options;
	struct attempt a;
	int error;

	if (!claims_take(call->cookie))
		return -EALREADY;
	options_set_aside(&options, call->fd);
	call_attempt(call, &a);
	error = run_here(call, &a, &options, recordable);
	call->exhausted = call->exhausted || a.exhausted;
	attempt_fini(&a);
	claims_give(call->cookie);
	return error;
}
