/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/log.h"

/* Of one message inside a packet: type, number of descriptors, bytes of payload. */
#define HEADER_SIZE		4
/* Packets handled in one turn, so that an inbox starves nothing else. */
#define RECEIVE_BUDGET		16
#define CONGESTED_PACKETS	4
#define RETRY_MS		20

/*
 * The receiver needs a free descriptor for each that comes, or the kernel drops
 * them; so under a low limit a packet brings few.
 */
unsigned
ipc_batch(void)
{
	static unsigned batch;
	struct rlimit limit;

	if (batch != 0)
		return batch;
	batch = IPC_FDS_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 16 < batch)
		batch = limit.rlim_cur / 16 > 4 ? (unsigned)limit.rlim_cur / 16 : 4;
	return batch;
}

int
ipc_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	return 0;
}

void
ipc_init(struct ipc *ipc, int fd, ipc_handler *handler, ipc_error *error, void *arg)
{
	memset(ipc, 0, sizeof(*ipc));
	ipc->fd = fd;
	ipc->handler = handler;
	ipc->error = error;
	ipc->arg = arg;
	STAILQ_INIT(&ipc->packets);
}

static void
close_all(int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static void
packet_free(struct ipc *ipc, struct ipc_packet *p)
{
	close_all(p->fds, p->fd_count);
	if (ipc->secret)
		explicit_bzero(p, sizeof(*p));
	free(p);
}

static void
drop_first(struct ipc *ipc)
{
	struct ipc_packet *p = STAILQ_FIRST(&ipc->packets);

	STAILQ_REMOVE_HEAD(&ipc->packets, entry);
	ipc->packet_count--;
	packet_free(ipc, p);
}

void
ipc_fini(struct ipc *ipc)
{
	loop_io_del(&ipc->io);
	loop_timer_cancel(&ipc->retry);
	loop_defer_cancel(&ipc->flush);
	while (!STAILQ_EMPTY(&ipc->packets))
		drop_first(ipc);
	if (ipc->fd >= 0)
		close(ipc->fd);
	ipc->fd = -1;
}

bool
ipc_congested(const struct ipc *ipc)
{
	return ipc->packet_count >= CONGESTED_PACKETS;
}

static int
packet_send(const struct ipc *ipc, struct ipc_packet *p)
{
	union {
		char		buf[CMSG_SPACE(sizeof(p->fds))];
		struct cmsghdr	align;
	} control;
	struct iovec iov = { .iov_base = p->data, .iov_len = p->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (p->fd_count > 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(p->fd_count * sizeof(int));
		memset(control.buf, 0, msg.msg_controllen);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(p->fd_count * sizeof(int));
		memcpy(CMSG_DATA(cmsg), p->fds, p->fd_count * sizeof(int));
	}
	return sendmsg(ipc->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void	ipc_ready(int fd, unsigned events, void *arg);

static void
watch(struct ipc *ipc)
{
	unsigned events = (ipc->receiving ? LOOP_READ : 0) |
	    (ipc->wait == IPC_WAIT_WRITABLE ? LOOP_WRITE : 0);

	if (events == 0)
		loop_io_del(&ipc->io);
	else if (loop_io_add(&ipc->io, ipc->fd, events, ipc_ready, ipc) < 0)
		log_error_errno("ipc: cannot watch a channel");
}

static void
unblock(void *arg)
{
	struct ipc *ipc = arg;
	bool watched = ipc->wait == IPC_WAIT_WRITABLE;

	ipc->wait = IPC_NO_WAIT;
	if (watched)
		watch(ipc);
	ipc_flush(ipc);
}

/*
 * A full socket is waited for. ETOOMANYREFS (descriptors in flight, limited per
 * user by RLIMIT_NOFILE) and a lack of memory end without an event: try again.
 */
static void
block(struct ipc *ipc, int error)
{
	static struct log_limit limit;
	unsigned long unsaid;

	if (error == -EAGAIN) {
		ipc->wait = IPC_WAIT_WRITABLE;
		watch(ipc);
		return;
	}
	ipc->wait = IPC_WAIT_RETRY;
	loop_timer_set(&ipc->retry, RETRY_MS, unblock, ipc);
	if (log_limit_pass(&limit, &unsaid))
		log_warn("ipc: cannot pass descriptors on for now: %s (%lu times unsaid)",
		    strerror(-error), unsaid);
}

void
ipc_flush(struct ipc *ipc)
{
	bool was_congested = ipc_congested(ipc);

	while (ipc->wait == IPC_NO_WAIT && !STAILQ_EMPTY(&ipc->packets)) {
		int error = packet_send(ipc, STAILQ_FIRST(&ipc->packets));

		switch (error) {
		case 0:
			drop_first(ipc);
			break;
		case -EAGAIN:
		case -ENOBUFS:
		case -ENOMEM:
		case -ETOOMANYREFS:
			block(ipc, error);
			break;
		default:
			/* The peer is gone; its end is reported by the receiving side. */
			drop_first(ipc);
			break;
		}
	}
	if (was_congested && !ipc_congested(ipc) && ipc->drained != NULL)
		ipc->drained(ipc, ipc->arg);
}

static void
flush_turn(void *arg)
{
	ipc_flush(arg);
}

/* The packet that has room for another message, or a new one; NULL: no memory. */
static struct ipc_packet *
packet_for(struct ipc *ipc, size_t len, unsigned fd_count)
{
	struct ipc_packet *p = STAILQ_LAST(&ipc->packets, ipc_packet, entry);

	if (p != NULL && p->len + HEADER_SIZE + len <= IPC_PACKET_MAX &&
	    (p->fd_count == 0 || p->fd_count + fd_count <= ipc_batch()))
		return p;
	p = malloc(sizeof(*p));
	if (p == NULL)
		return NULL;
	p->len = 0;
	p->fd_count = 0;
	STAILQ_INSERT_TAIL(&ipc->packets, p, entry);
	ipc->packet_count++;
	return p;
}

int
ipc_send(struct ipc *ipc, uint8_t type, const struct writer *payload,
    const int *fds, unsigned fd_count)
{
	size_t len = payload == NULL ? 0 : payload->len;
	int held[IPC_FDS_MAX];
	struct ipc_packet *p;
	struct writer w;

	if (fd_count > IPC_FDS_MAX)
		return -EMSGSIZE;
	if (fd_count > 0)
		memcpy(held, fds, fd_count * sizeof(*fds));
	if (len > IPC_PAYLOAD_MAX || (payload != NULL && payload->bad)) {
		close_all(held, fd_count);
		return -EMSGSIZE;
	}
	p = packet_for(ipc, len, fd_count);
	if (p == NULL) {
		close_all(held, fd_count);
		return -ENOMEM;
	}
	writer_init(&w, p->data + p->len, IPC_PACKET_MAX - p->len);
	writer_u8(&w, type);
	writer_u8(&w, (uint8_t)fd_count);
	writer_u16(&w, (uint16_t)len);
	if (len > 0)
		writer_bytes(&w, payload->data, len);
	p->len += w.len;
	memcpy(p->fds + p->fd_count, held, fd_count * sizeof(*held));
	p->fd_count += fd_count;
	loop_defer(&ipc->flush, flush_turn, ipc);
	return 0;
}

/* The descriptors of a received packet: 0, or -EPROTO if some did not fit. */
static int
collect_fds(struct msghdr *msg, int *fds, unsigned *count)
{
	struct cmsghdr *cmsg;

	*count = 0;
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(fd));
			if (*count < IPC_FDS_MAX)
				fds[(*count)++] = fd;
			else
				close(fd);
		}
	}
	return (msg->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ? -EPROTO : 0;
}

static int
dispatch(struct ipc *ipc, const uint8_t *data, size_t len, int *fds, unsigned fd_count)
{
	struct reader packet;
	unsigned used = 0;
	int error = 0;

	reader_init(&packet, data, len);
	while (error == 0 && reader_left(&packet) > 0) {
		uint8_t type = reader_u8(&packet);
		unsigned n = reader_u8(&packet);
		size_t size = reader_u16(&packet);
		const uint8_t *bytes = reader_take(&packet, size);
		struct reader payload;

		if (bytes == NULL || n > fd_count - used)
			return -EPROTO;
		reader_init(&payload, bytes, size);
		error = ipc->handler(ipc, type, &payload, fds + used, n, ipc->arg);
		used += n;
	}
	return error == 0 && used != fd_count ? -EPROTO : error;
}

/* One packet: 0, -EAGAIN when there is none, or -errno. */
static int
receive_one(struct ipc *ipc)
{
	uint8_t data[IPC_PACKET_MAX];
	int fds[IPC_FDS_MAX];
	union {
		char		buf[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr	align;
	} control;
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	unsigned fd_count;
	ssize_t n;
	int error;

	n = recvmsg(ipc->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ECONNRESET;
	error = collect_fds(&msg, fds, &fd_count);
	if (error == 0)
		error = dispatch(ipc, data, (size_t)n, fds, fd_count);
	close_all(fds, fd_count);
	if (ipc->secret)
		explicit_bzero(data, (size_t)n);
	return error;
}

void
ipc_receive_now(struct ipc *ipc)
{
	int error = 0;

	for (int i = 0; i < RECEIVE_BUDGET && error == 0 && ipc->receiving; i++)
		error = receive_one(ipc);
	if (error != 0 && error != -EAGAIN && error != -EINTR) {
		ipc->receiving = false;
		watch(ipc);
		ipc->error(ipc, error, ipc->arg);
	}
}

static void
ipc_ready(int fd, unsigned events, void *arg)
{
	struct ipc *ipc = arg;

	(void)fd;
	if ((events & LOOP_WRITE) && ipc->wait == IPC_WAIT_WRITABLE)
		unblock(ipc);
	if ((events & LOOP_READ) && ipc->receiving)
		ipc_receive_now(ipc);
}

int
ipc_receive(struct ipc *ipc, bool on)
{
	if (ipc->receiving == on && (!on || ipc->io.on))
		return 0;
	ipc->receiving = on;
	watch(ipc);
	return on && !ipc->io.on ? -ENOMEM : 0;
}

bool
ipc_pending(const struct ipc *ipc)
{
	struct pollfd p = { .fd = ipc->fd, .events = POLLIN };

	return ipc->fd >= 0 && poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0;
}
