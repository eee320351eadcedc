/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "libsocksify/raw.h"

/* The early forms: mostly the system call of the same name. */
#define UNPACK(...)	__VA_ARGS__
#define KERNEL(type, name, number, parameters, arguments) \
static type \
early_##name parameters \
{ \
	return (type)raw_result(RAW(number, UNPACK arguments)); \
}
#define LIBC(type, name, parameters) \
static type early_##name parameters;
#define LATE(type, name, parameters, arguments, failure) \
static type \
early_##name parameters \
{ \
	real_init(); \
	return real.name == early_##name ? (errno = ENOSYS, failure) : real.name arguments; \
}
#define ALIAS(name)
#include "libsocksify/symbols.def"
#undef KERNEL
#undef LIBC
#undef LATE
#undef ALIAS

struct real real = {
#define KERNEL(type, name, number, parameters, arguments)	.name = early_##name,
#define LIBC(type, name, parameters)			.name = early_##name,
#define LATE(type, name, parameters, arguments, failure)	.name = early_##name,
#define ALIAS(name)
#include "libsocksify/symbols.def"
#undef KERNEL
#undef LIBC
#undef LATE
#undef ALIAS
};

static int
early_dup2(int fd, int to)
{
	if (fd == to)
		return RAW(SYS_fcntl, fd, F_GETFD) < 0 ? (int)raw_result(-EBADF) : to;
	return early_dup3(fd, to, 0);
}

static ssize_t
early_send(int fd, const void *from, size_t len, int flags)
{
	return early_sendto(fd, from, len, flags, NULL, 0);
}

static ssize_t
early_recv(int fd, void *to, size_t len, int flags)
{
	return early_recvfrom(fd, to, len, flags, NULL, NULL);
}

static ssize_t
early___read_chk(int fd, void *to, size_t len, size_t size)
{
	return early_read(fd, to, len < size ? len : size);
}

static ssize_t
early___recv_chk(int fd, void *to, size_t len, size_t size, int flags)
{
	return early_recv(fd, to, len < size ? len : size, flags);
}

static ssize_t
early___recvfrom_chk(int fd, void *to, size_t len, size_t size, int flags, struct sockaddr *from,
    socklen_t *from_len)
{
	return early_recvfrom(fd, to, len < size ? len : size, flags, from, from_len);
}

static ssize_t
early_sendfile64(int to, int from, off64_t *offset, size_t len)
{
	return raw_result(RAW(SYS_sendfile, to, from, offset, len));
}

static void
early_closefrom(int first)
{
	early_close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0);
}

static int
early_fcntl(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return (int)raw_result(RAW(SYS_fcntl, fd, command, argument));
}

static int
early_fcntl64(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return early_fcntl(fd, command, argument);
}

static int
early_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return (int)raw_result(RAW(SYS_ioctl, fd, request, argument));
}

static long
early_syscall(long number, ...)
{
	va_list arguments;
	long a[6];

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	return raw_result(raw_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

static int
early_prctl(int option, ...)
{
	va_list arguments;
	long a[4];

	va_start(arguments, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	return (int)raw_result(RAW(SYS_prctl, option, a[0], a[1], a[2], a[3]));
}

static int
early_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec left;

	/* The kernel writes the time that is left; the caller's stays as it is. */
	if (timeout != NULL)
		left = *timeout;
	return (int)raw_result(RAW(SYS_ppoll, fds, count, timeout != NULL ? &left : NULL, mask,
	    _NSIG / 8));
}

static int
early_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec t = { .tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000l };

	return early_ppoll(fds, count, timeout < 0 ? NULL : &t, NULL);
}

static int
early___ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
    const sigset_t *mask, size_t size)
{
	(void)size;
	return early_ppoll(fds, count, timeout, mask);
}

static int
early___poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	(void)size;
	return early_poll(fds, count, timeout);
}

static int
early_pselect(int count, fd_set *in, fd_set *out, fd_set *urgent, const struct timespec *timeout,
    const sigset_t *mask)
{
	struct timespec left;
	struct { const sigset_t *mask; size_t size; } signals = { mask, _NSIG / 8 };

	if (timeout != NULL)
		left = *timeout;
	return (int)raw_result(RAW(SYS_pselect6, count, in, out, urgent,
	    timeout != NULL ? &left : NULL, &signals));
}

static int
early_select(int count, fd_set *in, fd_set *out, fd_set *urgent, struct timeval *timeout)
{
	struct timespec t;

	if (timeout == NULL)
		return early_pselect(count, in, out, urgent, NULL, NULL);
	t.tv_sec = timeout->tv_sec;
	t.tv_nsec = timeout->tv_usec * 1000l;
	return early_pselect(count, in, out, urgent, &t, NULL);
}

void
real_init(void)
{
	void *found;

#define LOOK_UP(name) \
	do { \
		found = dlsym(RTLD_NEXT, #name); \
		if (found != NULL) \
			*(void **)(void *)&real.name = found; \
	} while (0);
#define KERNEL(type, name, number, parameters, arguments)	LOOK_UP(name)
#define LIBC(type, name, parameters)			LOOK_UP(name)
#define LATE(type, name, parameters, arguments, failure)	LOOK_UP(name)
#define ALIAS(name)
#include "libsocksify/symbols.def"
}
