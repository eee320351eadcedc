/* SPDX-License-Identifier: ISC */
/* Where descriptors come from and go to: what is recorded of them follows. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libsocksify/descriptors.h"
#include "libsocksify/hook.h"
#include "libsocksify/init.h"
#include "libsocksify/real.h"
#include "libsocksify/records.h"

#define TYPE_MASK	0xf	/* of socket(2)'s type: the rest is flags */

EXPORT int
socket(int domain, int type, int protocol)
{
	int fd = real.socket(domain, type, protocol);

	if (fd >= 0)
		records_made(fd, (domain == AF_INET || domain == AF_INET6) &&
		    (type & TYPE_MASK) == SOCK_STREAM && init_active());
	return fd;
}

EXPORT int
accept(int fd, struct sockaddr *from, socklen_t *len)
{
	int made = real.accept(fd, from, len);

	if (made >= 0)
		records_made(made, false);
	return made;
}

EXPORT int
accept4(int fd, struct sockaddr *from, socklen_t *len, int flags)
{
	int made = real.accept4(fd, from, len, flags);

	if (made >= 0)
		records_made(made, false);
	return made;
}

EXPORT int
close(int fd)
{
	records_drop(fd);
	return real.close(fd);
}

EXPORT_ALIAS(__close, close);

EXPORT int
close_range(unsigned first, unsigned last, int flags)
{
	/* With the other flags they stay open, here or in the other threads. */
	if (flags == 0 && first <= last)
		records_drop_range(first, last);
	return real.close_range(first, last, flags);
}

EXPORT void
closefrom(int first)
{
	records_drop_range(first < 0 ? 0 : (unsigned)first, ~0u);
	real.closefrom(first);
}

EXPORT int
dup(int fd)
{
	int made = real.dup(fd);

	if (made >= 0)
		records_copy(fd, made);
	return made;
}

/*
 * The number is dropped before it is replaced: what the helper still does for
 * the socket that it was must not reach the one that it becomes. Where the call
 * fails although both descriptors are good, that connection is lost.
 */
static void
drop_replaced(int fd, int to)
{
	if (fd != to && descriptors_marked(to, ~0u) && real.fcntl(fd, F_GETFD) >= 0)
		records_drop(to);
}

EXPORT int
dup2(int fd, int to)
{
	int made;

	drop_replaced(fd, to);
	made = real.dup2(fd, to);
	if (made >= 0 && made != fd)
		records_copy(fd, made);
	return made;
}

EXPORT_ALIAS(__dup2, dup2);

EXPORT int
dup3(int fd, int to, int flags)
{
	int made;

	drop_replaced(fd, to);
	made = real.dup3(fd, to, flags);
	if (made >= 0)
		records_copy(fd, made);
	return made;
}

static int
note_duplicate(int fd, int command, int result)
{
	if (result >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC))
		records_copy(fd, result);
	return result;
}

EXPORT int
fcntl(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return note_duplicate(fd, command, real.fcntl(fd, command, argument));
}

EXPORT_ALIAS(__fcntl, fcntl);

EXPORT int
fcntl64(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return note_duplicate(fd, command, real.fcntl64(fd, command, argument));
}
