/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connect_leg.h"

#include <errno.h>

#include "libsocksify/claims.h"
#include "libsocksify/connect_call.h"
#include "libsocksify/connect_here.h"
#include "libsocksify/connect_recorded.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/leg.h"
#include "libsocksify/standin.h"
#include "libsocksify/standin_record.h"

/* Whether @error says that the socket is in the hands of another thread, or closed by it. */
static bool
is_of_another(int error)
{
	return error == -EBADF || error == -EALREADY || error == -EISCONN;
}

/* As standin_begin(), unless another thread is in a connect(2) on that very socket. */
static int
begin_standin(const struct call *call, int domain, const char *path)
{
	uint64_t cookie;
	struct critical c;
	bool taken;
	int error;

	/* Under the lock either the socket is the program's, or it is seen that none of it is. */
	critical_lock(&c);
	cookie = socket_cookie(call->fd);
	taken = standin_domain(call->fd) != 0 || !claims_take(cookie);
	critical_unlock(&c);
	if (taken)
		return -EALREADY;
	error = standin_begin(call->fd, call->to->sa_family, domain, path);
	claims_give(cookie);
	return error;
}

/* One leg, on a socket of the program's own or one of @domain that stands in for it. */
static int
connect_leg(struct call *call, int domain)
{
	bool recordable = descriptors_owned() && descriptors_make(call->fd) != NULL;
	const struct proxy *first = &call->route.settings->proxies[call->route.candidates[0]];
	int error;

	call->exhausted = false;
	call->obstacle = domain == 0 ? 0 : begin_standin(call, domain, first->path);
	if (is_of_another(call->obstacle))
		return call->obstacle;
	call->cookie = socket_cookie(call->fd);
	if (call->blocking || !recordable)
		error = connect_here(call, recordable);
	else
		error = connect_recorded(call);
	/* What has failed here and now leaves a socket as the program made it. */
	if (error < 0 && error != -EINPROGRESS && error != -EINTR && !is_of_another(error))
		standin_undo(call->fd);
	return error;
}

/*
 * One leg after the other, as long as this thread finds that all places of one fail.
 * *left_out: proxies that have failed have addresses that were not tried.
 */
static int
connect_legs(struct call *call, const struct route *whole, unsigned reach, bool *left_out)
{
	unsigned next = 0;
	int error, domain;

	do {
		next = leg_cut(whole, next, reach, &call->route, &domain);
		call->domain = domain == 0 ? call->to->sa_family : domain;
		if (domain == 0 && leg_leaves_out(&call->route, reach))
			*left_out = true;
		call->followed = next < whole->candidate_count || (reach != 0 && *left_out);
		error = connect_leg(call, domain);
	} while (error < 0 && call->exhausted && next < whole->candidate_count);
	return error;
}

int
connect_by_proxy(struct call *call)
{
	const struct route whole = call->route;
	unsigned reach = standin_own_reach(call->fd, call->domain);
	bool left_out = false;
	int error = connect_legs(call, &whole, reach, &left_out);

	if (error < 0 && call->exhausted && left_out)
		error = connect_legs(call, &whole, 0, &left_out);
	return error;
}
