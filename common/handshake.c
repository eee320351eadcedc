/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/handshake.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "common/compiler.h"
#include "common/cursor.h"
#include "common/socks4.h"

static void	 build_greeting(struct handshake *h, struct writer *w);
static void	 build_login(struct handshake *h, struct writer *w);
static void	 build_request(struct handshake *h, struct writer *w);
static void	 build_socks4(struct handshake *h, struct writer *w);
static void	 build_http(struct handshake *h, struct writer *w);
static ssize_t	 take_method(struct handshake *h);
static ssize_t	 take_login(struct handshake *h);
static ssize_t	 take_answer(struct handshake *h);
static ssize_t	 take_socks4(struct handshake *h);
static ssize_t	 take_http(struct handshake *h);
static size_t	 pair_missing(const struct handshake *h);
static size_t	 answer_missing(const struct handshake *h);
static size_t	 socks4_missing(const struct handshake *h);
static size_t	 http_missing(const struct handshake *h);

static const char *const texts[] = {
	[HANDSHAKE_METHOD] = "greeting",
	[HANDSHAKE_LOGIN] = "authentication",
	[HANDSHAKE_ANSWER] = "request",
	[HANDSHAKE_DONE] = "done",
	[HANDSHAKE_FAILED] = "failed",
};

_Static_assert(ARRAY_SIZE(texts) == HANDSHAKE_FAILED + 1, "a text for every phase");

/* What is sent on entering a phase, and how the answer is read. */
struct step {
	void	(*build)(struct handshake *h, struct writer *w);
	/* How many bytes the answer still lacks; 0: it is complete. */
	size_t	(*missing)(const struct handshake *h);
	/* Moves on if it is complete; 0 or more, or -errno for what is no answer. */
	ssize_t	(*take)(struct handshake *h);
};

static const struct protocol {
	enum handshake_phase	first;
	struct step		steps[HANDSHAKE_DONE];
} protocols[] = {
	[HANDSHAKE_SOCKS5] = { HANDSHAKE_METHOD, {
		[HANDSHAKE_METHOD] = { build_greeting, pair_missing, take_method },
		[HANDSHAKE_LOGIN] = { build_login, pair_missing, take_login },
		[HANDSHAKE_ANSWER] = { build_request, answer_missing, take_answer },
	} },
	[HANDSHAKE_SOCKS4] = { HANDSHAKE_ANSWER, {
		[HANDSHAKE_ANSWER] = { build_socks4, socks4_missing, take_socks4 },
	} },
	[HANDSHAKE_SOCKS4A] = { HANDSHAKE_ANSWER, {
		[HANDSHAKE_ANSWER] = { build_socks4, socks4_missing, take_socks4 },
	} },
	[HANDSHAKE_HTTP] = { HANDSHAKE_ANSWER, {
		[HANDSHAKE_ANSWER] = { build_http, http_missing, take_http },
	} },
};

_Static_assert(ARRAY_SIZE(protocols) == HANDSHAKE_PROTOCOLS, "a row for every protocol");
_Static_assert(HTTP_CONNECT_MAX >= SOCKS5_MESSAGE_MAX && HTTP_CONNECT_MAX >= SOCKS4_REQUEST_MAX,
    "every message fits");

static const struct step *
step_of(const struct handshake *h)
{
	return &protocols[h->server.protocol].steps[h->phase];
}

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
	[HANDSHAKE_REFUSED_4] = 0,
	[HANDSHAKE_REFUSED_HTTP] = 0,
	[HANDSHAKE_UNSPEAKABLE] = 0,
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
	if (cause == HANDSHAKE_REFUSED_4)
		return socks4_code_errno((uint8_t)detail);
	if (cause == HANDSHAKE_REFUSED_HTTP)
		return http_status_errno((unsigned)detail);
	/* Errors of connected sockets, which connect(2) does not have. */
	if (detail == ECONNRESET || detail == EPIPE || detail == ENOTCONN)
		return ECONNREFUSED;
	return detail;
}

/* Why the request cannot be made. */
static int
unspeakable_errno(const struct handshake *h)
{
	enum handshake_protocol protocol = h->server.protocol;

	if (protocol != HANDSHAKE_SOCKS4 && protocol != HANDSHAKE_SOCKS4A)
		return EINVAL;
	if (h->dst->type == HOST_IP && h->dst->endpoint.family == AF_INET6)
		return ENETUNREACH;
	return protocol == HANDSHAKE_SOCKS4 && h->dst->type == HOST_NAME ? EHOSTUNREACH : EINVAL;
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
	h->outgoing = !handshake_ended(h);
	if (!h->outgoing)
		return;
	writer_init(&w, h->message, sizeof(h->message));
	step_of(h)->build(h, &w);
	if (w.bad) {
		handshake_fail(h, HANDSHAKE_UNSPEAKABLE, unspeakable_errno(h));
		return;
	}
	h->len = (uint16_t)w.len;
}

