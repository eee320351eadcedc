/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE	2048
#define LIMIT_MS	10000
/* How long a line waits for a syslog daemon that does not read. */
#define SYSLOG_WAIT_US	200000

static struct {
	struct log_place	all, errors;
	bool			opened;
	int			syslog_fd;	/* not connected; -1: cannot be had */
	bool			syslog_stuck;	/* the last line waited in vain: the next does not */
	int			debug;
} logs = { .syslog_fd = -1 };

static const struct {
	const char	*name;
	int		 priority;
} levels[] = {
	[LOG_LEVEL_ALERT] = { "alert", LOG_ALERT },
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

static void
close_place(struct log_place *place)
{
	for (unsigned i = 0; i < place->count; i++) {
		if (place->fds[i] > STDERR_FILENO)
			close(place->fds[i]);
	}
}

/*
 * Whether syslog is asked for or not: after a reload it may be, and then a confined
 * process opens no socket any more.
 */
static void
open_syslog(void)
{
	static const struct timeval wait = { 0, SYSLOG_WAIT_US };

	if (logs.syslog_fd >= 0)
		return;
	logs.syslog_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (logs.syslog_fd >= 0)
		setsockopt(logs.syslog_fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

void
log_open(const struct log_place *all, const struct log_place *errors)
{
	close_place(&logs.all);
	close_place(&logs.errors);
	logs.all = *all;
	logs.errors = *errors;
	logs.opened = true;
	open_syslog();
}

void
log_set_debug(int level)
{
	logs.debug = level;
}

int
log_debug_level(void)
{
	return logs.debug;
}

/* "Jan 25 19:08:18", in the C locale. */
static void
format_time(char *when, size_t size, time_t seconds)
{
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(when, size, "%b %e %H:%M:%S", &tm);
}

/* "Jan 25 19:08:18 (1579979298.587337) socksifyd[123]: info: ". */
static size_t
format_prefix(char *line, size_t size, enum log_level level)
{
	struct timeval tv;
	char when[32];
	int n;

	gettimeofday(&tv, NULL);
	format_time(when, sizeof(when), tv.tv_sec);
	n = snprintf(line, size, "%s (%lld.%06ld) socksifyd[%ld]: %s: ", when,
	    (long long)tv.tv_sec, (long)tv.tv_usec, (long)getpid(), levels[level].name);
	return (size_t)n;
}

/*
 * As syslog(3) does, but each line is addressed to the daemon by itself: a confined
 * process finds it again when it was restarted, without connect(2).
 */
static void
write_syslog(int facility, enum log_level level, const char *text)
{
	static const struct sockaddr_un daemon = { AF_UNIX, _PATH_LOG };
	char line[LINE_SIZE + 80], when[32];
	int n;

	format_time(when, sizeof(when), time(NULL));
	n = snprintf(line, sizeof(line), "<%d>%s socksifyd[%ld]: %s: %s",
	    facility | levels[level].priority, when, (long)getpid(), levels[level].name, text);
	logs.syslog_stuck = sendto(logs.syslog_fd, line, (size_t)n,
	    MSG_NOSIGNAL | (logs.syslog_stuck ? MSG_DONTWAIT : 0),
	    (const struct sockaddr *)&daemon, sizeof(daemon)) < 0 && errno == EAGAIN;
}

static void
write_place(const struct log_place *place, enum log_level level, const char *line, size_t len,
    const char *text)
{
	if (place->facility >= 0)
		write_syslog(place->facility, level, text);
	for (unsigned i = 0; i < place->count; i++) {
		/* A log that cannot be written must not stop the service. */
		if (write(place->fds[i], line, len) < 0)
			continue;
	}
}

static void
write_line(enum log_level level, const char *text)
{
	static const struct log_place before = { { STDERR_FILENO }, 1, -1 };
	char line[LINE_SIZE + 80];
	size_t len = format_prefix(line, sizeof(line), level);

	len += (size_t)snprintf(line + len, sizeof(line) - len, "%s\n", text);
	write_place(logs.opened ? &logs.all : &before, level, line, len, text);
	if (logs.opened && level <= LOG_LEVEL_WARNING)
		write_place(&logs.errors, level, line, len, text);
}

static void
log_text(enum log_level level, int error, const char *fmt, va_list args)
{
	char text[LINE_SIZE];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	if (error != 0 && n >= 0 && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s", strerror(error));
	write_line(level, text);
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, fmt);
	log_text(level, 0, fmt, args);
	va_end(args);
	errno = saved;
}

void
log_line_errno(enum log_level level, const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, fmt);
	log_text(level, saved, fmt, args);
	va_end(args);
	errno = saved;
}

void
fatal(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_text(LOG_LEVEL_ALERT, 0, fmt, args);
	va_end(args);
	exit(1);
}

bool
log_limit_pass(struct log_limit *limit, unsigned long *suppressed)
{
	struct timespec ts;
	unsigned long long now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (unsigned long long)ts.tv_sec * 1000 + (unsigned long long)ts.tv_nsec / 1000000;
	if (limit->last_ms != 0 && now - limit->last_ms < LIMIT_MS) {
		limit->suppressed++;
		return false;
	}
	*suppressed = limit->suppressed;
	limit->suppressed = 0;
	limit->last_ms = now;
	return true;
}
