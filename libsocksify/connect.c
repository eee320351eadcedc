/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>

#include "common/addr.h"
#include "libsocksify/attempt.h"
#include "libsocksify/connect_call.h"
#include "libsocksify/connect_leg.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/init.h"
#include "libsocksify/raw.h"
#include "libsocksify/readable.h"
#include "libsocksify/records.h"
#include "libsocksify/report.h"
#include "libsocksify/standin.h"
#include "libsocksify/standin_record.h"
#include "libsocksify/watch.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/* Its value, or -errno; all those that are asked for here are not negative. */
static int
socket_int(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);
	long error = RAW(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &len);

	return error < 0 ? (int)error : value;
}

/* One on a socket that has been through one: 0 or -errno, or CONNECT_DIRECT to start anew. */
static int
connect_again(int fd, struct connection *connection, bool blocking)
{
	struct critical c;
	int error;

	if (connection_state(connection) == CONNECTION_CONNECTING) {
		if (!blocking)
			return -EALREADY;
		error = connection_wait(connection, -1);
		if (error < 0)
			return error;
	}
	if (connection_state(connection) == CONNECTION_ESTABLISHED) {
		critical_lock(&c);
		error = connection->told ? -EISCONN : 0;
		connection->told = true;
		critical_unlock(&c);
		return error;
	}
	error = connection_take_error(fd, connection);
	if (error != 0)
		return -error;
	critical_lock(&c);
	connection_hide(fd);
	critical_unlock(&c);
	attempt_disconnect(fd);
	return CONNECT_DIRECT;
}

/* connect(2) to AF_UNSPEC dissolves what there is; the kernel does its part after this. */
static int
dissolve(int fd)
{
	struct connection *connection = records_connection(fd);
	struct critical c;

	if (connection == NULL)
		return standin_undo(fd);
	if (connection_state(connection) == CONNECTION_CONNECTING)
		connection_cancel(connection, fd);
	critical_lock(&c);
	connection_hide(fd);
	watch_restore(fd, watch_same_number, false);
	slot_mark(descriptors_find(fd), SLOT_FRESH);
	critical_unlock(&c);
	return standin_undo(fd);
}

/* What a socket is, as far as proxies are concerned. */
enum socket_kind {
	KIND_TCP,	/* a proxy can carry it */
	KIND_FOREIGN,	/* a connection that no proxy carries: SCTP, DCCP, SMC */
	KIND_NONE,	/* not a socket, datagrams, or an address that it cannot be connected to */
};

/* A sandbox may not let us see it: then it is taken for what has to be kept from going direct. */
static enum socket_kind
look(struct call *call)
{
	int type = socket_int(call->fd, SO_TYPE), protocol, mark;

	call->domain = standin_domain(call->fd);
	if (call->domain != 0)
		return call->domain == call->to->sa_family ? KIND_TCP : KIND_NONE;
	call->domain = socket_int(call->fd, SO_DOMAIN);
	if (type == SOCK_DGRAM || type == SOCK_RAW || type == SOCK_PACKET || type == -EBADF ||
	    type == -ENOTSOCK)
		return KIND_NONE;
	if (call->domain < 0)
		call->domain = call->to->sa_family;
	if (call->domain != call->to->sa_family)
		return call->domain == AF_INET || call->domain == AF_INET6 ||
		    call->domain == AF_UNIX ? KIND_NONE : KIND_FOREIGN;
	/* Only TCP knows urgent data, should the type be a secret. */
	if (type < 0)
		return RAW(SYS_ioctl, call->fd, SIOCATMARK, &mark) == 0 ? KIND_TCP : KIND_FOREIGN;
	protocol = socket_int(call->fd, SO_PROTOCOL);
	return type == SOCK_STREAM && (protocol < 0 || protocol == IPPROTO_TCP ||
	    protocol == IPPROTO_MPTCP) ? KIND_TCP : KIND_FOREIGN;
}

/* The same, while no other thread has another socket stand in. */
static enum socket_kind
kind_of(struct call *call)
{
	enum socket_kind kind = look(call);
	struct critical c;

	if (kind == KIND_TCP || !descriptors_marked(call->fd, ~0u))
		return kind;
	critical_lock(&c);
	kind = look(call);
	critical_unlock(&c);
	return kind;
}

/*
 * What stands in for @fd goes, when its connection has failed. Without a record of
 * that, another thread is at it.
 */
static int
begin_anew(int fd, const struct connection *failed)
{
	return failed == NULL && standin_domain(fd) != 0 ? -EALREADY : standin_undo(fd);
}

/* Where @fd is bound to: family AF_UNSPEC without an address, port 0 without a port. */
static void
bound_address(int fd, struct endpoint *from)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (RAW(SYS_getsockname, fd, &ss, &len) < 0 ||
	    endpoint_from_sockaddr(from, (struct sockaddr *)&ss, len) < 0)
		*from = (struct endpoint){ .family = AF_UNSPEC, .port = 0 };
	else if (endpoint_is_any(from))
		from->family = AF_UNSPEC;
}

int
connect_routed(int fd, const struct sockaddr *to, socklen_t len)
{
	struct call call = { .fd = fd, .to = to, .len = len };
	struct endpoint target;
	struct connection *connection;
	enum socket_kind kind;
	int flags, error;

	/* The kernel takes no address longer than that, and none that cannot be read. */
	if (!init_active() || to == NULL || len < sizeof(to->sa_family) ||
	    len > sizeof(struct sockaddr_storage) || !readable(to, len))
		return CONNECT_DIRECT;
	if (to->sa_family == AF_UNSPEC) {
		error = dissolve(fd);
		return error < 0 ? error : CONNECT_DIRECT;
	}
	if (endpoint_from_sockaddr(&target, to, len) < 0 || (kind = kind_of(&call)) == KIND_NONE)
		return CONNECT_DIRECT;
	flags = (int)RAW(SYS_fcntl, fd, F_GETFL);
	call.blocking = (flags & O_NONBLOCK) == 0;
	connection = records_connection(fd);
	if (connection != NULL) {
		int result = connect_again(fd, connection, call.blocking);

		if (result != CONNECT_DIRECT)
			return result;
	}
	error = begin_anew(fd, connection);
	if (error < 0)
		return error;
	bound_address(fd, &call.from);
	route_connect(&call.from, &target, &call.route);
	if (call.route.way == ROUTE_PROXY && kind == KIND_FOREIGN)
		route_refuse(&call.route, ROUTE_NO_TCP);
	if (call.route.way == ROUTE_PROXY)
		return connect_by_proxy(&call);
	report_route(&call.route);
	if (call.route.way == ROUTE_REFUSE)
		return -call.route.error;
	records_settled(fd);
	return CONNECT_DIRECT;
}
