/* SPDX-License-Identifier: ISC */
/*
 * What is known of the program's socket while another one stands in for it, and
 * how that one shows to the program.
 */
#ifndef LIBSOCKSIFY_STANDIN_RECORD_H
#define LIBSOCKSIFY_STANDIN_RECORD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "libsocksify/standin_options.h"

union standin_name {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

struct standin {
	struct standin		*next;		/* in the pool */
	unsigned		 descriptors;	/* slots that refer to it */
	uint64_t		 cookie;	/* SO_COOKIE of the one that stands in */
	int			 domain;	/* of the program's own */
	int			 protocol;	/* likewise */
	int			 actual;	/* the domain of the one that stands in */
	socklen_t		 local_len;	/* 0: the program had not bound it */
	union standin_name	 local;
	struct standin_options	 options;	/* as the program's own would have them */
};

/* From the pool, under the state lock, and back to it. NULL: no memory. */
struct standin *standin_new(void);
void	 standin_free(struct standin *in);
/* Under the lock: @fd is a descriptor of the socket that stands in. */
void	 standin_show(struct standin *in, int fd);
/* Under the lock: @to has become a descriptor of the same open file as @fd. */
void	 standin_copy(int fd, int to);
/* Under the lock: @fd is no longer; the last one gives the record back. */
void	 standin_hide(int fd);

/* What stands in at @fd, or NULL. No system call where nothing does. */
struct standin *standin_find(int fd);
/* The domain of the program's socket that another stands in for; 0 if none does. */
int	 standin_domain(int fd);
/* Whether a socket stands in that is not one of IP: addresses mean nothing to it. */
bool	 standin_is_local(int fd);

/*
 * What system calls on @fd do if another socket stands in: 0 or -errno; or
 * STANDIN_NONE where the real call is the one to make.
 */
#define STANDIN_NONE	1
int	 standin_getsockname(int fd, struct sockaddr *name, socklen_t *len);
int	 standin_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int	 standin_setsockopt(int fd, int level, int option, const void *value, socklen_t len);

#endif
