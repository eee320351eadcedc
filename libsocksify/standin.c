/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * An AF_INET socket cannot be connected to an IPv6 proxy, an AF_INET6 one that is
 * bound may be unable to reach an IPv4 proxy, and neither reaches a proxy behind a
 * UNIX socket. For such a proxy another socket is made in connect(2), before
 * anything is sent, and put over the program's number by dup3(2): it stands in for
 * the program's own, which is closed by that. For a proxy behind IP it is an
 * AF_INET6 one that is not bound, which reaches both versions, so that the helper
 * can go on to any of several proxies. Data then flows as over any other
 * connection: nothing is between the program and the kernel.
 *
 * Once. All is done under the state lock, in which no fork can happen and no close
 * that a hook sees: one that is under way has dropped the number's marks before it
 * is closed, and what is recorded no more is not replaced. A UNIX socket is
 * connected before it is put anywhere, as that takes no time: what fails changes
 * nothing. Where the proxy's backlog is full, and only there, connect(2) waits,
 * outside of the lock; the kernel offers no readiness for it.
 *
 * Numbers. Every number that is known to be of the same open file is replaced, and
 * keeps its FD_CLOEXEC; O_NONBLOCK, O_ASYNC and its receiver belong to the open
 * file and are copied, and so are the options (standin_options.c). Registrations
 * are deleted before, as the kernel would keep those of an open file that lives on
 * elsewhere, and added after, masked where a handshake follows. Nobody waits for
 * the old file: one that is not connected is ready (POLLHUP).
 *
 * What cannot be known stays as it was: numbers made by a bare system call or
 * received by SCM_RIGHTS before connect(2), those of other processes, and
 * registrations made before exec or before a direct attempt. The former remain
 * sockets that are not connected. In a vfork child, and for numbers that cannot be
 * recorded, nothing stands in: ENETUNREACH. Nothing ever goes direct.
 *
 * Appearance. struct standin keeps what the program made, one per open file, found
 * by number and checked by SO_COOKIE. SO_DOMAIN and SO_PROTOCOL tell of the
 * program's socket, getpeername(2) of the target. getsockname(2) tells the address
 * that the program had bound; else, or where that was unspecified, the loopback
 * address of the program's family, with the real port, or for a UNIX socket one
 * made up from its cookie. Options that the socket lacks are remembered;
 * TCP_INFO and what else is not in the table is ENOPROTOOPT. MSG_OOB is what the
 * kernel makes of it on the socket that there is.
 *
 * Its end. A stand-in is for one connection. When that has failed, another
 * connect(2), bind(2) or listen(2), or connect(2) to AF_UNSPEC, first puts back a
 * socket of the program's kind, bound as it was, so that each attempt begins the
 * same way, a direct one too. A failure that the helper finds cannot do so, having
 * another table: a UNIX socket is then shut down, which shows as EPOLLIN, OUT,
 * RDHUP and HUP; only a TCP socket can be made to show EPOLLERR.
 *
 * Afterwards. dup and fork take the record along. exec, and SCM_RIGHTS to another
 * process, lose it: the next program has a connected socket of the other family.
 * It can read and write; getpeername(2) names the proxy, and on a UNIX socket a
 * TCP option is EOPNOTSUPP.
 */
#include <config.h>

#include "libsocksify/standin.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "libsocksify/attempt.h"
#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/leg.h"
#include "libsocksify/raw.h"
#include "libsocksify/real.h"
#include "libsocksify/standin_options.h"
#include "libsocksify/standin_record.h"
#include "libsocksify/watch.h"

#define BACKLOG_NONBLOCKING_MS	1000	/* how long a full backlog may hold up an event loop */
#define BACKLOG_PAUSE_MS	16	/* the longest between two tries */

static int
socket_int(int fd, int level, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return RAW(SYS_getsockopt, fd, level, option, &value, &len) < 0 ? -1 : value;
}

/* One open file that takes the place of another. */
struct change {
	int		 made;		/* a number of the new one, for the time being */
	uint64_t	 cookie;	/* of the old one */
	struct standin	*in;		/* of the new one; NULL: it is of the program's kind */
	bool		 masked;	/* a handshake follows: registrations begin masked */
};

