/* SPDX-License-Identifier: ISC */
/*
 * Input and output wait, or are refused, while a handshake runs on the socket:
 * what is on it then is not the program's. Where none runs anywhere, this costs
 * one relaxed load.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "libsocksify/connection.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/hook.h"
#include "libsocksify/init.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/standin_record.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

enum direction {
	INPUT,
	OUTPUT,
};

/* SO_RCVTIMEO or SO_SNDTIMEO in milliseconds; -1: none. */
static int
patience(int fd, enum direction direction)
{
	struct timeval t = { 0 };
	socklen_t len = sizeof(t);

	if (real.getsockopt(fd, SOL_SOCKET, direction == INPUT ? SO_RCVTIMEO : SO_SNDTIMEO, &t,
	    &len) < 0 || (t.tv_sec == 0 && t.tv_usec == 0))
		return -1;
	return (int)(t.tv_sec * 1000 + t.tv_usec / 1000);
}

static int
wait_for_turn(int fd, struct connection *c, enum direction direction, int flags)
{
	int error, limit, type;

	if ((flags & MSG_DONTWAIT) != 0 || (real.fcntl(fd, F_GETFL) & O_NONBLOCK) != 0)
		return -EAGAIN;
	limit = patience(fd, direction);
	/* The call that is held up is one in which a thread can be cancelled. */
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	error = connection_wait(c, limit);
	pthread_setcanceltype(type, NULL);
	return error == -ETIMEDOUT ? -EAGAIN : error;
}

/* 0 where the call may be made, or -errno. @flags: those of send(2), or 0. */
static int
hold(int fd, enum direction direction, int flags)
{
	int saved = errno, error = 0;
	struct connection *c = records_connection(fd);

	if (c != NULL && connection_state(c) == CONNECTION_CONNECTING)
		error = wait_for_turn(fd, c, direction, flags);
	if (error == 0 && c != NULL && connection_state(c) == CONNECTION_FAILED)
		error = -connection_take_error(fd, c);
	errno = saved;
	return error;
}

/* True, and errno is set, where the call must not be made. */
static inline bool
held(int fd, enum direction direction, int flags)
{
	int error;

	if (__builtin_expect(atomic_load_explicit(&connections_unsettled,
	    memory_order_relaxed) == 0, 1) || !descriptors_marked(fd, SLOT_CONNECTION))
		return false;
	error = hold(fd, direction, flags);
	if (error < 0)
		errno = -error;
	return error < 0;
}

#define GATED(call, ...)	(held(__VA_ARGS__) ? -1 : (call))

EXPORT ssize_t
read(int fd, void *to, size_t len)
{
	return GATED(real.read(fd, to, len), fd, INPUT, 0);
}

EXPORT_ALIAS(__read, read);

EXPORT ssize_t
write(int fd, const void *from, size_t len)
{
	return GATED(real.write(fd, from, len), fd, OUTPUT, 0);
}

EXPORT_ALIAS(__write, write);

EXPORT ssize_t
readv(int fd, const struct iovec *to, int count)
{
	return GATED(real.readv(fd, to, count), fd, INPUT, 0);
}

EXPORT ssize_t
writev(int fd, const struct iovec *from, int count)
{
	return GATED(real.writev(fd, from, count), fd, OUTPUT, 0);
}

/* Of preadv2(2) and pwritev2(2), which on a socket are readv(2) and writev(2). */
static int
vector_flags(int flags)
{
	return (flags & RWF_NOWAIT) != 0 ? MSG_DONTWAIT : 0;
}

EXPORT ssize_t
preadv2(int fd, const struct iovec *to, int count, off_t offset, int flags)
{
	return GATED(real.preadv2(fd, to, count, offset, flags), fd, INPUT,
	    vector_flags(flags));
}

EXPORT ssize_t
preadv64v2(int fd, const struct iovec *to, int count, off64_t offset, int flags)
{
	return GATED(real.preadv64v2(fd, to, count, offset, flags), fd, INPUT,
	    vector_flags(flags));
}

EXPORT ssize_t
pwritev2(int fd, const struct iovec *from, int count, off_t offset, int flags)
{
	return GATED(real.pwritev2(fd, from, count, offset, flags), fd, OUTPUT,
	    vector_flags(flags));
}

EXPORT ssize_t
pwritev64v2(int fd, const struct iovec *from, int count, off64_t offset, int flags)
{
	return GATED(real.pwritev64v2(fd, from, count, offset, flags), fd, OUTPUT,
	    vector_flags(flags));
}

/* How much there is to be read, or not yet sent: in a handshake nothing, of the program's. */
EXPORT int
ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;
	bool connecting = (request == FIONREAD || request == TIOCOUTQ) &&
	    descriptors_marked(fd, SLOT_CONNECTION) && connection_is_connecting(fd) &&
	    records_connection(fd) != NULL;
	int result;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	result = real.ioctl(fd, request, argument);
	if (connecting && result == 0)
		*(int *)argument = 0;
	return result;
}

EXPORT ssize_t
send(int fd, const void *from, size_t len, int flags)
{
	return GATED(real.send(fd, from, len, flags), fd, OUTPUT, flags);
}

EXPORT_ALIAS(__send, send);

EXPORT ssize_t
recv(int fd, void *to, size_t len, int flags)
{
	return GATED(real.recv(fd, to, len, flags), fd, INPUT, flags);
}

