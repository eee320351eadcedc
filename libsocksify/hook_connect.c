/* SPDX-License-Identifier: ISC */
/* connect, listen, and what a socket tells of its connection. */
#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "libsocksify/connect.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/hook.h"
#include "libsocksify/init.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/standin.h"
#include "libsocksify/standin_record.h"

#define SETTLING_MS	1000	/* for the helper to see what the kernel has seen */

EXPORT int
connect(int fd, const struct sockaddr *to, socklen_t len)
{
	int saved = errno, result = connect_routed(fd, to, len);

	if (result == CONNECT_DIRECT) {
		errno = saved;
		return real.connect(fd, to, len);
	}
	if (result == 0)
		errno = saved;
	return hook_result(result);
}

EXPORT_ALIAS(__connect, connect);

/* A socket whose connection has failed may become something else: one of the program's kind. */
static void
become_own(int fd)
{
	const struct connection *c;
	int saved = errno;

	if (!descriptors_marked(fd, SLOT_STANDIN))
		return;
	c = records_connection(fd);
	if (c != NULL && connection_state(c) == CONNECTION_FAILED)
		standin_undo(fd);
	errno = saved;
}

EXPORT int
bind(int fd, const struct sockaddr *to, socklen_t len)
{
	become_own(fd);
	return real.bind(fd, to, len);
}

EXPORT int
listen(int fd, int backlog)
{
	become_own(fd);
	records_settled(fd);
	return real.listen(fd, backlog);
}

EXPORT int
getpeername(int fd, struct sockaddr *peer, socklen_t *len)
{
	struct connection *c = records_connection(fd);
	struct sockaddr_storage actual;
	socklen_t actual_len = sizeof(actual);
	struct critical critical;

	if (c == NULL)
		return real.getpeername(fd, peer, len);
	if (connection_state(c) != CONNECTION_ESTABLISHED) {
		errno = ENOTCONN;
		return -1;
	}
	/* A connection that the peer has reset has none any more. */
	if (real.getpeername(fd, (struct sockaddr *)&actual, &actual_len) < 0)
		return -1;
	if (peer == NULL || len == NULL || (int)*len < 0)
		return real.getpeername(fd, peer, len);
	/* Without the lock the record may become another connection's meanwhile. */
	critical_lock(&critical);
	actual_len = c->peer_len;
	memcpy(&actual, &c->peer, sizeof(c->peer));
	critical_unlock(&critical);
	memcpy(peer, &actual, *len < actual_len ? *len : actual_len);
	*len = actual_len;
	return 0;
}

EXPORT int
getsockname(int fd, struct sockaddr *name, socklen_t *len)
{
	int result = STANDIN_NONE;

	if (descriptors_marked(fd, SLOT_STANDIN))
		result = standin_getsockname(fd, name, len);
	return result == STANDIN_NONE ? real.getsockname(fd, name, len) : hook_result(result);
}

/*
 * EPOLLERR and EPOLLHUP cannot be masked. Who was woken by them asks for the
 * error and must not be told that there is none. Of a withdrawn connection nobody
 * was, and what its socket shows is one proxy's failure.
 */
static void
let_settle(int fd, struct connection *c)
{
	struct pollfd p = { .fd = fd };
	int saved = errno;

	if (!c->withdrawn && real.poll(&p, 1, 0) > 0)
		connection_wait(c, SETTLING_MS);
	errno = saved;
}

/* SO_ERROR of @fd, which refers to @c: true when it is ours to tell, in *error. */
static bool
own_error(int fd, struct connection *c, int *error)
{
	if (connection_state(c) == CONNECTION_CONNECTING)
		let_settle(fd, c);
	*error = 0;
	if (connection_state(c) == CONNECTION_CONNECTING)
		return true;
	*error = connection_take_error(fd, c);
	return *error != 0;
}

/* What is not SO_ERROR, or has nothing to do with a connection. */
static int
get_option(int fd, int level, int option, void *value, socklen_t *len)
{
	int result = STANDIN_NONE;

	if (descriptors_marked(fd, SLOT_STANDIN))
		result = standin_getsockopt(fd, level, option, value, len);
	if (result != STANDIN_NONE)
		return hook_result(result);
	return real.getsockopt(fd, level, option, value, len);
}

EXPORT int
getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	struct connection *c;
	int error;

	if (level != SOL_SOCKET || option != SO_ERROR || !descriptors_marked(fd, SLOT_CONNECTION) ||
	    value == NULL || len == NULL || *len < sizeof(error))
		return get_option(fd, level, option, value, len);
	c = records_connection(fd);
	if (c == NULL || !own_error(fd, c, &error))
		return real.getsockopt(fd, level, option, value, len);
	memcpy(value, &error, sizeof(error));
	*len = sizeof(error);
	return 0;
}

/* Takes an option that would stall the handshake of @fd, if it is in one. */
static bool
held_back(int fd, int level, int option, const void *value, socklen_t len)
{
	struct connection *c;
	struct critical critical;
	bool held = false;

	if (!connection_is_connecting(fd))
		return false;
	c = records_connection(fd);
	if (c == NULL)
		return false;
	critical_lock(&critical);
	if (connection_is_connecting(fd))
		held = options_hold(&c->options, level, option, value, len);
	critical_unlock(&critical);
	return held;
}

EXPORT int
setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	int result = STANDIN_NONE;

	/* It would have the kernel put off connect(2) to the proxy until data is sent. */
	if (level == IPPROTO_TCP && option == TCP_FASTOPEN_CONNECT && init_active())
		return 0;
	if (held_back(fd, level, option, value, len))
		return 0;
	if (descriptors_marked(fd, SLOT_STANDIN))
		result = standin_setsockopt(fd, level, option, value, len);
	if (result != STANDIN_NONE)
		return hook_result(result);
	return real.setsockopt(fd, level, option, value, len);
}
