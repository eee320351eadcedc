/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/negotiation.h"

#include <errno.h>
#include <string.h>

#include "common/compiler.h"
#include "common/socks4.h"
#include "server/log.h"

static const char no_method[] = "client offered no acceptable authentication method";

static const char *const state_names[] = {
	[NEGOTIATION_GREETING] = "greeting",
	[NEGOTIATION_AUTH] = "auth",
	[NEGOTIATION_CHECKING] = "checking",
	[NEGOTIATION_REQUEST] = "request",
	[NEGOTIATION_REQUEST4] = "request of SOCKS4",
	[NEGOTIATION_DONE] = "done",
	[NEGOTIATION_FAILED] = "failed",
};

/* Bit y of row x: the step from x to y is allowed. */
static const unsigned steps[] = {
	[NEGOTIATION_GREETING] = 1u << NEGOTIATION_AUTH | 1u << NEGOTIATION_REQUEST |
	    1u << NEGOTIATION_REQUEST4 | 1u << NEGOTIATION_FAILED,
	[NEGOTIATION_AUTH] = 1u << NEGOTIATION_CHECKING | 1u << NEGOTIATION_FAILED,
	[NEGOTIATION_CHECKING] = 1u << NEGOTIATION_REQUEST | 1u << NEGOTIATION_FAILED,
	[NEGOTIATION_REQUEST] = 1u << NEGOTIATION_DONE | 1u << NEGOTIATION_FAILED,
	[NEGOTIATION_REQUEST4] = 1u << NEGOTIATION_DONE | 1u << NEGOTIATION_FAILED,
	[NEGOTIATION_DONE] = 0,
	[NEGOTIATION_FAILED] = 0,
};

static void
enter(struct negotiation *n, enum negotiation_state state)
{
	log_trace("negotiation: %s -> %s", state_names[n->state], state_names[state]);
	if ((steps[n->state] >> state & 1) == 0)
		fatal("negotiation: no step from %s to %s", state_names[n->state],
		    state_names[state]);
	n->state = state;
}

void
negotiation_init(struct negotiation *n)
{
	n->state = NEGOTIATION_GREETING;
	n->version = SOCKS5_VERSION;
	n->method = AUTH_NONE;
	n->in_len = 0;
	n->out_len = 0;
	n->failure = NULL;
	n->auth.username[0] = '\0';
}

void
negotiation_fini(struct negotiation *n)
{
	if (n->method == AUTH_USERNAME) {
		explicit_bzero(&n->auth, sizeof(n->auth));
		explicit_bzero(n->in, sizeof(n->in));
	}
}

uint8_t *
negotiation_room(struct negotiation *n, size_t *size)
{
	*size = sizeof(n->in) - n->in_len;
	return n->in + n->in_len;
}

static void
consume(struct negotiation *n, size_t len)
{
	n->in_len -= len;
	memmove(n->in, n->in + len, n->in_len);
}

/* Messages of one turn go out together: method choice and verdict may both be due. */
static struct writer
out_writer(struct negotiation *n)
{
	struct writer w;

	writer_init(&w, n->out, sizeof(n->out));
	w.len = n->out_len;
	return w;
}

static void
fail(struct negotiation *n, const char *why)
{
	n->failure = why;
	enter(n, NEGOTIATION_FAILED);
}

static void
fail_with_reply(struct negotiation *n, enum socks5_reply reply, const char *why)
{
	static const struct endpoint none;
	struct writer w = out_writer(n);

	answer_build(&w, n->version, reply, &none);
	n->out_len = w.len;
	fail(n, why);
}

static uint8_t
wire_method(enum auth_method method)
{
	static const uint8_t wire[] = {
		[AUTH_NONE] = SOCKS5_METHOD_NONE,
		[AUTH_USERNAME] = SOCKS5_METHOD_USERNAME,
		[AUTH_GSSAPI] = SOCKS5_METHOD_GSSAPI,
	};

	return wire[method];
}

