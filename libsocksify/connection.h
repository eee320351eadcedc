/* SPDX-License-Identifier: ISC */
/*
 * A connection through a proxy, from the connect(2) that asked for it until its
 * last descriptor is closed, and the way in which it shows on each of them.
 *
 * Every function here is for holders of the state lock, unless it says
 * otherwise. A record is one per open file description: descriptors made by dup
 * share it.
 */
#ifndef LIBSOCKSIFY_CONNECTION_H
#define LIBSOCKSIFY_CONNECTION_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "libsocksify/options.h"

enum connection_state {
	CONNECTION_NONE,	/* a record that is not in use */
	CONNECTION_CONNECTING,	/* the handshake runs: nothing of the socket may be seen */
	CONNECTION_ESTABLISHED,	/* the socket is the program's; kept for getpeername(2) */
	CONNECTION_FAILED,	/* disconnected; .error is to be told once */
};

/* The peer as the program named it. */
union peer {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

struct connection {
	struct connection	*next;		/* in the pool */
	_Atomic uint32_t	 state;		/* enum connection_state; a futex word */
	_Atomic int		 error;		/* FAILED: not yet told; then 0 */
	unsigned		 descriptors;	/* slots that refer to it */
	bool			 withdrawn;	/* CONNECTING: not even its failures may be seen */
	bool			 cancelled;	/* CONNECTING: it is to end, whoever refers to it */
	bool			 driven;	/* a tunnel holds a reference too */
	bool			 told;		/* ESTABLISHED: a connect(2) has returned 0 */
	int			 number;	/* the descriptor that it was made with */
	struct options		 options;	/* set aside while CONNECTING */
	_Atomic uint64_t	 cookie;	/* SO_COOKIE of the socket; read without the lock */
	socklen_t		 peer_len;
	union peer		 peer;
};

/* How many are CONNECTING: also a futex word, woken when it becomes 0. Read without the lock. */
extern _Atomic uint32_t connections_connecting;
/*
 * How many are CONNECTING, or FAILED with an error still to be told. As long as
 * this is 0, and it is read without the lock, no input or output is held up.
 */
extern _Atomic uint32_t connections_unsettled;

/*
 * A new one, CONNECTING and driven, of the socket @fd, whose slot shows it and no
 * other any longer. NULL: no memory.
 */
struct connection *connection_new(int fd, uint64_t cookie, const struct sockaddr *peer,
	    socklen_t peer_len);
/* Ends CONNECTING with a positive errno, or 0; wakes those who wait in connection_wait(). */
void	 connection_settle(struct connection *c, int error);
/* The tunnel's reference goes. */
void	 connection_release(struct connection *c);
/* Makes @fd's slot refer to @c, which is the same open file. */
void	 connection_show(struct connection *c, int fd);
/* Makes the other numbers of @fd's socket that were made before connect(2) refer to @c, too. */
void	 connection_show_duplicates(struct connection *c, int fd);
/* @fd no longer refers to it. When nothing but the tunnel is left, its socket is shut down. */
void	 connection_hide(int fd);
/*
 * Without the lock: ends the CONNECTING connection @c of @fd, which stays open
 * and no longer refers to it; returns when the tunnel has let go of the socket.
 */
void	 connection_cancel(struct connection *c, int fd);
/* Whether no descriptor of the program is left. */
bool	 connection_abandoned(const struct connection *c);
/* Whether anybody still wants it to be connected. */
bool	 connection_is_wanted(const struct connection *c);
/* Calls @each for every number that refers to @c. */
void	 connection_each(struct connection *c, void (*each)(int fd, void *arg), void *arg);
/* In the child of a fork: those that were CONNECTING will not be. */
void	 connection_orphan_all(void);

/* Without the lock: whether @fd seems to be in a handshake. No system call. */
bool	 connection_is_connecting(int fd);
/*
 * Without the lock: waits until @c, seen through @fd, is no longer CONNECTING.
 * @timeout_ms < 0: no limit. 0, -EINTR (never where SA_RESTART asks for going
 * on) or -ETIMEDOUT.
 */
int	 connection_wait(struct connection *c, int timeout_ms);
/* Without the lock: takes the untold error of @fd's connection, and the kernel's own; 0: none. */
int	 connection_take_error(int fd, struct connection *c);

/*
 * After an EINTR that the kernel gives whatever the handler asked for: whether
 * any handler is installed that does not want interrupted calls to go on. Which
 * one has run cannot be known.
 */
bool	 interruption_counts(void);
/* SO_COOKIE of a socket, 0 where there is none. Keeps errno. */
uint64_t socket_cookie(int fd);
static inline enum connection_state
connection_state(const struct connection *c)
{
	return (enum connection_state)atomic_load_explicit(&c->state, memory_order_acquire);
}

#endif
