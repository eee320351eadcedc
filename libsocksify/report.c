/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/socks4.h"
#include "common/socks5.h"
#include "libsocksify/critical.h"
#include "libsocksify/raw.h"

#define LINE_SIZE	1024
#define PROGRAM_MAX	64	/* bytes of its name that are shown */

struct line {
	size_t	len;
	char	text[LINE_SIZE];	/* no NUL at its end */
};

static const struct {
	int		 error;
	const char	*name, *text;
} errors[] = {
	{ EACCES, "EACCES", "permission denied" },
	{ EADDRINUSE, "EADDRINUSE", "address already in use" },
	{ EADDRNOTAVAIL, "EADDRNOTAVAIL", "no local address or port available" },
	{ EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported" },
	{ EAGAIN, "EAGAIN", "resource temporarily unavailable" },
	{ EALREADY, "EALREADY", "already on its way" },
	{ EBADF, "EBADF", "descriptor closed meanwhile" },
	{ ECONNABORTED, "ECONNABORTED", "connection given up" },
	{ ECONNREFUSED, "ECONNREFUSED", "connection refused" },
	{ ECONNRESET, "ECONNRESET", "connection reset" },
	{ EHOSTDOWN, "EHOSTDOWN", "host is down" },
	{ EHOSTUNREACH, "EHOSTUNREACH", "no route to host" },
	{ EINVAL, "EINVAL", "invalid argument" },
	{ EISCONN, "EISCONN", "already connected" },
	{ EMFILE, "EMFILE", "too many open files" },
	{ ENETDOWN, "ENETDOWN", "network is down" },
	{ ENETUNREACH, "ENETUNREACH", "network is unreachable" },
	{ ENOBUFS, "ENOBUFS", "no buffer space" },
	{ ENOMEM, "ENOMEM", "out of memory" },
	{ ENOTSOCK, "ENOTSOCK", "not a socket" },
	{ EOPNOTSUPP, "EOPNOTSUPP", "operation not supported" },
	{ EPERM, "EPERM", "operation not permitted" },
	{ EPROTO, "EPROTO", "protocol error" },
	{ EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported" },
	{ ETIMEDOUT, "ETIMEDOUT", "timed out" },
};

/* The thread whose descriptors are not the program's; 0: none. */
static _Atomic pid_t private_thread;

static void
put(struct line *l, const char *text)
{
	/* The last byte is for the end of the line. */
	for (; *text != '\0' && l->len < sizeof(l->text) - 1; text++)
		l->text[l->len++] = *text;
}

/* At most @max bytes of what somebody else has written: nothing that a terminal obeys. */
static void
put_foreign(struct line *l, const char *text, size_t max)
{
	char safe[2] = "";

	for (; *text != '\0' && max > 0; text++, max--) {
		safe[0] = (unsigned char)*text > ' ' && (unsigned char)*text < 0x7f ? *text : '?';
		put(l, safe);
	}
}

static void
put_number(struct line *l, int64_t n)
{
	char digits[24], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	for (n = n < 0 ? 0 : n; p == digits + sizeof(digits) - 1 || n > 0; n /= 10)
		*--p = (char)('0' + n % 10);
	put(l, p);
}

static void
put_endpoint(struct line *l, const struct endpoint *e)
{
	char ip[ENDPOINT_TEXT_SIZE];
	bool six = e->family == AF_INET6;

	endpoint_format_ip(e, ip);
	put(l, six ? "[" : "");
	put(l, ip);
	put(l, six ? "]:" : ":");
	put_number(l, e->port);
}

static void
put_host(struct line *l, const struct host *host)
{
	if (host->type != HOST_NAME) {
		put_endpoint(l, &host->endpoint);
		return;
	}
	put_foreign(l, host->name, HOST_NAME_MAX_LEN);
	put(l, ":");
	put_number(l, host_port(host));
}

static void
put_proxy(struct line *l, const struct settings *settings, const struct report_try *t)
{
	const char *name = settings_text(settings, t->proxy->name);

	if (name[0] == '\0' && t->place != NULL) {
		put_endpoint(l, t->place);
		return;
	}
	/* Behind a UNIX socket, which its name tells. */
	if (t->proxy->address_count == 0) {
		put_foreign(l, name[0] != '\0' ? name : t->proxy->path, LINE_SIZE / 4);
		return;
	}
	put_foreign(l, name[0] != '\0' ? name : "proxy", LINE_SIZE / 4);
	put(l, " (");
	if (t->place != NULL)
		put_endpoint(l, t->place);
	else
		put(l, "no address of the socket's family");
	put(l, ")");
}

static void
put_error_name(struct line *l, int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].error == error) {
			put(l, errors[i].name);
			return;
		}
	}
	put(l, "errno ");
	put_number(l, error);
}

static const char *
error_text(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].error == error)
			return errors[i].text;
	}
	return "failed";
}

static void
put_answer(struct line *l, const char *text, const char *kind, int number)
{
	put(l, text);
	put(l, kind);
	put_number(l, number);
	put(l, ")");
}

/* Whether it failed before there was anybody to talk to. */
static bool
is_of_tcp(const struct report_try *t)
{
	enum handshake_cause cause = t->handshake->cause;

	return !t->reached && (cause == HANDSHAKE_TRANSPORT || cause == HANDSHAKE_ABANDONED);
}

