/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/handshake.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "common/compiler.h"
#include "common/cursor.h"

static void	 build_greeting(struct handshake *h, struct writer *w);
static void	 build_login(struct handshake *h, struct writer *w);
static void	 build_request(struct handshake *h, struct writer *w);
static ssize_t	 take_method(struct handshake *h);
static ssize_t	 take_login(struct handshake *h);
static ssize_t	 take_answer(struct handshake *h);
static size_t	 pair_missing(const struct handshake *h);
static size_t	 answer_missing(const struct handshake *h);

/* One row a phase: what is sent on entering it, and how the answer is read. */
static const struct {
	const char	*text;
	void		(*build)(struct handshake *h, struct writer *w);
	/* How many bytes the answer still lacks; 0: it is complete. */
	size_t		(*missing)(const struct handshake *h);
	/* Moves on if it is complete; what the parser returned. */
	ssize_t		(*take)(struct handshake *h);
} phases[] = {
	[HANDSHAKE_METHOD] = { "greeting", build_greeting, pair_missing, take_method },
	[HANDSHAKE_LOGIN] = { "authentication", build_login, pair_missing, take_login },
	[HANDSHAKE_ANSWER] = { "request", build_request, answer_missing, take_answer },
	[HANDSHAKE_DONE] = { "done", NULL, NULL, NULL },
	[HANDSHAKE_FAILED] = { "failed", NULL, NULL, NULL },
};

_Static_assert(ARRAY_SIZE(phases) == HANDSHAKE_FAILED + 1, "a row for every phase");

/* What connect(2) says; 0: it depends on the detail. */
static const int errors[] = {
	[HANDSHAKE_TRANSPORT] = 0,
	/* Nobody is there who could be connected to. */
	[HANDSHAKE_HANGUP] = ECONNREFUSED,
	[HANDSHAKE_MALFORMED] = ECONNREFUSED,
	/* Somebody is, who does not let us. */
	[HANDSHAKE_NO_METHOD] = EACCES,
	[HANDSHAKE_LOGIN_REFUSED] = EACCES,
	[HANDSHAKE_REFUSED] = 0,
	[HANDSHAKE_UNSPEAKABLE] = EINVAL,
	[HANDSHAKE_ABANDONED] = 0,
};

_Static_assert(ARRAY_SIZE(errors) == HANDSHAKE_CAUSES, "a row for every cause");

int
handshake_errno(enum handshake_cause cause, int detail)
{
	if (errors[cause] != 0)
		return errors[cause];
	if (cause == HANDSHAKE_REFUSED)
		return socks5_reply_errno((uint8_t)detail);
	/* Errors of connected sockets, which connect(2) does not have. */
	if (detail == ECONNRESET || detail == EPIPE || detail == ENOTCONN)
		return ECONNREFUSED;
	return detail;
}

static void
handshake_enter(struct handshake *h, enum handshake_phase phase)
{
	struct writer w;

	explicit_bzero(h->message, h->len);
	if (!handshake_ended(h))
		h->last = h->phase;
	h->phase = phase;
	h->pos = 0;
	h->len = 0;
	h->outgoing = phases[phase].build != NULL;
	if (!h->outgoing)
		return;
	writer_init(&w, h->message, sizeof(h->message));
	phases[phase].build(h, &w);
	if (w.bad) {
		handshake_fail(h, HANDSHAKE_UNSPEAKABLE, 0);
		return;
	}
	h->len = (uint16_t)w.len;
}

static void
build_greeting(struct handshake *h, struct writer *w)
{
	uint8_t methods[2], count = 0;

	if ((h->offers & HANDSHAKE_OFFER_NONE) != 0)
		methods[count++] = SOCKS5_METHOD_NONE;
	if ((h->offers & HANDSHAKE_OFFER_USERNAME) != 0)
		methods[count++] = SOCKS5_METHOD_USERNAME;
	socks5_build_greeting(w, methods, count);
}

static void
build_login(struct handshake *h, struct writer *w)
{
	socks5_build_auth(w, h->username, h->password);
}

static void
build_request(struct handshake *h, struct writer *w)
{
	socks5_build_request(w, h->command, h->dst);
}

/* Method and login status are two bytes. */
static size_t
pair_missing(const struct handshake *h)
{
	return h->len < 2 ? 2 - (size_t)h->len : 0;
}