static void
build_greeting(struct handshake *h, struct writer *w)
{
	uint8_t methods[2], count = 0;

	if ((h->server.offers & HANDSHAKE_OFFER_NONE) != 0)
		methods[count++] = SOCKS5_METHOD_NONE;
	if ((h->server.offers & HANDSHAKE_OFFER_USERNAME) != 0)
		methods[count++] = SOCKS5_METHOD_USERNAME;
	socks5_build_greeting(w, methods, count);
}

static void
build_login(struct handshake *h, struct writer *w)
{
	socks5_build_auth(w, h->server.username, h->server.password);
}

static void
build_request(struct handshake *h, struct writer *w)
{
	socks5_build_request(w, h->command, h->dst);
}

/* A name where the protocol has none is an error, though the codec knows the extension. */
static void
build_socks4(struct handshake *h, struct writer *w)
{
	socks4_build_request(w, h->command, h->dst, h->server.username);
	if (h->server.protocol == HANDSHAKE_SOCKS4 && h->dst->type == HOST_NAME)
		w->bad = true;
}

static void
build_http(struct handshake *h, struct writer *w)
{
	http_connect_build(w, h->dst, h->server.username, h->server.password);
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
	else if (method == SOCKS5_METHOD_USERNAME && (h->server.offers & HANDSHAKE_OFFER_USERNAME) != 0)
		handshake_enter(h, HANDSHAKE_LOGIN);
	else if (method == SOCKS5_METHOD_NONE && (h->server.offers & HANDSHAKE_OFFER_NONE) != 0)
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

static size_t
socks4_missing(const struct handshake *h)
{
	return h->len < SOCKS4_ANSWER_SIZE ? SOCKS4_ANSWER_SIZE - (size_t)h->len : 0;
}

static ssize_t
take_socks4(struct handshake *h)
{
	struct socks4_answer answer;
	ssize_t n = socks4_parse_answer(h->message, h->len, &answer);

	if (n <= 0)
		return n;
	h->reply = answer.code;
	if (socks4_code_errno(answer.code) != 0)
		handshake_fail(h, HANDSHAKE_REFUSED_4, answer.code);
	else
		handshake_enter(h, HANDSHAKE_DONE);
	return n;
}

static size_t
http_missing(const struct handshake *h)
{
	return http_answer_missing(&h->http);
}

/* The head may be long, and nothing of it is kept but what .http says. */
static ssize_t
take_http(struct handshake *h)
{
	int error = http_answer_take(&h->http, h->message, h->len), status = h->http.status;

	h->len = 0;
	if (error < 0 || http_answer_missing(&h->http) > 0)
		return error;
	/* RFC 9110 section 15.5.8: who we are is not enough, or not known. */
	if (status == 407)
		handshake_fail(h, HANDSHAKE_LOGIN_REFUSED, 0);
	else if (http_status_errno((unsigned)status) != 0)
		handshake_fail(h, HANDSHAKE_REFUSED_HTTP, status);
	else
		handshake_enter(h, HANDSHAKE_DONE);
	return 0;
}

void
handshake_start(struct handshake *h, uint8_t command, const struct host *dst,
    const struct handshake_server *server)
{
	bool named = server->username[0] != '\0';

	memset(h, 0, sizeof(*h));
	h->command = command;
	h->dst = dst;
	h->server = *server;
	if (server->offers == 0)
		h->server.offers = named ? HANDSHAKE_OFFER_USERNAME : HANDSHAKE_OFFER_NONE;
	if (!named)
		h->server.offers &= (uint8_t)~HANDSHAKE_OFFER_USERNAME;
	h->phase = protocols[server->protocol].first;
	if (h->server.offers == 0 && server->protocol == HANDSHAKE_SOCKS5)
		handshake_fail(h, HANDSHAKE_NO_METHOD, 0);
	else
		handshake_enter(h, h->phase);
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
	return step_of(h)->missing(h);
}

void
handshake_received(struct handshake *h, size_t n)
{
	h->len = (uint16_t)(h->len + n);
	/* What cannot be understood is no proxy, which is to say nobody to connect to. */
	if (step_of(h)->take(h) < 0)
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
	return texts[phase];
}
