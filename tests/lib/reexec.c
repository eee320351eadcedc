/* SPDX-License-Identifier: ISC */
/*
 * Preloaded by valgrind_socksifyd: under valgrind, /proc/self/exe is valgrind, so
 * a server that starts its roles by executing itself anew would start that. What
 * SOCKSIFYD_PROGRAM names is executed in its place, and traced like its parent.
 */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX	16

int
execl(const char *path, const char *argument, ...)
{
	const char *program = getenv("SOCKSIFYD_PROGRAM");
	char *arguments[ARGUMENTS_MAX + 1];
	unsigned count = 0;
	va_list list;

	va_start(list, argument);
	for (const char *a = argument; a != NULL; a = va_arg(list, const char *)) {
		if (count == ARGUMENTS_MAX) {
			va_end(list);
			errno = E2BIG;
			return -1;
		}
		arguments[count++] = (char *)(void *)a;
	}
	va_end(list);
	arguments[count] = NULL;
	if (program != NULL && strcmp(path, "/proc/self/exe") == 0)
		path = program;
	return execv(path, arguments);
}
