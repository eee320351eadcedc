/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE	2048
#define LIMIT_MS	10000

static struct {
	struct log_place	all, errors;
	bool			opened;
	int			debug;
} logs;

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

void
log_open(const struct log_place *all, const struct log_place *errors)
{
	close_place(&logs.all);
	close_place(&logs.errors);
	logs.all = *all;
	logs.errors = *errors;
	logs.opened = true;
	if (all->facility >= 0 || errors->facility >= 0)
		openlog("socksifyd", LOG_NDELAY | LOG_PID, LOG_DAEMON);
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

/* "Jan 25 19:08:18 (1579979298.587337) socksifyd[123]: info: ", in the C locale. */
static size_t
format_prefix(char *line, size_t size, enum log_level level)
{
	struct timeval tv;
	struct tm tm;
	char when[32];
	int n;

	gettimeofday(&tv, NULL);
	localtime_r(&tv.tv_sec, &tm);
	strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	n = snprintf(line, size, "%s (%lld.%06ld) socksifyd[%ld]: %s: ", when,
	    (long long)tv.tv_sec, (long)tv.tv_usec, (long)getpid(), levels[level].name);
	return (size_t)n;
}

static void
write_place(const struct log_place *place, enum log_level level, const char *line, size_t len,
    const char *text)
{
	if (place->facility >= 0)
		syslog(place->facility | levels[level].priority, "%s: %s", levels[level].name,
		    text);
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
