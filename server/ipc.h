/* SPDX-License-Identifier: ISC */
/*
 * Messages with descriptors between processes, over SOCK_SEQPACKET.
 *
 * A packet carries one or more messages, each a type, its descriptors and up to
 * IPC_PAYLOAD_MAX bytes. What is sent in one turn of the loop leaves in as few
 * packets as fit, at the end of the turn. When the socket is full the packets
 * wait here in order, and ipc_congested() tells the sender to take in no more.
 *
 * The receiver trusts nothing: a packet that is truncated, malformed, or whose
 * descriptors do not add up is reported as -EPROTO and its descriptors closed.
 */
#ifndef SERVER_IPC_H
#define SERVER_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/cursor.h"
#include "server/loop.h"

#define IPC_PAYLOAD_MAX		2048	/* bytes of one message */
#define IPC_PACKET_MAX		8192	/* bytes of one packet */
#define IPC_FDS_MAX		64	/* descriptors of one packet (the kernel's limit is 253) */

struct ipc;

/*
 * One message. The handler may take a descriptor by putting -1 in its place;
 * what it leaves is closed. Returns 0, or -errno for a message that it refuses,
 * which ends the packet and is passed to the error callback.
 */
typedef int ipc_handler(struct ipc *ipc, uint8_t type, struct reader *payload,
    int *fds, unsigned fd_count, void *arg);
/* The channel is at its end (-ECONNRESET: the peer has closed it) or broken (-errno). */
typedef void ipc_error(struct ipc *ipc, int error, void *arg);
/* The backlog has drained: ipc_congested() is false again. */
typedef void ipc_drained(struct ipc *ipc, void *arg);

/* Why nothing is sent at the moment. */
enum ipc_wait {
	IPC_NO_WAIT,
	IPC_WAIT_WRITABLE,	/* the socket is full */
	IPC_WAIT_RETRY,		/* a lack that no event ends: a timer runs */
};

struct ipc_packet {
	STAILQ_ENTRY(ipc_packet) entry;
	uint8_t		 data[IPC_PACKET_MAX];
	size_t		 len;
	int		 fds[IPC_FDS_MAX];
	unsigned	 fd_count;
};

struct ipc {
	int			 fd;		/* owned; -1: none */
	bool			 secret;	/* wipe every buffer after use */
	bool			 receiving;
	enum ipc_wait		 wait;
	ipc_handler		*handler;
	ipc_error		*error;
	ipc_drained		*drained;
	void			*arg;
	struct loop_io		 io;
	struct loop_timer	 retry;
	struct loop_deferred	 flush;
	STAILQ_HEAD(, ipc_packet) packets;	/* the last one may still grow */
	unsigned		 packet_count;
};

/* Takes @fd, a non-blocking SOCK_SEQPACKET socket. Nothing is received before ipc_receive(). */
void	 ipc_init(struct ipc *ipc, int fd, ipc_handler *handler, ipc_error *error, void *arg);
/* Closes the socket and drops what was not sent. Not from inside its own callbacks. */
void	 ipc_fini(struct ipc *ipc);
/* How many descriptors share one packet at most; one message alone may bring more. */
unsigned ipc_batch(void);
/* Two connected ends, non-blocking and close-on-exec: 0, or -errno. */
int	 ipc_pair(int fds[2]);

/* Starts or stops receiving. 0, or -errno. */
int	 ipc_receive(struct ipc *ipc, bool on);
/* Handles what has arrived, without the loop; for draining an inbox to its end. */
void	 ipc_receive_now(struct ipc *ipc);
/* Whether a packet is waiting to be received. */
bool	 ipc_pending(const struct ipc *ipc);

/*
 * Sends one message; takes the descriptors and closes them when they are sent.
 * @w is the payload that was built (NULL: none). 0, or -errno: -EMSGSIZE (too
 * long, or a writer with its error set) or -ENOMEM, the descriptors then closed.
 */
int	 ipc_send(struct ipc *ipc, uint8_t type, const struct writer *w,
    const int *fds, unsigned fd_count);
/* Sends now what waits for the end of the turn. */
void	 ipc_flush(struct ipc *ipc);
bool	 ipc_congested(const struct ipc *ipc);

#endif
