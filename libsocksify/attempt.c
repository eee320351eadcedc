/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/attempt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "libsocksify/connection.h"
#include "libsocksify/pool.h"
#include "libsocksify/raw.h"
#include "libsocksify/real.h"

static struct pool pool = POOL_OF(struct attempt);

int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct attempt *
attempt_new(void)
{
	return pool_take(&pool);
}

void
attempt_free(struct attempt *a)
{
	attempt_fini(a);
	pool_give(&pool, a);
}

void
attempt_init(struct attempt *a, int fd, uint64_t cookie, const struct route *route)
{
	a->next = NULL;
	a->previous = NULL;
	a->connection = NULL;
	a->socket = fd;
	a->cookie = cookie;
	a->deadline = now_ms() + ATTEMPT_TIMEOUT_MS;
	a->route = *route;
	handshake_start(&a->handshake, SOCKS5_CONNECT, &a->route.dst, route->proxy->username,
	    route->proxy->password);
}

void
attempt_resume(struct attempt *a, const struct attempt *from)
{
	a->deadline = from->deadline;
	a->handshake = from->handshake;
	a->handshake.dst = &a->route.dst;
}

void
attempt_fail(struct attempt *a, int error)
{
	handshake_fail(&a->handshake, error);
}

int
attempt_error(const struct attempt *a)
{
	return a->handshake.error;
}

/*
 * What the program sees when the way to the proxy breaks. As long as TCP
 * connects, the kernel's own word; later, a proxy that hangs up is one that
 * refuses.
 */
static int
transport_error(int error)
{
	switch (error) {
	case ECONNRESET:
	case EPIPE:
	case ENOTCONN:
		return ECONNREFUSED;
	default:
		return error;
	}
}

/* Sends what there is to be sent: 0 when done, or the event to wait for; the end, on failure. */
static short
send_some(struct attempt *a)
{
	const uint8_t *data;
	size_t len;

	while ((len = handshake_output(&a->handshake, &data)) > 0) {
		long n = RAW(SYS_sendto, a->socket, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n >= 0)
			handshake_sent(&a->handshake, (size_t)n);
		else if (n == -EAGAIN || n == -EINPROGRESS)
			return POLLOUT;
		else if (n != -EINTR)
			attempt_fail(a, transport_error((int)-n));
	}
	return 0;
}

static short
receive_some(struct attempt *a)
{
	uint8_t *room;
	size_t len;

	while ((len = handshake_wants(&a->handshake, &room)) > 0) {
		long n = RAW(SYS_recvfrom, a->socket, room, len, MSG_DONTWAIT);

		if (n > 0)
			handshake_received(&a->handshake, (size_t)n);
		else if (n == 0)
			attempt_fail(a, ECONNREFUSED);
		else if (n == -EAGAIN)
			return POLLIN;
		else if (n != -EINTR)
			attempt_fail(a, transport_error((int)-n));
	}
	return 0;
}

short
attempt_step(struct attempt *a)
{
	while (!handshake_ended(&a->handshake)) {
		short wanted = send_some(a);

		if (wanted == 0)
			wanted = receive_some(a);
		if (wanted != 0)
			return wanted;
	}
	return 0;
}

/* Waits for @events until @until: 0, -EINTR, or -ETIMEDOUT. */
static int
wait_for(int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = until - now_ms();
	int n;

	if (left <= 0)
		return -ETIMEDOUT;
	n = real.poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
	return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

int
attempt_run(struct attempt *a, bool interruptible, int64_t limit)
{
	int64_t until = limit >= 0 && limit < a->deadline ? limit : a->deadline;
	short events;

	while ((events = attempt_step(a)) != 0) {
		int error = wait_for(a->socket, events, until);

		if (error == -EINTR && interruptible && interruption_counts())
			return -EINTR;
		if (error == -ETIMEDOUT && until == a->deadline)
			attempt_fail(a, ETIMEDOUT);
		else if (error == -ETIMEDOUT)
			return -EINPROGRESS;
		/* While this thread waited, another one may have closed the descriptor. */
		if (socket_cookie(a->socket) != a->cookie)
			return -EBADF;
	}
	return 0;
}

void
attempt_fini(struct attempt *a)
{
	handshake_fini(&a->handshake);
}

void
attempt_disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int error;
	socklen_t len = sizeof(error);

	/* A UNIX socket cannot be dissolved. */
	if (RAW(SYS_connect, fd, &none, sizeof(none)) < 0)
		RAW(SYS_shutdown, fd, SHUT_RDWR);
	RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &len);
}