/* A refusal is known by its second byte, whatever follows, if anything does. */
static bool
is_refusal(const struct handshake *h)
{
	return h->len >= 2 && h->message[0] == SOCKS5_VERSION && h->message[1] != SOCKS5_SUCCEEDED;
}

static size_t
answer_missing(const struct handshake *h)
{
	return is_refusal(h) ? 0 : socks5_address_missing(h->message, h->len);
}

static ssize_t
take_method(struct handshake *h)
{
	uint8_t method;
	ssize_t n = socks5_parse_method(h->message, h->len, &method);

	if (n <= 0)
		return n;
	if (method == SOCKS5_METHOD_NO_ACCEPTABLE)
		handshake_fail(h, HANDSHAKE_NO_METHOD, 0);
	else if (method == SOCKS5_METHOD_USERNAME && (h->offers & HANDSHAKE_OFFER_USERNAME) != 0)
		handshake_enter(h, HANDSHAKE_LOGIN);
	else if (method == SOCKS5_METHOD_NONE && (h->offers & HANDSHAKE_OFFER_NONE) != 0)
		handshake_enter(h, HANDSHAKE_ANSWER);
	else
		return -EPROTO;
	return n;
}

static ssize_t
take_login(struct handshake *h)
{
	uint8_t status;
	ssize_t n = socks5_parse_auth_status(h->message, h->len, &status);

	if (n <= 0)
		return n;
	if (status != 0)
		handshake_fail(h, HANDSHAKE_LOGIN_REFUSED, 0);
	else
		handshake_enter(h, HANDSHAKE_ANSWER);
	return n;
}

static ssize_t
take_answer(struct handshake *h)
{
	struct socks5_answer answer;
	ssize_t n;

	if (is_refusal(h)) {
		h->reply = h->message[1];
		handshake_fail(h, HANDSHAKE_REFUSED, h->reply);
		return 1;
	}
	n = socks5_parse_answer(h->message, h->len, &answer);
	if (n <= 0)
		return n;
	h->reply = answer.reply;
	h->bnd = answer.bnd;
	handshake_enter(h, HANDSHAKE_DONE);
	return n;
}

void
handshake_start(struct handshake *h, uint8_t command, const struct host *dst, uint8_t offers,
    const char *username, const char *password)
{
	bool named = username[0] != '\0';

	memset(h, 0, sizeof(*h));
	h->command = command;
	h->dst = dst;
	h->username = username;
	h->password = password;
	h->offers = offers != 0 ? offers : named ? HANDSHAKE_OFFER_USERNAME : HANDSHAKE_OFFER_NONE;
	if (!named)
		h->offers &= (uint8_t)~HANDSHAKE_OFFER_USERNAME;
	if (h->offers == 0)
		handshake_fail(h, HANDSHAKE_NO_METHOD, 0);
	else
		handshake_enter(h, HANDSHAKE_METHOD);
}

bool
handshake_ended(const struct handshake *h)
{
	return h->phase == HANDSHAKE_DONE || h->phase == HANDSHAKE_FAILED;
}

size_t
handshake_output(const struct handshake *h, const uint8_t **data)
{
	*data = h->message + h->pos;
	return h->outgoing ? (size_t)(h->len - h->pos) : 0;
}

void
handshake_sent(struct handshake *h, size_t n)
{
	h->pos = (uint16_t)(h->pos + n);
	if (h->pos < h->len)
		return;
	explicit_bzero(h->message, h->len);
	h->outgoing = false;
	h->len = 0;
	h->pos = 0;
}

size_t
handshake_wants(struct handshake *h, uint8_t **room)
{
	*room = h->message + h->len;
	if (h->outgoing || handshake_ended(h))
		return 0;
	return phases[h->phase].missing(h);
}

void
handshake_received(struct handshake *h, size_t n)
{
	h->len = (uint16_t)(h->len + n);
	/* What cannot be understood is no proxy, which is to say nobody to connect to. */
	if (phases[h->phase].take(h) < 0)
		handshake_fail(h, HANDSHAKE_MALFORMED, 0);
}

void
handshake_fail(struct handshake *h, enum handshake_cause cause, int detail)
{
	handshake_enter(h, HANDSHAKE_FAILED);
	h->cause = cause;
	h->detail = detail;
	h->error = handshake_errno(cause, detail);
}

void
handshake_fini(struct handshake *h)
{
	explicit_bzero(h->message, sizeof(h->message));
}

const char *
handshake_phase_text(enum handshake_phase phase)
{
	return phases[phase].text;
}
