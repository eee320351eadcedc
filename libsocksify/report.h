/* SPDX-License-Identifier: ISC */
/*
 * What the logs get: with -v a line for every connection, and for every place
 * that was tried in vain before another one; without it the failures among these.
 *
 *   socksify: curl[42]: example.com:443 by work (192.0.2.1:1080): connected after 12 ms
 *   socksify: curl[42]: example.com:443 by work (192.0.2.1:1080): request: \
 *       host unreachable (reply 4): EHOSTUNREACH after 12 ms
 *   socksify: curl[42]: example.com:443 by work (192.0.2.1:1080): tcp connect: \
 *       connection refused: ECONNREFUSED after 0 ms, trying the next
 *   socksify: curl[42]: 127.0.0.1:80 direct
 *   socksify: curl[42]: example.com:443 refused: no route: ENETUNREACH
 *
 * Each is one write(2) on each of the logs of the settings that it is for: some are
 * for failures alone. Standard error is
 * written to only while it is the file that it was when the user asked for this:
 * what a program puts in its place gets nothing. Nothing is allocated, no signal
 * is caused, errno is kept. Without the state lock: a log may be slow.
 */
#ifndef LIBSOCKSIFY_REPORT_H
#define LIBSOCKSIFY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/handshake.h"
#include "libsocksify/route.h"

/* What became of one place. */
struct report_try {
	const struct host	*dst;
	const struct proxy	*proxy;
	const struct endpoint	*place;		/* NULL: the socket can reach none of the proxy's */
	const struct handshake	*handshake;	/* which has ended */
	bool			 reached;	/* TCP had come to the place */
	bool			 again;		/* another place is tried now, on this socket or another */
	int64_t			 elapsed;	/* milliseconds */
};

/* With NULL as @settings, or no log in them, these do nothing. */
void	 report_try(const struct settings *settings, const struct report_try *t);
/* Of a connection that is direct or refused. */
void	 report_route(const struct route *route);
/* Whether file descriptor 2 of the calling thread's table is the standard error to write to. */
bool	 report_has_standard_error(const struct settings *settings);
/*
 * The calling thread has a descriptor table of its own, with a copy of the
 * program's 2 in it if it could be had; that is written to while it is the program's.
 */
void	 report_from_private_table(void);

#endif
