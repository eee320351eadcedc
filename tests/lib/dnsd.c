/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "tests/lib/dnsd.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/loop.h"

#define HEADER_SIZE	12
#define MESSAGE_SIZE	512
#define TCP_MAX		16

enum { RCODE_OK, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3 };
enum { TYPE_A = 1, TYPE_AAAA = 28 };

struct question {
	char	 name[256];
	int	 family;
	size_t	 end;		/* in the message */
};

/* An answer on its way. */
struct reply {
	LIST_ENTRY(reply)	 entry;
	struct loop_timer	 timer;
	struct sockaddr_in	 to;		/* UDP */
	int			 fd;		/* of the connection; -1: UDP */
	uint8_t			 message[2 + MESSAGE_SIZE]; /* length first, as in TCP */
	size_t			 len;		/* of the message, without that */
};

static struct {
	const struct dnsd_record *records;
	size_t			 count;
	int			 udp, listener;
	struct loop_io		 udp_io, listener_io;
	struct loop_io		 tcp_io[TCP_MAX];
	int			 tcp[TCP_MAX];
	unsigned		 tcp_count;
	LIST_HEAD(, reply)	 replies;
	unsigned		 questions;
	char			 text[32];
} dnsd;

/* 0, or -1 for what a test's resolver does not send. */
static int
parse_question(const uint8_t *m, size_t len, struct question *q)
{
	size_t at = HEADER_SIZE, out = 0;

	while (at < len && m[at] != 0) {
		size_t n = m[at++];

		if (n > 63 || at + n >= len || out + n + 1 >= sizeof(q->name))
			return -1;
		memcpy(q->name + out, m + at, n);
		out += n;
		at += n;
		q->name[out++] = '.';
	}
	if (out == 0 || at + 5 > len)
		return -1;
	q->name[out - 1] = '\0';
	q->family = m[at + 2] == TYPE_AAAA ? AF_INET6 : m[at + 2] == TYPE_A ? AF_INET : AF_UNSPEC;
	q->end = at + 5;
	return 0;
}

static const struct dnsd_record *
find_record(const struct question *q, int *rcode)
{
	*rcode = RCODE_NXDOMAIN;
	for (size_t i = 0; i < dnsd.count; i++) {
		if (strcasecmp(dnsd.records[i].name, q->name) != 0)
			continue;
		*rcode = RCODE_OK;
		if (dnsd.records[i].family == q->family)
			return &dnsd.records[i];
	}
	return NULL;
}

/* Appends one address record, its name a pointer to the question's. */
static void
put_address(struct reply *r, int family, const char *text)
{
	uint8_t head[12] = { 0xc0, HEADER_SIZE, 0, family == AF_INET ? TYPE_A : TYPE_AAAA, 0, 1,
	    0, 0, 0, 60, 0, family == AF_INET ? 4 : 16 };
	uint8_t *m = r->message + 2;

	if (r->len + sizeof(head) + 16 > MESSAGE_SIZE)
		errx(1, "dnsd: too many addresses");
	memcpy(m + r->len, head, sizeof(head));
	r->len += sizeof(head);
	if (inet_pton(family, text, m + r->len) != 1)
		errx(1, "dnsd: bad address %s", text);
	r->len += head[11];
	m[7]++;
}

static void
put_addresses(struct reply *r, const struct dnsd_record *record)
{
	char *list = strdup(record->addresses), *rest = list, *text;

	while ((text = strsep(&rest, ",")) != NULL)
		put_address(r, record->family, text);
	free(list);
}

static void
send_reply(void *arg)
{
	struct reply *r = arg;
	ssize_t n;

	r->message[0] = (uint8_t)(r->len >> 8);
	r->message[1] = (uint8_t)r->len;
	if (r->fd >= 0)
		n = send(r->fd, r->message, r->len + 2, MSG_NOSIGNAL);
	else
		n = sendto(dnsd.udp, r->message + 2, r->len, 0, (struct sockaddr *)&r->to,
		    sizeof(r->to));
	if (n < 0)
		warn("dnsd: send");
	LIST_REMOVE(r, entry);
	free(r);
}

