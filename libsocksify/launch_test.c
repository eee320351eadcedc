/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_test.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/handshake.h"
#include "common/socks4.h"
#include "libsocksify/launch_command.h"
#include "libsocksify/launch_hint.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/proxy_handshake.h"
#include "libsocksify/route.h"

#define STEP_TIMEOUT	30	/* seconds, where the settings do not say */
#define SHOWN_BYTES	48	/* of what a server said */

/* One proxy under test. */
struct trial {
	const struct settings	*settings;
	const struct proxy	*proxy;
	const struct host	*target;	/* NULL: up to authentication */
	int			 socket;	/* -1: none */
	struct timespec		 begun;		/* the step */
	struct handshake	 handshake;
	uint8_t			 received[SHOWN_BYTES];	/* in the phase, or when it failed */
	size_t			 received_len;
};

static void
begin_step(struct trial *t)
{
	clock_gettime(CLOCK_MONOTONIC, &t->begun);
}

/* One line: what the step is about, what came of it, and how long it took. */
static void PRINTF_LIKE(3, 4)
end_step(const struct trial *t, const char *step, const char *fmt, ...)
{
	struct timespec now;
	va_list args;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("  %s: ", step);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(" (%.1f ms)\n", (double)(now.tv_sec - t->begun.tv_sec) * 1e3 +
	    (double)(now.tv_nsec - t->begun.tv_nsec) / 1e6);
	fflush(stdout);
}

static void
give_hint(const char *hint)
{
	if (hint != NULL)
		printf("  hint: %s\n", hint);
}

static int
timeout_ms(const struct trial *t)
{
	uint32_t seconds = t->settings->connect_timeout;

	return (int)(seconds == 0 || seconds > 86400 ? STEP_TIMEOUT : seconds) * 1000;
}

/* 0, or -errno; -ETIMEDOUT. */
static int
wait_for(const struct trial *t, short events)
{
	struct pollfd p = { .fd = t->socket, .events = events };
	int n = poll(&p, 1, timeout_ms(t));

	return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

/* What the user wrote, which has no credentials in it. */
static const char *
proxy_name(const struct trial *t)
{
	return settings_text(t->settings, t->proxy->name);
}

/* Looks the proxy's name up once more, to say how that went. */
static void
test_name(struct trial *t)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	char text[HOST_TEXT_SIZE];
	struct endpoint e;
	struct host host;
	int rc;

	if (host_parse_port(&host, proxy_name(t)) < 0 || host.type != HOST_NAME)
		return;
	begin_step(t);
	rc = getaddrinfo(host.name, NULL, &hints, &found);
	if (rc != 0) {
		end_step(t, "name resolution", "%s: %s", host.name, gai_strerror(rc));
		return;
	}
	for (struct addrinfo *a = found; a != NULL; a = a->ai_next) {
		if (endpoint_from_sockaddr(&e, a->ai_addr, a->ai_addrlen) == 0)
			end_step(t, "name resolution", "%s: %s", host.name, endpoint_format_ip(&e, text));
	}
	freeaddrinfo(found);
}

