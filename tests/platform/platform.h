/* SPDX-License-Identifier: ISC */
/*
 * What the programs of this directory share. Each asserts facts of the kernel or the
 * C library that the design relies on, and exits 0 when they hold, 1 after saying what
 * it saw instead, 77 where the machine does not let it look.
 */
#ifndef TESTS_PLATFORM_PLATFORM_H
#define TESTS_PLATFORM_PLATFORM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/compiler.h"

void	 platform_fail(const char *file, int line, const char *condition, const char *fmt, ...)
	    PRINTF_LIKE(4, 5) NORETURN;
void	 platform_skip(const char *fmt, ...) PRINTF_LIKE(1, 2) NORETURN;

/* Ends the program unless @condition holds; the rest is a printf text of what was seen. */
#define expect(condition, ...) do { \
	if (!(condition)) \
		platform_fail(__FILE__, __LINE__, #condition, __VA_ARGS__); \
} while (0)
/* For a call that sets errno. */
#define expect_call(condition)	expect(condition, "errno %d (%m)", errno)

/* platform_drop_root() becomes a user of this number or above. */
#define PLATFORM_LONELY_ID	1000000

/* Makes a hang a failure. To be called first. */
void	 platform_start(void);
/* Becomes a user with no privilege and nothing else running; skips where root may not. */
void	 platform_drop_root(void);
/* The number in a file below /proc/sys, or -1. */
long	 platform_sysctl(const char *path);

/* All descriptors are close-on-exec and blocking unless @flags has SOCK_NONBLOCK. */
void	 platform_socketpair(int type, int fds[2]);
void	 platform_pipe(int flags, int fds[2]);
/* Listening on 127.0.0.1 at a free port. */
int	 platform_listen(struct sockaddr_in *addr);
/* A TCP socket, and its port on 127.0.0.1 that refuses: bound, not listening. */
int	 platform_refuser(struct sockaddr_in *addr);
/* The two ends of a connection over loopback; [0] called connect(). */
void	 platform_tcp_pair(int flags, int fds[2]);

/* Sends @len bytes with @count descriptors; what sendmsg() gave. */
ssize_t	 platform_send_fds(int fd, const void *data, size_t len, const int *fds, unsigned count);
/*
 * Receives with @control bytes of room for ancillary data, at most 256. Stores the
 * descriptors to @fds (of 32), how many to @count and msg_flags to @flags.
 */
ssize_t	 platform_recv_fds(int fd, void *data, size_t len, size_t control,
	    int *fds, unsigned *count, int *flags);

/* Waits until a thread of this process sleeps, for 5 seconds at most. */
bool	 platform_wait_asleep(pid_t tid);

#endif