static void
answer(const uint8_t *m, size_t len, int fd, const struct sockaddr_in *to)
{
	const struct dnsd_record *record;
	struct question q;
	struct reply *r;
	int rcode;

	if (len > MESSAGE_SIZE || parse_question(m, len, &q) < 0)
		errx(1, "dnsd: not a question");
	dnsd.questions++;
	record = find_record(&q, &rcode);
	if (record != NULL && record->action == DNSD_SILENCE)
		return;
	if (record != NULL && record->action == DNSD_SERVFAIL)
		rcode = RCODE_SERVFAIL;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		err(1, "dnsd");
	r->fd = fd;
	if (to != NULL)
		r->to = *to;
	r->len = q.end;
	memcpy(r->message + 2, m, q.end);
	r->message[4] = 0x81;	/* a response; recursion was desired */
	r->message[5] = (uint8_t)(0x80 | rcode);
	memset(r->message + 8, 0, 6);
	if (record != NULL && record->action == DNSD_TRUNCATE && fd < 0)
		r->message[4] |= 2;
	else if (record != NULL && record->addresses != NULL && rcode == RCODE_OK)
		put_addresses(r, record);
	LIST_INSERT_HEAD(&dnsd.replies, r, entry);
	loop_timer_set(&r->timer, record == NULL ? 0 : record->delay_ms, send_reply, r);
}

static void
udp_ready(int fd, unsigned events UNUSED, void *arg UNUSED)
{
	uint8_t m[MESSAGE_SIZE];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, m, sizeof(m), 0, (struct sockaddr *)&from, &len);

	if (n > 0)
		answer(m, (size_t)n, -1, &from);
}

/* One question a connection, in one piece: all that c-ares does. */
static void
tcp_ready(int fd, unsigned events UNUSED, void *arg)
{
	uint8_t m[2 + MESSAGE_SIZE];
	ssize_t n = recv(fd, m, sizeof(m), 0);

	if (n > 2)
		answer(m + 2, (size_t)n - 2, fd, NULL);
	else
		loop_io_del(arg);
}

static void
listener_ready(int fd, unsigned events UNUSED, void *arg UNUSED)
{
	unsigned i = dnsd.tcp_count++;

	if (i == TCP_MAX)
		errx(1, "dnsd: too many connections");
	dnsd.tcp[i] = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	loop_io_add(&dnsd.tcp_io[i], dnsd.tcp[i], LOOP_READ, tcp_ready, &dnsd.tcp_io[i]);
}

/* One port for UDP and TCP; false when what UDP was given is taken for TCP. */
static bool
listen_on_a_port(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(sin);

	dnsd.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	dnsd.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (dnsd.listener < 0 || dnsd.udp < 0 ||
	    bind(dnsd.udp, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    getsockname(dnsd.udp, (struct sockaddr *)&sin, &len) < 0)
		err(1, "dnsd: cannot bind");
	if (bind(dnsd.listener, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    listen(dnsd.listener, TCP_MAX) < 0) {
		close(dnsd.listener);
		close(dnsd.udp);
		return false;
	}
	snprintf(dnsd.text, sizeof(dnsd.text), "127.0.0.1:%u", ntohs(sin.sin_port));
	return true;
}

const char *
dnsd_start(const struct dnsd_record *records, size_t count)
{
	memset(&dnsd, 0, sizeof(dnsd));
	dnsd.records = records;
	dnsd.count = count;
	while (!listen_on_a_port())
		continue;
	loop_io_add(&dnsd.udp_io, dnsd.udp, LOOP_READ, udp_ready, NULL);
	loop_io_add(&dnsd.listener_io, dnsd.listener, LOOP_READ, listener_ready, NULL);
	return dnsd.text;
}

void
dnsd_stop(void)
{
	struct reply *r;

	while ((r = LIST_FIRST(&dnsd.replies)) != NULL) {
		loop_timer_cancel(&r->timer);
		LIST_REMOVE(r, entry);
		free(r);
	}
	for (unsigned i = 0; i < dnsd.tcp_count; i++) {
		loop_io_del(&dnsd.tcp_io[i]);
		close(dnsd.tcp[i]);
	}
	loop_io_del(&dnsd.udp_io);
	loop_io_del(&dnsd.listener_io);
	close(dnsd.udp);
	close(dnsd.listener);
}

unsigned
dnsd_questions(void)
{
	return dnsd.questions;
}
