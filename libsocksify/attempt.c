/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/attempt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/health.h"
#include "libsocksify/pool.h"
#include "libsocksify/proxy_handshake.h"
#include "libsocksify/raw.h"
#include "libsocksify/real.h"
#include "libsocksify/report.h"

#define PLACE_TIMEOUT_MS	30000	/* by default, while there is another place */

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
attempt_init(struct attempt *a, int fd, int domain, uint64_t cookie, const struct route *route)
{
	memset(a, 0, sizeof(*a));
	a->socket = fd;
	a->domain = domain;
	a->cookie = cookie;
	a->waits = true;
	a->deadline = now_ms() + ATTEMPT_TIMEOUT_MS;
	a->route = *route;
}

void
attempt_resume(struct attempt *a, const struct attempt *from)
{
	struct connection *connection = a->connection;

	*a = *from;
	a->connection = connection;
	a->handshake.dst = &a->route.dst;
}

static bool
has_next_place(const struct attempt *a)
{
	struct place next = a->place;

	return place_next(&a->route, &next, a->domain);
}

bool
attempt_has_choice(const struct attempt *a)
{
	return has_next_place(a);
}

int64_t
attempt_place_deadline(const struct attempt *a)
{
	uint32_t seconds = a->route.settings->connect_timeout;

	if (a->over || (a->handshake.phase == HANDSHAKE_ANSWER && !a->handshake.outgoing))
		return INT64_MAX;
	if (seconds != 0)
		return a->begun + (int64_t)seconds * 1000;
	return has_next_place(a) ? a->begun + PLACE_TIMEOUT_MS : INT64_MAX;
}

/* Whether a failure to connect is of this one call, whatever the place. */
static bool
is_of_the_call(int error)
{
	switch (error) {
	case EBADF:
	case ENOTSOCK:
	case EISCONN:
	case EALREADY:
	case ECONNABORTED:
		return true;
	default:
		return false;
	}
}

