/* SPDX-License-Identifier: ISC */
/*
 * The options of a socket that another one stands in for: taken from the one,
 * given to the other, and remembered where the other has no such option. What is
 * not in the table of the .c file does not survive.
 */
#ifndef LIBSOCKSIFY_STANDIN_OPTIONS_H
#define LIBSOCKSIFY_STANDIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define STANDIN_OPTIONS		48	/* at least as many as the table has */
#define STANDIN_VALUE_SIZE	16	/* the longest: a timeval, a name of a device */

struct standin_options {
	struct {
		uint8_t	len;		/* 0: not known */
		uint8_t	value[STANDIN_VALUE_SIZE];
	} of[STANDIN_OPTIONS];
};

/* Fills in what @fd has. */
void	 standin_options_take(struct standin_options *o, int fd);
/*
 * Sets on @fd what differs there, and what means the same in the other version of
 * IP. @own: it is of the program's kind.
 */
void	 standin_options_give(const struct standin_options *o, int fd, bool own);
/*
 * setsockopt(2) and getsockopt(2) on @fd, which stands in for a socket of @domain:
 * 0 or -errno. An option that @fd lacks, but the program's own would have, is
 * only remembered.
 */
int	 standin_options_set(struct standin_options *o, int fd, int domain, int level, int option,
	    const void *value, socklen_t len);
int	 standin_options_get(const struct standin_options *o, int fd, int domain, int level,
	    int option, void *value, socklen_t *len);

#endif
