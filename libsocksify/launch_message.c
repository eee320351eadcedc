/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_message.h"

#include <stdarg.h>
#include <stdio.h>

static void
complain(const char *fmt, va_list args)
{
	fputs("socksify: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void
launch_complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
}

int
launch_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	return -1;
}
