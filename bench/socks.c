/* SPDX-License-Identifier: ISC */
#include "bench/socks.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void
send_next(struct socks *s, enum socks_stage then, size_t len)
{
	s->stage = then;
	s->sending = true;
	s->have = 0;
	s->want = (uint16_t)len;
}

static void
greet(struct socks *s)
{
	uint8_t *b = s->buffer;

	b[0] = 5;
	b[1] = 1;
	b[2] = s->options->user != NULL ? 2 : 0;
	send_next(s, SOCKS_METHOD, 3);
}

/* RFC 1929; main() has checked both lengths. */
static void
authenticate(struct socks *s)
{
	size_t user = strlen(s->options->user), password = strlen(s->options->password);
	uint8_t *b = s->buffer;

	*b++ = 1;
	*b++ = (uint8_t)user;
	memcpy(b, s->options->user, user);
	b += user;
	*b++ = (uint8_t)password;
	memcpy(b, s->options->password, password);
	send_next(s, SOCKS_STATUS, 3 + user + password);
}

static void
request(struct socks *s)
{
	static const uint8_t connect_ipv4[4] = { 5, 1, 0, 1 };
	uint8_t *b = s->buffer;

	memcpy(b, connect_ipv4, 4);
	memcpy(b + 4, &s->target.sin_addr, 4);
	memcpy(b + 8, &s->target.sin_port, 2);
	send_next(s, SOCKS_REPLY, 10);
}

void
socks_init(struct socks *s, const struct load_options *o, const struct sockaddr_in *target)
{
	s->options = o;
	s->target = *target;
	greet(s);
}

/* How long the reply is, as far as its first @have bytes tell; 0: malformed. */
static size_t
reply_size(const uint8_t *b, size_t have)
{
	if (have < 5)
		return 5;
	switch (b[3]) {
	case 1:
		return 4 + 4 + 2;
	case 3:
		return 4 + 1 + (size_t)b[4] + 2;
	case 4:
		return 4 + 16 + 2;
	default:
		return 0;
	}
}

/* A whole answer is here: what follows it. 0, 1 when all is done, or -errno. */
static int
answered(struct socks *s)
{
	const uint8_t *b = s->buffer;

	switch (s->stage) {
	case SOCKS_METHOD:
		if (b[0] != 5)
			return -EPROTO;
		if (b[1] != (s->options->user != NULL ? 2 : 0))
			return -EACCES;
		if (b[1] == 2)
			authenticate(s);
		else
			request(s);
		return 0;
	case SOCKS_STATUS:
		if (b[1] != 0)
			return -EACCES;
		request(s);
		return 0;
	default:
		if (b[0] != 5)
			return -EPROTO;
		s->stage = SOCKS_DONE;
		return b[1] == 0 ? 1 : -ECONNREFUSED;
	}
}

/* 1 when the answer is complete, 0 when more must come, or -errno. */
static int
receive(struct socks *s, int fd)
{
	while (s->have < s->want) {
		ssize_t n = recv(fd, s->buffer + s->have, (size_t)(s->want - s->have), 0);

		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n == 0)
			return -EPROTO;
		s->have = (uint16_t)(s->have + n);
		if (s->stage == SOCKS_REPLY) {
			s->want = (uint16_t)reply_size(s->buffer, s->have);
			if (s->want == 0)
				return -EPROTO;
		}
	}
	return 1;
}

/* 1 when the message is out, and the answer may be waited for. */
static int
transmit(struct socks *s, int fd)
{
	while (s->have < s->want) {
		ssize_t n = send(fd, s->buffer + s->have, (size_t)(s->want - s->have), MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		s->have = (uint16_t)(s->have + n);
	}
	s->sending = false;
	s->have = 0;
	s->want = s->stage == SOCKS_REPLY ? 5 : 2;
	return 1;
}

/* After a message went out the answer cannot be there yet: no read is tried for it. */
int
socks_step(struct socks *s, int fd)
{
	int rc;

	if (!s->sending) {
		rc = receive(s, fd);
		if (rc == 1)
			rc = answered(s);
		if (rc != 0 || !s->sending)
			return rc;
	}
	rc = transmit(s, fd);
	return rc < 0 ? rc : 0;
}

bool
socks_wants_write(const struct socks *s)
{
	return s->sending;
}