/* Whether the network says that the place is not there. */
static bool
is_of_the_place(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

static void
fail_transport(struct attempt *a, int error)
{
	if (a->reached && (error == ECONNRESET || error == EPIPE || error == ENOTCONN))
		handshake_fail(&a->handshake, HANDSHAKE_HANGUP, 0);
	else if (!a->reached && is_of_the_call(error))
		handshake_fail(&a->handshake, HANDSHAKE_ABANDONED, error);
	else
		handshake_fail(&a->handshake, HANDSHAKE_TRANSPORT, error);
}

/* Sets out for the place. False: it has failed already. */
static bool
set_out(struct attempt *a)
{
	const struct endpoint *to = place_endpoint(&a->route, a->place, a->domain);
	int error = -ENETUNREACH;

	a->begun = now_ms();
	a->reached = false;
	proxy_handshake_start(&a->handshake, &a->route.dst, place_proxy(&a->route, a->place));
	/* What cannot be asked for. */
	if (handshake_ended(&a->handshake))
		return false;
	if (a->obstacle < 0 || a->domain == AF_UNIX)
		error = a->obstacle;
	else if (to != NULL)
		error = place_connect(a->socket, a->domain, to, a->waits);
	if (error < 0)
		fail_transport(a, -error);
	return error == 0;
}

/*
 * A port that the kernel chose for bind(2) it takes back when the socket is
 * dissolved; one that it has not, it refuses to bind again.
 */
static void
bind_again(const struct attempt *a)
{
	struct sockaddr_storage ss;
	struct endpoint own;
	socklen_t len = sizeof(ss);

	if (a->local_port == 0 || RAW(SYS_getsockname, a->socket, &ss, &len) < 0 ||
	    endpoint_from_sockaddr(&own, (struct sockaddr *)&ss, len) < 0)
		return;
	own.port = a->local_port;
	len = a->domain == AF_INET6 ? endpoint_to_sockaddr_in6(&own, &ss)
	    : endpoint_to_sockaddr(&own, &ss);
	RAW(SYS_bind, a->socket, &ss, len);
}

/*
 * The same on a socket that has been on its way to another place. Under the lock,
 * so that the program's close(2) or connect(2) comes before it, and leaves
 * nothing to be connected, or after it, and shuts down what has been.
 */
static bool
set_out_again(struct attempt *a)
{
	struct critical c;
	bool wanted, begun = false;

	if (a->connection != NULL)
		critical_lock(&c);
	wanted = a->connection == NULL || connection_is_wanted(a->connection);
	if (wanted) {
		attempt_disconnect(a->socket);
		bind_again(a);
		/* In the meantime the program may have made it a blocking one. */
		a->waits = true;
		begun = set_out(a);
	}
	if (a->connection != NULL)
		critical_unlock(&c);
	if (!wanted)
		attempt_fail(a, ECONNABORTED);
	return begun;
}

/* What the end of the handshake says of the place that was tried. */
enum verdict {
	VERDICT_WORKS,		/* it has answered the request */
	VERDICT_FAILED,		/* it has not, and that is the proxy's fault */
	VERDICT_UNREACHABLE,	/* it has not, for a reason of this machine's, or of its protocol */
	VERDICT_NONE,
};

static bool
has_address(const struct attempt *a)
{
	if (a->obstacle == -ENETUNREACH)
		return false;
	return a->domain == AF_UNIX || place_endpoint(&a->route, a->place, a->domain) != NULL;
}

static enum verdict
judge(const struct attempt *a)
{
	const struct handshake *h = &a->handshake;

	switch (h->cause) {
	case HANDSHAKE_NO_CAUSE:
	case HANDSHAKE_REFUSED:
	case HANDSHAKE_REFUSED_4:
	case HANDSHAKE_REFUSED_HTTP:
		return VERDICT_WORKS;
	case HANDSHAKE_HANGUP:
	case HANDSHAKE_MALFORMED:
	case HANDSHAKE_NO_METHOD:
	case HANDSHAKE_LOGIN_REFUSED:
		return VERDICT_FAILED;
	case HANDSHAKE_TRANSPORT:
		/* The target may be what took so long. */
		if (h->last == HANDSHAKE_ANSWER && h->detail == ETIMEDOUT)
			return VERDICT_NONE;
		return is_of_the_place(h->detail) && has_address(a) ? VERDICT_FAILED :
		    VERDICT_UNREACHABLE;
	case HANDSHAKE_UNSPEAKABLE:
		return VERDICT_UNREACHABLE;
	case HANDSHAKE_ABANDONED:
	case HANDSHAKE_CAUSES:
		break;
	}
	return VERDICT_NONE;
}

static void
tell(const struct attempt *a, bool again)
{
	struct report_try try = {
		.dst = &a->route.dst,
		.proxy = place_proxy(&a->route, a->place),
		.place = place_endpoint(&a->route, a->place, a->domain),
		.handshake = &a->handshake,
		.reached = a->reached,
		.again = again,
		.elapsed = now_ms() - a->begun,
	};

	report_try(a->route.settings, &try);
}

/* The handshake has ended: whether the next place, which @a is moved to, is to be tried. */
static bool
conclude(struct attempt *a)
{
	unsigned proxy = a->route.candidates[a->place.candidate];
	enum verdict verdict = judge(a);
	struct place next = a->place;
	bool wanted = (verdict == VERDICT_FAILED || verdict == VERDICT_UNREACHABLE) &&
	    now_ms() < a->deadline;
	bool again = wanted && place_next(&a->route, &next, a->domain);

	/* A proxy has failed when all its addresses have. */
	if (verdict == VERDICT_FAILED && (!again || next.candidate != a->place.candidate))
		health_failed(a->route.settings, proxy, health_now());
	else if (verdict == VERDICT_WORKS)
		health_worked(proxy);
	tell(a, again || (wanted && a->followed));
	a->place = next;
	a->over = !again;
	a->exhausted = wanted && !again;
	return again;
}

/* After a failure: on to the first place that can be set out for, or over. */
static void
go_on(struct attempt *a)
{
	while (conclude(a) && !set_out_again(a))
		continue;
}

void
attempt_begin(struct attempt *a)
{
	if (!set_out(a))
		go_on(a);
}

void
attempt_fail(struct attempt *a, int error)
{
	if (!a->over)
		handshake_fail(&a->handshake, HANDSHAKE_ABANDONED, error);
}

void
attempt_expire(struct attempt *a)
{
	if (!a->over)
		handshake_fail(&a->handshake, HANDSHAKE_TRANSPORT, ETIMEDOUT);
}

int
attempt_error(const struct attempt *a)
{
	return a->handshake.error;
}

bool
attempt_was_foreign(const struct attempt *a)
{
	int error = a->handshake.error;

	return a->handshake.cause == HANDSHAKE_ABANDONED &&
	    (error == EBADF || error == EISCONN || error == EALREADY);
}

/* Sends what there is to be sent: 0 when done, or the event to wait for; the end, on failure. */
static short
send_some(struct attempt *a)
{
	const uint8_t *data;
	size_t len;

	while ((len = handshake_output(&a->handshake, &data)) > 0) {
		long n = RAW(SYS_sendto, a->socket, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n == -EAGAIN || n == -EINPROGRESS)
			return POLLOUT;
		if (n >= 0) {
			a->reached = true;
			handshake_sent(&a->handshake, (size_t)n);
		} else if (n != -EINTR) {
			fail_transport(a, (int)-n);
		}
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
			handshake_fail(&a->handshake, HANDSHAKE_HANGUP, 0);
		else if (n == -EAGAIN)
			return POLLIN;
		else if (n != -EINTR)
			fail_transport(a, (int)-n);
	}
	return 0;
}

short
attempt_step(struct attempt *a)
{
	while (!a->over) {
		short wanted = send_some(a);

		if (wanted == 0)
			wanted = receive_some(a);
		if (wanted != 0)
			return wanted;
		if (handshake_ended(&a->handshake))
			go_on(a);
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
	n = (real.poll)(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
	return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

/* When attempt_expire() is due, for the place or for all of it. */
static int64_t
due(const struct attempt *a)
{
	int64_t place = attempt_place_deadline(a);

	return place < a->deadline ? place : a->deadline;
}

int
attempt_run(struct attempt *a, bool interruptible, int64_t limit)
{
	short events;

	while ((events = attempt_step(a)) != 0) {
		int64_t own = due(a), until = limit >= 0 && limit < own ? limit : own;
		int error = wait_for(a->socket, events, until);

		if (error == -EINTR && interruptible && interruption_counts())
			return -EINTR;
		if (error == -ETIMEDOUT && until == own)
			attempt_expire(a);
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

/*
 * An AF_INET6 socket that has been on its way to an IPv4 address sends all that it
 * sends by IPv4 from then on, dissolved or not, until an attempt at one fails at
 * once (Linux, tcp_v6_connect): that at the broadcast address does, and sends nothing.
 */
static void
forget_mapped(int fd)
{
	struct sockaddr_in6 broadcast = { .sin6_family = AF_INET6, .sin6_port = htons(1) };

	memset(&broadcast.sin6_addr.s6_addr[10], 0xff, 6);
	RAW(SYS_connect, fd, &broadcast, sizeof(broadcast));
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
	else
		forget_mapped(fd);
	RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &len);
}
