/* SPDX-License-Identifier: ISC */
/* Connections that are recorded: those that the helper makes, and those that are over. */
#ifndef LIBSOCKSIFY_CONNECT_RECORDED_H
#define LIBSOCKSIFY_CONNECT_RECORDED_H

struct attempt;
struct call;
struct options;

/*
 * A non-blocking socket: -EINPROGRESS, with the helper at work. Where there is
 * no helper to be had, the handshake runs here and now, as it would have to in
 * a process that may have no threads.
 */
int	 connect_recorded(struct call *call);
/* Records a connection that a blocking call has made, for getpeername(2). */
void	 connect_record(const struct call *call);
/*
 * A blocking call that is to return @error, -EINTR or -EINPROGRESS, while its
 * attempt @from goes on: in the helper, or here where there is none.
 * 0: it is to go on in the calling thread.
 */
int	 connect_continue(struct call *call, const struct attempt *from,
	    const struct options *options, int error);

#endif
