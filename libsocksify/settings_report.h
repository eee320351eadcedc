/* SPDX-License-Identifier: ISC */
/*
 * What is said of a configuration. The launcher tells its user; the preloaded
 * library has nobody to tell, and makes no text at all.
 */
#ifndef LIBSOCKSIFY_SETTINGS_REPORT_H
#define LIBSOCKSIFY_SETTINGS_REPORT_H

#include <stddef.h>

#include "common/compiler.h"

struct settings_report {
	void	(*warn)(const char *message);	/* of what is no error: one line; or NULL */
	char	*error;				/* gets one line when something is refused */
	size_t	 error_size;			/* 0: nobody reads it */
};

/* Writes the error: -EINVAL. */
int	 settings_fail(const struct settings_report *report, const char *fmt, ...)
	    PRINTF_LIKE(2, 3);
/* The same with "WHAT: " and what the error -errno means. */
int	 settings_fail_errno(const struct settings_report *report, const char *what, int error);
void	 settings_warn(const struct settings_report *report, const char *fmt, ...)
	    PRINTF_LIKE(2, 3);

#endif