static ssize_t
take_greeting(struct negotiation *n, const enum auth_method *methods, unsigned count)
{
	struct socks5_greeting greeting;
	ssize_t used = socks5_parse_greeting(n->in, n->in_len, &greeting);
	struct writer w = out_writer(n);

	if (used < 0)
		fail(n, "not the greeting of a SOCKS client");
	if (used <= 0)
		return used;
	for (unsigned i = 0; i < count; i++) {
		if (!socks5_offers(&greeting, wire_method(methods[i])))
			continue;
		n->method = methods[i];
		socks5_build_method(&w, wire_method(n->method));
		n->out_len = w.len;
		enter(n, n->method == AUTH_USERNAME ? NEGOTIATION_AUTH : NEGOTIATION_REQUEST);
		return used;
	}
	socks5_build_method(&w, SOCKS5_METHOD_NO_ACCEPTABLE);
	n->out_len = w.len;
	fail(n, no_method);
	return used;
}

static ssize_t
take_auth(struct negotiation *n)
{
	ssize_t used = socks5_parse_auth(n->in, n->in_len, &n->auth);

	if (used < 0)
		fail(n, "malformed user name and password");
	else if (used > 0)
		enter(n, NEGOTIATION_CHECKING);
	return used;
}

static ssize_t
take_request(struct negotiation *n)
{
	ssize_t used = socks5_parse_request(n->in, n->in_len, &n->request);

	if (used == -EAFNOSUPPORT)
		fail_with_reply(n, SOCKS5_ADDRESS_TYPE_NOT_SUPPORTED, "unknown address type");
	else if (used < 0)
		fail_with_reply(n, SOCKS5_GENERAL_FAILURE, "malformed request");
	else if (used > 0 && (n->request.command < SOCKS5_CONNECT ||
	    n->request.command > SOCKS5_UDP_ASSOCIATE))
		fail_with_reply(n, SOCKS5_COMMAND_NOT_SUPPORTED, "unknown command");
	else if (used > 0)
		enter(n, NEGOTIATION_DONE);
	return used;
}

/* A SOCKS4 client has no other method to offer than none. */
static ssize_t
take_request4(struct negotiation *n, const enum auth_method *methods, unsigned count)
{
	struct socks4_request request;
	ssize_t used = socks4_parse_request(n->in, n->in_len, &request);
	unsigned i = 0;

	if (used < 0)
		fail_with_reply(n, SOCKS5_GENERAL_FAILURE, "malformed request");
	if (used <= 0)
		return used;
	memcpy(n->auth.username, request.user, sizeof(request.user));
	n->request.command = request.command;
	n->request.dst = request.dst;
	while (i < count && methods[i] != AUTH_NONE)
		i++;
	/* The numbers of its commands are those of RFC 1928. */
	if (i == count)
		fail_with_reply(n, SOCKS5_NOT_ALLOWED, no_method);
	else if (request.command != SOCKS4_CONNECT && request.command != SOCKS4_BIND)
		fail_with_reply(n, SOCKS5_COMMAND_NOT_SUPPORTED, "unknown command");
	else
		enter(n, NEGOTIATION_DONE);
	return used;
}

enum negotiation_state
negotiation_feed(struct negotiation *n, size_t len, const enum auth_method *methods,
    unsigned method_count)
{
	ssize_t used = 1;

	n->in_len += len;
	if (n->state == NEGOTIATION_GREETING && n->in_len > 0 && n->in[0] == SOCKS4_VERSION) {
		n->version = SOCKS4_VERSION;
		enter(n, NEGOTIATION_REQUEST4);
	}
	while (used > 0) {
		switch (n->state) {
		case NEGOTIATION_GREETING:
			used = take_greeting(n, methods, method_count);
			break;
		case NEGOTIATION_AUTH:
			used = take_auth(n);
			break;
		case NEGOTIATION_REQUEST:
			used = take_request(n);
			break;
		case NEGOTIATION_REQUEST4:
			used = take_request4(n, methods, method_count);
			break;
		default:
			return n->state;
		}
		if (used > 0)
			consume(n, (size_t)used);
	}
	return n->state;
}

enum negotiation_state
negotiation_checked(struct negotiation *n, bool ok)
{
	struct writer w = out_writer(n);

	explicit_bzero(n->auth.password, sizeof(n->auth.password));
	socks5_build_auth_status(&w, ok ? 0 : 1);
	n->out_len = w.len;
	if (ok)
		enter(n, NEGOTIATION_REQUEST);
	else
		fail(n, "wrong user name or password");
	return n->state;
}
