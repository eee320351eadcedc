/* SPDX-License-Identifier: ISC */
/*
 * What the hooks do with everything that is recorded of a descriptor. All
 * without the state lock, all keeping errno, and without a system call where
 * nothing is recorded.
 */
#ifndef LIBSOCKSIFY_RECORDS_H
#define LIBSOCKSIFY_RECORDS_H

#include <stdbool.h>

struct connection;

/* @fd is being closed, or has been where no hook could see it. */
void	 records_drop(int fd);
/* The numbers from @first to @last are being closed. */
void	 records_drop_range(unsigned first, unsigned last);
/* @to has become a descriptor of the same open file as @fd. */
void	 records_copy(int fd, int to);
/* @fd has just been made: nothing old may be recorded of it. @fresh: it is a stream socket. */
void	 records_made(int fd, bool fresh);
/* @fd will not be connected through a proxy: no registration need be recorded. */
void	 records_settled(int fd);
/*
 * The connection that @fd refers to, in whatever state: NULL when there is none,
 * when the socket behind the number is another one (what was recorded is then
 * dropped), or in a process that the records are not about.
 */
struct connection *records_connection(int fd);

#endif
