/* SPDX-License-Identifier: ISC */
/*
 * Log lines in Dante's format: "Mon dd HH:MM:SS (epoch.usec) NAME[pid]: level:
 * text" to files and standard streams; syslog adds the time itself. One line is
 * one write to a descriptor opened with O_APPEND, so that the lines of several
 * processes never mix. errno is kept. Before log_open() lines go to stderr.
 *
 * Credentials are never passed to these functions.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include <stdbool.h>

#include "common/compiler.h"

enum log_level {
	LOG_LEVEL_ALERT,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

#define LOG_FDS_MAX	8

/* Some files and, if .facility is not negative, syslog. */
struct log_place {
	int		 fds[LOG_FDS_MAX];
	unsigned	 count;
	int		 facility;
};

/*
 * Where lines go from now on: all to @all, alerts, errors and warnings to @errors
 * as well. The descriptors are owned here from now on; those of an earlier call
 * are closed.
 */
void	 log_open(const struct log_place *all, const struct log_place *errors);
/* 0: no debug lines; 1: debug lines; 2: every step of every session. */
void	 log_set_debug(int level);
int	 log_debug_level(void);

void	 log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* As log_line(), with ": " and the text of errno behind it. */
void	 log_line_errno(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Logs at level alert and exits with status 1. Only before a process is ready. */
void	 fatal(const char *fmt, ...) PRINTF_LIKE(1, 2) NORETURN;

#define log_error(...)		log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)		log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)		log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_error_errno(...)	log_line_errno(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn_errno(...)	log_line_errno(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_debug(...) \
	do { if (log_debug_level() >= 1) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__); } while (0)
#define log_trace(...) \
	do { if (log_debug_level() >= 2) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__); } while (0)

/*
 * For a condition that can recur thousands of times a second (EMFILE, a full
 * inbox): says it at most once in 10 seconds, with how often it was left unsaid.
 */
struct log_limit {
	unsigned long long	last_ms;
	unsigned long		suppressed;
};
bool	 log_limit_pass(struct log_limit *limit, unsigned long *suppressed);

#endif