/* What went wrong, in words. */
static void
put_cause(struct line *l, const struct handshake *h)
{
	static const char *const causes[] = {
		[HANDSHAKE_HANGUP] = "the proxy hung up",
		[HANDSHAKE_MALFORMED] = "the answer is not understood",
		[HANDSHAKE_NO_METHOD] = "no acceptable method of authentication",
		[HANDSHAKE_LOGIN_REFUSED] = "login refused",
		[HANDSHAKE_UNSPEAKABLE] = "what the proxy's protocol cannot say",
		[HANDSHAKE_CAUSES] = NULL,
	};

	if (h->cause == HANDSHAKE_REFUSED) {
		put_answer(l, socks5_reply_text(h->reply), " (reply ", h->detail);
	} else if (h->cause == HANDSHAKE_REFUSED_4) {
		put_answer(l, socks4_code_text(h->reply), " (code ", h->detail);
	} else if (h->cause == HANDSHAKE_REFUSED_HTTP) {
		put_answer(l, "refused", " (status ", h->detail);
	} else {
		put(l, causes[h->cause] != NULL ? causes[h->cause] : error_text(h->detail));
	}
}

static void
begin(struct line *l, const struct host *dst)
{
	l->len = 0;
	put(l, "socksify: ");
	put_foreign(l, program_invocation_short_name, PROGRAM_MAX);
	put(l, "[");
	put_number(l, RAW(SYS_getpid));
	put(l, "]: ");
	put_host(l, dst);
}

static bool
is_file(const struct settings_log *log, const struct stat *st)
{
	return st->st_dev == log->device && st->st_ino == log->inode;
}

/* Whether descriptor 2 of this thread, and of the program, is the one that was chosen. */
static bool
is_standard_error(const struct settings_log *log)
{
	struct stat st;

	if (fstat(STDERR_FILENO, &st) < 0 || !is_file(log, &st))
		return false;
	/* The first thread's table is the program's, and it is what /proc/self shows. */
	return atomic_load(&private_thread) != RAW(SYS_gettid) ||
	    (stat("/proc/self/fd/2", &st) == 0 && is_file(log, &st));
}

bool
report_has_standard_error(const struct settings *settings)
{
	for (uint32_t i = 0; settings != NULL && i < settings->log_count; i++) {
		if (settings->logs[i].path == 0 && is_standard_error(&settings->logs[i]))
			return true;
	}
	return false;
}

void
report_from_private_table(void)
{
	atomic_store(&private_thread, (pid_t)RAW(SYS_gettid));
}

/* To @log, whose file is opened for that moment; what cannot be written is lost. */
static void
write_log(const struct settings *settings, const struct settings_log *log, const struct line *l)
{
	int fd = STDERR_FILENO;

	if (log->path == 0) {
		if (is_standard_error(log))
			RAW(SYS_write, fd, l->text, l->len);
		return;
	}
	/* O_NONBLOCK: a FIFO that nobody reads is not waited for. */
	fd = (int)RAW(SYS_openat, AT_FDCWD, settings_text(settings, log->path),
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0)
		return;
	RAW(SYS_write, fd, l->text, l->len);
	RAW(SYS_close, fd);
}

/* Whether @log gets lines of connections that succeed too, or of failures alone. */
static bool
takes(const struct settings *settings, const struct settings_log *log, bool failure)
{
	return failure || (settings->verbose != 0 && log->errors == 0);
}

/* One line to all logs that it is for. The SIGPIPE that this may cause is taken back. */
static void
finish(const struct settings *settings, struct line *l, bool failure)
{
	const struct timespec now = { 0 };
	struct critical c;
	sigset_t pipe, pending;
	int saved = errno;

	l->text[l->len++] = '\n';
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	critical_enter(&c);
	sigpending(&pending);
	for (uint32_t i = 0; i < settings->log_count; i++)
		if (takes(settings, &settings->logs[i], failure))
			write_log(settings, &settings->logs[i], l);
	if (!sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe, NULL, &now);
	critical_leave(&c);
	errno = saved;
}

static bool
is_wanted(const struct settings *settings, bool failure)
{
	for (uint32_t i = 0; settings != NULL && i < settings->log_count; i++) {
		if (takes(settings, &settings->logs[i], failure))
			return true;
	}
	return false;
}

void
report_try(const struct settings *settings, const struct report_try *t)
{
	const struct handshake *h = t->handshake;
	struct line l;

	if (!is_wanted(settings, h->error != 0))
		return;
	begin(&l, t->dst);
	put(&l, " by ");
	put_proxy(&l, settings, t);
	put(&l, ": ");
	if (h->error == 0) {
		put(&l, "connected");
	} else {
		put(&l, is_of_tcp(t) ? "tcp connect" : handshake_phase_text(h->last));
		put(&l, ": ");
		put_cause(&l, h);
		put(&l, ": ");
		put_error_name(&l, h->error);
	}
	put(&l, " after ");
	put_number(&l, t->elapsed);
	put(&l, t->again ? " ms, trying the next" : " ms");
	finish(settings, &l, h->error != 0);
}

void
report_route(const struct route *route)
{
	static const char *const reasons[] = {
		[ROUTE_NO_REASON] = "",
		[ROUTE_UNCONFIGURED] = "the settings cannot be read",
		[ROUTE_UNKNOWN_NAME] = "a reserved address that stands for no name",
		[ROUTE_NO_MATCH] = "no route",
		[ROUTE_NO_ADDRESS] = "direct on this port, and the name has no address",
		[ROUTE_NO_TCP] = "no proxy carries this protocol",
	};
	struct line l;

	_Static_assert(ARRAY_SIZE(reasons) == ROUTE_REASONS, "a text for every reason");
	if (!is_wanted(route->settings, route->way != ROUTE_DIRECT))
		return;
	begin(&l, &route->dst);
	if (route->way == ROUTE_DIRECT) {
		put(&l, " direct");
	} else {
		put(&l, " refused: ");
		put(&l, reasons[route->reason]);
		put(&l, ": ");
		put_error_name(&l, route->error);
	}
	finish(route->settings, &l, route->way != ROUTE_DIRECT);
}
