/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/nameserver.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/dns_message.h"
#include "libsocksify/attempt.h"
#include "libsocksify/connect.h"
#include "libsocksify/names.h"
#include "libsocksify/raw.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"
#include "libsocksify/resolve.h"
#include "libsocksify/settings_load.h"

#define DEADLINE_MS	10000	/* for all of it: twice what the C library gives a server */
#define DNS_PORT	53

/* One exchange. */
struct exchange {
	int	fd;
	int64_t	deadline;	/* of the monotonic clock, in ms */
};

/* Where it is: 0, or a positive errno. */
static int
find_server(struct endpoint *address)
{
	bool failed;
	const struct settings *settings = settings_load(&failed);
	struct hosts_answer answer;
	struct host server;
	uint16_t port;

	if (settings == NULL || settings->nameserver == 0)
		return ECONNREFUSED;
	if (host_parse_port(&server, settings_text(settings, settings->nameserver)) < 0)
		return EINVAL;
	port = host_port(&server);
	*address = server.endpoint;
	if (server.type == HOST_NAME) {
		/* One that only the C library's resolver knows would have to be asked for first. */
		if (resolve_name(server.name, AF_UNSPEC, &answer) != 0)
			return EHOSTUNREACH;
		*address = answer.addresses[0];
	}
	address->port = port != 0 ? port : DNS_PORT;
	return 0;
}

/* connect(2) as the program's own would go: 0, or a positive errno. */
static int
exchange_connect(const struct exchange *x, const struct endpoint *server)
{
	struct timeval limit = { .tv_sec = DEADLINE_MS / 1000 };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(server, &ss);
	int rc;

	RAW(SYS_setsockopt, x->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	/* After a signal the connection goes on being made, and this waits for it. */
	do {
		rc = connect_routed(x->fd, (struct sockaddr *)&ss, len);
		if (rc == CONNECT_DIRECT)
			rc = (int)RAW(SYS_connect, x->fd, &ss, len);
	} while ((rc == -EINTR || rc == -EALREADY) && now_ms() < x->deadline);
	if (rc == 0 || rc == -EISCONN)
		return 0;
	return rc == -EINTR || rc == -EALREADY || rc == -EINPROGRESS ? ETIMEDOUT : -rc;
}

/* Waits for POLLIN or POLLOUT: 0, or a positive errno. */
static int
exchange_wait(const struct exchange *x, short events)
{
	struct pollfd p = { .fd = x->fd, .events = events };
	int64_t left;
	int n;

	do {
		left = x->deadline - now_ms();
		n = left > 0 ? real.poll(&p, 1, (int)left) : 0;
	} while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : ETIMEDOUT;
}

static int
exchange_send(const struct exchange *x, const uint8_t *data, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		int error = exchange_wait(x, POLLOUT);
		long n = error != 0 ? -error : RAW(SYS_sendto, x->fd, data + sent, len - sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);

		if (n >= 0)
			sent += (size_t)n;
		else if (n != -EAGAIN && n != -EINTR)
			return (int)-n;
	}
	return 0;
}

static int
exchange_receive(const struct exchange *x, uint8_t *to, size_t len)
{
	size_t got = 0;

	while (got < len) {
		int error = exchange_wait(x, POLLIN);
		long n = error != 0 ? -error : RAW(SYS_recvfrom, x->fd, to + got, len - got,
		    MSG_DONTWAIT, NULL, NULL);

		if (n > 0)
			got += (size_t)n;
		else if (n == 0)
			return ECONNRESET;
		else if (n != -EAGAIN && n != -EINTR)
			return (int)-n;
	}
	return 0;
}

/* Receives the rest of an answer of @len bytes, of which @done are there; what is too much is lost. */
static int
receive_rest(const struct exchange *x, uint8_t *answer, size_t size, size_t done, size_t len)
{
	uint8_t lost[512];
	int error = 0;

	if (done < size && done < len) {
		size_t n = (len < size ? len : size) - done;

		error = exchange_receive(x, answer + done, n);
		done += n;
	}
	while (error == 0 && done < len) {
		size_t n = len - done < sizeof(lost) ? len - done : sizeof(lost);

		error = exchange_receive(x, lost, n);
		done += n;
	}
	return error;
}

/* RFC 1035 section 4.2.2: two bytes of length before each message. */
static int
exchange_receive_answer(const struct exchange *x, const struct dns_query *query, uint8_t *answer,
    size_t size, size_t *whole)
{
	uint8_t head[DNS_QUERY_SIZE], prefix[2];
	struct dns_reply reply;
	size_t len, n;
	int error = exchange_receive(x, prefix, sizeof(prefix));

	if (error != 0)
		return error;
	len = (size_t)prefix[0] << 8 | prefix[1];
	n = len < sizeof(head) ? len : sizeof(head);
	error = exchange_receive(x, head, n);
	if (error != 0)
		return error;
	if (dns_parse_reply(head, n, query, &reply) < 0)
		return EPROTO;
	memcpy(answer, head, n < size ? n : size);
	*whole = len;
	return receive_rest(x, answer, size, n, len);
}

static int
exchange_run(const struct exchange *x, const struct endpoint *server, const uint8_t *query,
    size_t len, const struct dns_query *q, uint8_t *answer, size_t size, size_t *whole)
{
	uint8_t prefix[2] = { (uint8_t)(len >> 8), (uint8_t)len };
	int error = exchange_connect(x, server);

	if (error == 0)
		error = exchange_send(x, prefix, sizeof(prefix));
	if (error == 0)
		error = exchange_send(x, query, len);
	if (error == 0)
		error = exchange_receive_answer(x, q, answer, size, whole);
	return error;
}

int
nameserver_ask(const uint8_t *query, size_t len, uint8_t *answer, size_t size, size_t *whole)
{
	struct exchange x = { .deadline = now_ms() + DEADLINE_MS };
	struct endpoint server;
	struct dns_query q;
	int saved = errno, error;

	if (len > DNS_MESSAGE_MAX || dns_parse_query(query, len, &q) < 0)
		return EINVAL;
	error = find_server(&server);
	if (error != 0)
		return error;
	x.fd = (int)RAW(SYS_socket, server.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (x.fd < 0)
		return -x.fd;
	records_made(x.fd, false);
	error = exchange_run(&x, &server, query, len, &q, answer, size, whole);
	records_drop(x.fd);
	RAW(SYS_close, x.fd);
	errno = saved;
	return error;
}
