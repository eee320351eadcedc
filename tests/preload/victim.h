/* SPDX-License-Identifier: ISC */
/*
 * What the victims share. A victim is a program that does one thing to its
 * sockets, in the ways that programs do, under the preloaded library: its first
 * argument names the thing, and it exits with 0 when all went as it would have
 * with a direct connection. The addresses are those of tests/lib/slowsocks.c.
 */
#ifndef TESTS_PRELOAD_VICTIM_H
#define TESTS_PRELOAD_VICTIM_H

#include <stdbool.h>
#include <sys/socket.h>

#define ECHO	"198.51.100.1"
#define HANG	"198.51.100.2"
#define DROP	"198.51.100.3"
#define JUNK	"198.51.100.4"
#define HALF	"198.51.100.5"
#define BANNER	"198.51.100.6"
#define ECHO6	"2001:db8::1"

/* Longer than any of this may take, in milliseconds. */
#define LIMIT_MS	10000

/* Ends the victim with a message unless @condition. */
#define CHECK(condition) \
	((condition) ? (void)0 : victim_fail(__FILE__, __LINE__, #condition))

struct victim_case {
	const char	*name;
	void		(*run)(void);
};

void	 victim_fail(const char *file, int line, const char *what);
/* Runs the case that the first argument names. */
int	 victim_main(int argc, char **argv, const struct victim_case *cases);

/* A TCP socket of the family of @host; SOCK_NONBLOCK in @flags makes it so. */
int	 victim_socket(const char *host, int flags);
/* connect(2) to port 7 of @host: 0, or -errno. */
int	 victim_connect(int fd, const char *host);
/* As above on a new non-blocking socket, which must be on its way then. */
int	 victim_begin(const char *host);
/* poll(2) for @events: the answer, 0 when nothing has come in @ms. */
short	 victim_poll(int fd, short events, int ms);
/* SO_ERROR. */
int	 victim_error(int fd);
/* That what is sent comes back, on a socket of either kind. */
void	 victim_echo(int fd);
/* Makes it blocking. */
void	 victim_block(int fd);

#endif
