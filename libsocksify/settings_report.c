/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
settings_fail(const struct settings_report *report, const char *fmt, ...)
{
	va_list args;

	if (report->error_size == 0)
		return -EINVAL;
	va_start(args, fmt);
	vsnprintf(report->error, report->error_size, fmt, args);
	va_end(args);
	return -EINVAL;
}

int
settings_fail_errno(const struct settings_report *report, const char *what, int error)
{
	if (report->error_size > 0)
		settings_fail(report, "%s: %s", what, strerror(-error));
	return -EINVAL;
}

void
settings_warn(const struct settings_report *report, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (report->warn == NULL)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	report->warn(text);
}