/* Whether MSG_FASTOPEN means anything to @fd. */
static bool
opens_fast(int fd)
{
	int protocol = -1;
	socklen_t len = sizeof(protocol);

	return real.getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) == 0 &&
	    (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

/* sendto(2) and its like with MSG_FASTOPEN connect: false when they are not to go on. */
static bool
connected_first(int fd, const struct sockaddr *to, socklen_t len, int flags)
{
	if ((flags & MSG_FASTOPEN) == 0 || to == NULL || !init_active() || !opens_fast(fd))
		return true;
	return connect(fd, to, len) == 0;
}

/* What is left of the flags once it is connected. */
static int
sending_flags(int flags)
{
	return (flags & MSG_FASTOPEN) != 0 && init_active() ? flags & ~MSG_FASTOPEN : flags;
}

/*
 * Whether addresses beside data are nothing to @fd: TCP ignores and never tells
 * them, a UNIX socket that stands in would not.
 */
static inline bool
is_nameless(int fd, const void *name)
{
	return name != NULL && descriptors_marked(fd, SLOT_STANDIN) && standin_is_local(fd);
}

static struct msghdr
without_name(const struct msghdr *message)
{
	struct msghdr copy = *message;

	copy.msg_name = NULL;
	copy.msg_namelen = 0;
	return copy;
}

/* sendmmsg(2) where the addresses mean nothing: how many messages, or -1 and errno. */
static int
send_nameless(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	unsigned done;

	for (done = 0; done < count; done++) {
		struct msghdr copy = without_name(&messages[done].msg_hdr);
		ssize_t n = real.sendmsg(fd, &copy, flags);

		if (n < 0)
			break;
		messages[done].msg_len = (unsigned)n;
	}
	return done > 0 || count == 0 ? (int)done : -1;
}

EXPORT ssize_t
sendto(int fd, const void *from, size_t len, int flags, const struct sockaddr *to, socklen_t to_len)
{
	if (!connected_first(fd, to, to_len, flags))
		return -1;
	if (is_nameless(fd, to)) {
		to = NULL;
		to_len = 0;
	}
	return GATED(real.sendto(fd, from, len, sending_flags(flags), to, to_len), fd, OUTPUT,
	    flags);
}

EXPORT ssize_t
recvfrom(int fd, void *to, size_t len, int flags, struct sockaddr *from, socklen_t *from_len)
{
	if (from_len != NULL && is_nameless(fd, from)) {
		*from_len = 0;
		from = NULL;
		from_len = NULL;
	}
	return GATED(real.recvfrom(fd, to, len, flags, from, from_len), fd, INPUT, flags);
}

EXPORT ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct msghdr copy;

	if ((flags & MSG_FASTOPEN) != 0 && message != NULL &&
	    !connected_first(fd, message->msg_name, message->msg_namelen, flags))
		return -1;
	if (message != NULL && is_nameless(fd, message->msg_name)) {
		copy = without_name(message);
		message = &copy;
	}
	return GATED(real.sendmsg(fd, message, sending_flags(flags)), fd, OUTPUT, flags);
}

EXPORT ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t n = GATED(real.recvmsg(fd, message, flags), fd, INPUT, flags);

	if (n >= 0 && is_nameless(fd, message->msg_name))
		message->msg_namelen = 0;
	return n;
}

EXPORT int
sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	if ((flags & MSG_FASTOPEN) != 0 && messages != NULL && count > 0 &&
	    !connected_first(fd, messages->msg_hdr.msg_name, messages->msg_hdr.msg_namelen, flags))
		return -1;
	flags = sending_flags(flags);
	if (messages != NULL && count > 0 && is_nameless(fd, messages->msg_hdr.msg_name))
		return GATED(send_nameless(fd, messages, count, flags), fd, OUTPUT, flags);
	return GATED(real.sendmmsg(fd, messages, count, flags), fd, OUTPUT, flags);
}

EXPORT int
recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
	int n = GATED(real.recvmmsg(fd, messages, count, flags, timeout), fd, INPUT, flags);

	for (int i = 0; i < n && is_nameless(fd, messages[i].msg_hdr.msg_name); i++)
		messages[i].msg_hdr.msg_namelen = 0;
	return n;
}

EXPORT ssize_t
sendfile(int to, int from, off_t *offset, size_t len)
{
	return GATED(real.sendfile(to, from, offset, len), to, OUTPUT, 0);
}

EXPORT ssize_t
sendfile64(int to, int from, off64_t *offset, size_t len)
{
	return GATED(real.sendfile64(to, from, offset, len), to, OUTPUT, 0);
}

EXPORT ssize_t
splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t len, unsigned flags)
{
	int wait = (flags & SPLICE_F_NONBLOCK) != 0 ? MSG_DONTWAIT : 0;

	if (held(from, INPUT, wait) || held(to, OUTPUT, wait))
		return -1;
	return real.splice(from, from_offset, to, to_offset, len, flags);
}

/* The fortified forms: they end the process when @size is too small. */
extern ssize_t	 __read_chk(int fd, void *to, size_t len, size_t size);
extern ssize_t	 __recv_chk(int fd, void *to, size_t len, size_t size, int flags);
extern ssize_t	 __recvfrom_chk(int fd, void *to, size_t len, size_t size, int flags,
	    struct sockaddr *from, socklen_t *from_len);

EXPORT ssize_t
__read_chk(int fd, void *to, size_t len, size_t size)
{
	return GATED(real.__read_chk(fd, to, len, size), fd, INPUT, 0);
}

EXPORT ssize_t
__recv_chk(int fd, void *to, size_t len, size_t size, int flags)
{
	return GATED(real.__recv_chk(fd, to, len, size, flags), fd, INPUT, flags);
}

EXPORT ssize_t
__recvfrom_chk(int fd, void *to, size_t len, size_t size, int flags, struct sockaddr *from,
    socklen_t *from_len)
{
	if (from_len != NULL && is_nameless(fd, from)) {
		*from_len = 0;
		from = NULL;
		from_len = NULL;
	}
	return GATED(real.__recvfrom_chk(fd, to, len, size, flags, from, from_len), fd, INPUT,
	    flags);
}