/* Puts the new file over @fd, which keeps what belongs to the number: 0, or -errno. */
static int
replace_number(int fd, const struct change *change)
{
	long flags = RAW(SYS_fcntl, fd, F_GETFD), result;

	connection_hide(fd);
	standin_hide(fd);
	watch_recover(fd);
	watch_unregister(fd);
	result = RAW(SYS_dup3, change->made, fd, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
	if (result >= 0 && change->in != NULL)
		standin_show(change->in, fd);
	watch_register(fd, result >= 0 && change->masked);
	return result < 0 ? (int)result : 0;
}

/* Everything else of the old file that is to be the new one's. */
static void
copy_status(int fd, int made)
{
	struct f_owner_ex owner;
	long signal = RAW(SYS_fcntl, fd, F_GETSIG);

	if (RAW(SYS_fcntl, fd, F_GETOWN_EX, &owner) == 0 && owner.pid != 0)
		RAW(SYS_fcntl, made, F_SETOWN_EX, &owner);
	if (signal > 0)
		RAW(SYS_fcntl, made, F_SETSIG, signal);
}

/*
 * Puts the new file over @fd and every other number that is known to be of the
 * same open file. The first decides: 0, or -errno and nothing has changed but
 * what is recorded of a connection that there is no more.
 */
static int
replace(int fd, const struct change *change)
{
	const uint32_t marks = SLOT_DUPLICATED | SLOT_STANDIN;
	struct standin *old = standin_find(fd);
	bool several = descriptors_marked(fd, SLOT_DUPLICATED) ||
	    (old != NULL && old->descriptors > 1);
	long flags = RAW(SYS_fcntl, fd, F_GETFL);
	int error;

	copy_status(fd, change->made);
	error = replace_number(fd, change);
	if (error < 0)
		return error;
	/* Not before: signals of O_ASYNC name the number by which it was set. */
	RAW(SYS_fcntl, fd, F_SETFL, flags);
	for (int i = -1; several && (i = descriptors_next(i + 1, DESCRIPTORS_MAX, marks)) >= 0;)
		if (i != fd && socket_cookie(i) == change->cookie)
			replace_number(i, change);
	return 0;
}

/* A socket that takes the place of @in's as the program made it: its number, or -errno. */
static int
make_own(const struct standin *in)
{
	int fd = (int)RAW(SYS_socket, in->domain, SOCK_STREAM | SOCK_CLOEXEC, in->protocol);

	if (fd < 0)
		return fd;
	standin_options_give(&in->options, fd, true);
	/* In vain only where somebody has taken the port meanwhile. */
	if (in->local_len > 0)
		RAW(SYS_bind, fd, &in->local, in->local_len);
	return fd;
}

int
standin_undo(int fd)
{
	struct critical c;
	struct standin *in;
	int error = 0;

	if (!descriptors_marked(fd, SLOT_STANDIN))
		return 0;
	critical_lock(&c);
	in = standin_find(fd);
	if (in != NULL) {
		struct change change = { .made = make_own(in), .cookie = in->cookie };

		error = change.made < 0 ? change.made : replace(fd, &change);
		if (change.made >= 0)
			RAW(SYS_close, change.made);
	}
	critical_unlock(&c);
	return error;
}

unsigned
standin_own_reach(int fd, int domain)
{
	struct sockaddr_in6 local = { 0 };
	socklen_t len = sizeof(local);

	if (domain == AF_INET)
		return LEG_REACHES_4;
	RAW(SYS_getsockname, fd, &local, &len);
	if (IN6_IS_ADDR_V4MAPPED(&local.sin6_addr))
		return LEG_REACHES_4;
	if (!IN6_IS_ADDR_UNSPECIFIED(&local.sin6_addr))
		return LEG_REACHES_6;
	/* As long as it is not bound, it can be made to reach both. */
	if (local.sin6_port != 0 && socket_int(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1)
		return LEG_REACHES_6;
	return LEG_REACHES_4 | LEG_REACHES_6;
}

/* The length of the address of a UNIX socket, '@' first: an abstract one; or -errno. */
static int
make_address(const char *path, struct sockaddr_un *un)
{
	size_t len = strlen(path);

	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len == 0 || len >= sizeof(un->sun_path))
		return -ENETUNREACH;
	memcpy(un->sun_path, path, len);
	if (path[0] == '@')
		un->sun_path[0] = '\0';
	else
		len++;
	return (int)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* What is to be known of the program's socket @fd before another stands in. */
static void
describe(struct standin *in, int fd, int own, int actual)
{
	const union standin_name *local = &in->local;

	in->actual = actual;
	in->domain = own;
	in->protocol = socket_int(fd, SOL_SOCKET, SO_PROTOCOL);
	/* A sandbox may not let us see it. */
	if (in->protocol < 0)
		in->protocol = IPPROTO_TCP;
	in->local_len = sizeof(in->local);
	if (RAW(SYS_getsockname, fd, &in->local, &in->local_len) < 0 ||
	    (in->domain == AF_INET && local->in.sin_port == 0 &&
	    local->in.sin_addr.s_addr == htonl(INADDR_ANY)) ||
	    (in->domain == AF_INET6 && local->in6.sin6_port == 0 &&
	    IN6_IS_ADDR_UNSPECIFIED(&local->in6.sin6_addr)))
		in->local_len = 0;
	standin_options_take(&in->options, fd);
}

static bool
is_shortage(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -ENOBUFS;
}

/* How the way to a proxy behind a UNIX socket fails, in terms of one behind TCP. */
static int
unix_error(int error)
{
	switch (error) {
	case 0:
	case -EAGAIN:
	case -ENOMEM:
	case -ENOBUFS:
		return error;
	default:
		return -ECONNREFUSED;
	}
}

/* A socket that is not connected, for both versions of IP: its number, or -errno. */
static int
make_dual(void)
{
	int fd = (int)RAW(SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return is_shortage(fd) || fd >= 0 ? fd : -ENETUNREACH;
}

/* One that is connected to the UNIX socket @path. */
static int
make_local(const char *path)
{
	struct sockaddr_un un;
	int fd, error, len = make_address(path, &un);

	if (len < 0)
		return len;
	fd = (int)RAW(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return is_shortage(fd) ? fd : -ENETUNREACH;
	error = unix_error((int)RAW(SYS_connect, fd, &un, len));
	if (error == 0)
		return fd;
	RAW(SYS_close, fd);
	return error;
}

/* What connect(2) says of one that is connected, or on its way, without a proxy; else 0. */
static int
association(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	uint8_t state;		/* the first byte of struct tcp_info */
	socklen_t size = sizeof(state);

	if (RAW(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &state, &size) == 0)
		return state == TCP_CLOSE ? 0 : state == TCP_SYN_SENT ? -EALREADY : -EISCONN;
	return RAW(SYS_getpeername, fd, &peer, &len) == 0 ? -EISCONN : 0;
}

/*
 * Whether @fd is still what it was when connect(2) began. A number that had marks
 * and has none is being closed in another thread.
 */
static int
check_unchanged(int fd, uint64_t cookie, bool marked)
{
	/* What stood in when the call began has been undone: this is another thread's. */
	if (standin_find(fd) != NULL)
		return -EALREADY;
	if (socket_cookie(fd) != cookie)
		return -EBADF;
	if (marked && !descriptors_marked(fd, ~0u))
		return -EBADF;
	return connection_is_connecting(fd) ? -EALREADY : association(fd);
}

/* Puts a socket of @domain over @fd: 0, or -errno. Under the lock. */
static int
stand_in(int fd, int own, int domain, const char *path, uint64_t cookie)
{
	bool blocking = (RAW(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) == 0;
	struct standin *in = standin_new();
	struct change change = { .in = in, .cookie = cookie, .masked = !blocking };
	int error;

	if (in == NULL)
		return -ENOBUFS;
	change.made = domain == AF_UNIX ? make_local(path) : make_dual();
	error = change.made < 0 ? change.made : 0;
	if (error == 0) {
		describe(in, fd, own, domain);
		in->cookie = socket_cookie(change.made);
		standin_options_give(&in->options, change.made, false);
		error = replace(fd, &change);
		RAW(SYS_close, change.made);
	}
	if (error != 0)
		standin_free(in);
	return error;
}

/* How long a full backlog may be waited for, of the monotonic clock in milliseconds. */
static int64_t
patience(int fd)
{
	struct timeval t = { 0 };
	socklen_t len = sizeof(t);

	if ((RAW(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) != 0)
		return now_ms() + BACKLOG_NONBLOCKING_MS;
	RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &t, &len);
	if (t.tv_sec == 0 && t.tv_usec == 0)
		return now_ms() + ATTEMPT_TIMEOUT_MS;
	return now_ms() + (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

static int
stand_in_in_time(int fd, int own, int domain, const char *path)
{
	uint64_t cookie = socket_cookie(fd);
	int64_t until = patience(fd);
	bool marked = descriptors_marked(fd, ~0u);
	struct critical c;
	int error;

	for (int pause = 1;; pause = pause < BACKLOG_PAUSE_MS ? 2 * pause : pause) {
		critical_lock(&c);
		error = check_unchanged(fd, cookie, marked);
		if (error == 0)
			error = stand_in(fd, own, domain, path, cookie);
		critical_unlock(&c);
		if (error != -EAGAIN)
			return error;
		if (now_ms() >= until)
			return -ETIMEDOUT;
		real.poll(NULL, 0, pause);
	}
}

int
standin_begin(int fd, int own, int domain, const char *path)
{
	if (!descriptors_owned() || descriptors_make(fd) == NULL)
		return -ENETUNREACH;
	return stand_in_in_time(fd, own, domain, path);
}