/* Connects to it: 0, or -errno. */
static int
connect_socket(struct trial *t, const struct sockaddr_storage *to, socklen_t len)
{
	int error = 0;
	socklen_t size = sizeof(error);

	t->socket = socket(to->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->socket < 0)
		return -errno;
	if (connect(t->socket, (const struct sockaddr *)to, len) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	error = wait_for(t, POLLOUT);
	if (error == 0 && getsockopt(t->socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return error < 0 ? error : -error;
}

static void
close_socket(struct trial *t)
{
	if (t->socket >= 0)
		close(t->socket);
	t->socket = -1;
}

/* One address of the proxy: 0, or -1 when that was reported. */
static int
test_address(struct trial *t, const char *text, const struct sockaddr_storage *to, socklen_t len)
{
	int error;

	begin_step(t);
	error = connect_socket(t, to, len);
	if (error == 0) {
		end_step(t, "tcp connect", "%s: connected", text);
		return 0;
	}
	end_step(t, "tcp connect", "%s: %s", text, strerror(-error));
	give_hint(launch_hint_connect(-error));
	close_socket(t);
	return -1;
}

static int
test_unix(struct trial *t)
{
	struct sockaddr_storage to = { .ss_family = AF_UNIX };
	struct sockaddr_un *un = (struct sockaddr_un *)&to;
	size_t len = strnlen(t->proxy->path, sizeof(un->sun_path) - 1);

	memcpy(un->sun_path, t->proxy->path, len);
	/* unix(7): an abstract name starts with NUL and has no other end than its length. */
	if (un->sun_path[0] == '@')
		un->sun_path[0] = '\0';
	else
		len++;
	return test_address(t, t->proxy->path, &to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
}

/* The first address that answers: 0, or -1. */
static int
test_connect(struct trial *t)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct sockaddr_storage to;
	socklen_t len;

	if (t->proxy->address_count == 0)
		return test_unix(t);
	for (unsigned i = 0; i < t->proxy->address_count; i++) {
		len = endpoint_to_sockaddr(&t->proxy->addresses[i], &to);
		if (test_address(t, endpoint_format(&t->proxy->addresses[i], text), &to, len) == 0)
			return 0;
	}
	return -1;
}

static void
send_some(struct trial *t)
{
	const uint8_t *data;
	size_t len = handshake_output(&t->handshake, &data);
	ssize_t n = send(t->socket, data, len, MSG_NOSIGNAL);
	int error;

	if (n >= 0) {
		handshake_sent(&t->handshake, (size_t)n);
		return;
	}
	error = errno == EAGAIN ? wait_for(t, POLLOUT) : -errno;
	if (error < 0 && error != -EINTR)
		handshake_fail(&t->handshake, HANDSHAKE_TRANSPORT, -error);
}

static void
keep(struct trial *t, const uint8_t *data, size_t len)
{
	size_t room = sizeof(t->received) - t->received_len;

	memcpy(t->received + t->received_len, data, len < room ? len : room);
	t->received_len += len < room ? len : room;
}

static void
receive_some(struct trial *t, uint8_t *room, size_t len)
{
	int error = wait_for(t, POLLIN);
	ssize_t n = error == 0 ? recv(t->socket, room, len, 0) : -1;

	if (n > 0) {
		keep(t, room, (size_t)n);
		handshake_received(&t->handshake, (size_t)n);
	} else if (n == 0 || (error == 0 && errno == ECONNRESET)) {
		handshake_fail(&t->handshake, HANDSHAKE_HANGUP, 0);
	} else if ((error < 0 ? -error : errno) != EINTR) {
		handshake_fail(&t->handshake, HANDSHAKE_TRANSPORT, error < 0 ? -error : errno);
	}
}

/* What came in this phase, for a person: text as it is, other bytes in hexadecimal. */
static void
print_received(const struct trial *t)
{
	printf("  received: ");
	for (size_t i = 0; i < t->received_len; i++) {
		if (isprint(t->received[i]) && t->received[i] != '\\')
			putchar(t->received[i]);
		else
			printf("\\x%02x", t->received[i]);
	}
	printf(t->received_len > 0 ? "\n" : "nothing\n");
}

static const char *
method_text(uint8_t method)
{
	switch (method) {
	case SOCKS5_METHOD_NONE:
		return "none";
	case SOCKS5_METHOD_GSSAPI:
		return "GSS-API";
	case SOCKS5_METHOD_USERNAME:
		return "username";
	default:
		return "one that is not known here";
	}
}

/* What was offered, by the credentials and by what is allowed. */
static const char *
offered_text(const struct handshake *h)
{
	bool none = (h->server.offers & HANDSHAKE_OFFER_NONE) != 0;
	bool username = (h->server.offers & HANDSHAKE_OFFER_USERNAME) != 0;

	if (none && username)
		return "none and username";
	return username ? "username" : "none";
}

static void
report_phase(struct trial *t, enum handshake_phase phase)
{
	const struct handshake *h = &t->handshake;
	char target[HOST_TEXT_SIZE], bound[HOST_TEXT_SIZE];
	const char *text = handshake_phase_text(phase);

	if (phase == HANDSHAKE_METHOD)
		end_step(t, text, "%s offered, %s chosen", offered_text(h), method_text(t->received[1]));
	else if (phase == HANDSHAKE_LOGIN)
		end_step(t, text, "accepted");
	else if (phase == HANDSHAKE_ANSWER && h->server.protocol == HANDSHAKE_SOCKS5)
		end_step(t, text, "%s: succeeded, from %s", host_format(t->target, target),
		    host_format(&h->bnd, bound));
	else if (phase == HANDSHAKE_ANSWER)
		end_step(t, text, "%s: succeeded", host_format(t->target, target));
	t->received_len = 0;
	begin_step(t);
}

/* The answer of a server that understood and refused. */
static void
report_refusal(const struct trial *t, const char *text)
{
	const struct handshake *h = &t->handshake;
	char target[HOST_TEXT_SIZE];

	host_format(t->target, target);
	if (h->cause == HANDSHAKE_REFUSED)
		end_step(t, text, "%s: %s (reply %d)", target, socks5_reply_text(h->reply), h->reply);
	else if (h->cause == HANDSHAKE_REFUSED_4)
		end_step(t, text, "%s: %s (code %d)", target, socks4_code_text(h->reply), h->reply);
	else
		end_step(t, text, "%s: refused (status %d)", target, h->detail);
}

static void
report_failure(struct trial *t)
{
	static const char *const causes[] = {
		[HANDSHAKE_HANGUP] = "the proxy hung up",
		[HANDSHAKE_MALFORMED] = "the answer is not understood",
		[HANDSHAKE_LOGIN_REFUSED] = "user or password refused",
		[HANDSHAKE_UNSPEAKABLE] = "the proxy's protocol cannot say that",
		[HANDSHAKE_CAUSES] = NULL,
	};
	const struct handshake *h = &t->handshake;
	const char *text = handshake_phase_text(h->last);

	if (h->cause == HANDSHAKE_NO_METHOD)
		end_step(t, text, "%s offered, none of it acceptable (method 255)", offered_text(h));
	else if (h->cause == HANDSHAKE_REFUSED || h->cause == HANDSHAKE_REFUSED_4 ||
	    h->cause == HANDSHAKE_REFUSED_HTTP)
		report_refusal(t, text);
	else
		end_step(t, text, "%s",
		    causes[h->cause] != NULL ? causes[h->cause] : strerror(h->detail));
	if (h->cause == HANDSHAKE_MALFORMED || h->cause == HANDSHAKE_HANGUP) {
		/* What is no answer may tell more of itself. */
		ssize_t n = recv(t->socket, t->received + t->received_len,
		    sizeof(t->received) - t->received_len, MSG_DONTWAIT);

		t->received_len += n > 0 ? (size_t)n : 0;
		print_received(t);
	}
	give_hint(launch_hint_handshake(h, t->received, t->received_len));
}

/* Whether all that is to be asked has been. */
static bool
is_done(const struct trial *t)
{
	return handshake_ended(&t->handshake) ||
	    (t->target == NULL && t->handshake.phase == HANDSHAKE_ANSWER);
}

/* Greeting, authentication and request, on a socket that is connected: 0, or -1. */
static int
test_handshake(struct trial *t)
{
	/* Without a target the request is built and not sent. */
	static const struct host nowhere = { .type = HOST_IP, .endpoint = { .family = AF_INET } };
	struct handshake *h = &t->handshake;

	begin_step(t);
	proxy_handshake_start(h, t->target != NULL ? t->target : &nowhere, t->proxy);
	if (is_done(t) && h->phase != HANDSHAKE_FAILED)
		puts("  request: not made: with this protocol it is all there is, and needs HOST:PORT");
	while (!is_done(t)) {
		enum handshake_phase phase = h->phase;
		uint8_t *room;
		size_t len;

		if ((len = handshake_wants(h, &room)) > 0)
			receive_some(t, room, len);
		else
			send_some(t);
		if (h->phase != phase && h->phase != HANDSHAKE_FAILED)
			report_phase(t, phase);
	}
	if (h->phase == HANDSHAKE_FAILED)
		report_failure(t);
	handshake_fini(h);
	return h->phase == HANDSHAKE_FAILED ? -1 : 0;
}

static int
test_proxy(const struct settings *settings, unsigned index, const struct host *target)
{
	struct trial t = { .settings = settings, .proxy = &settings->proxies[index],
	    .target = target, .socket = -1 };
	char text[ENDPOINT_TEXT_SIZE];
	const char *name = proxy_name(&t);
	int rc;

	if (name[0] == '\0')
		name = t.proxy->address_count > 0 ?
		    endpoint_format(&t.proxy->addresses[0], text) : t.proxy->path;
	printf("proxy %s\n", name);
	test_name(&t);
	rc = test_connect(&t);
	if (rc == 0)
		rc = test_handshake(&t);
	close_socket(&t);
	puts(rc == 0 ? "  works" : "  does not work");
	return rc;
}

/* The candidates for the target: the exit status. */
static int
test_target(const struct settings *settings, const struct host *target)
{
	struct route route;
	int failures = 0;

	route_decide_host(settings, target, &route);
	if (route.way == ROUTE_DIRECT) {
		puts("direct: no proxy is used for that target");
		return 0;
	}
	if (route.way == ROUTE_REFUSE) {
		printf("refused: no route leads there: %s\n", strerror(route.error));
		return 1;
	}
	for (unsigned i = 0; i < route.candidate_count; i++)
		failures += test_proxy(settings, route.candidates[i], &route.dst) < 0;
	return failures > 0;
}

/* All proxies that a route uses, in their order: the exit status. */
static int
test_all(const struct settings *settings)
{
	bool done[SETTINGS_PROXIES] = { false };
	int failures = 0;

	for (uint32_t i = 0; i < settings->route_count; i++) {
		const struct settings_route *r = &settings->routes[i];

		if (r->direct || done[r->proxy])
			continue;
		done[r->proxy] = true;
		failures += test_proxy(settings, r->proxy, NULL) < 0;
	}
	return failures > 0;
}

int
launch_test(const struct settings *settings, const char *target)
{
	struct host host;
	int status;

	if (target == NULL) {
		status = test_all(settings);
	} else if (host_parse_port(&host, target) == 0 && host_port(&host) != 0) {
		status = test_target(settings, &host);
	} else {
		launch_complain("--test: %s is no HOST:PORT", target);
		return EXIT_NOT_STARTED;
	}
	return fflush(stdout) == 0 ? status : EXIT_NOT_STARTED;
}
