/* SPDX-License-Identifier: ISC */
/*
 * A packet as a process that was taken over could send it. Every message must
 * reach the handler whole, the packet used up or refused.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/ipc.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t handled;

static int
on_message(struct ipc *ipc, uint8_t type, struct reader *payload, int *fds, unsigned fd_count,
    void *arg)
{
	(void)ipc;
	(void)type;
	(void)fds;
	(void)arg;
	/* No descriptor is ever sent here. */
	if (fd_count != 0)
		abort();
	handled += 4 + reader_left(payload);
	while (reader_left(payload) > 0)
		reader_u8(payload);
	return reader_finished(payload) ? 0 : -EPROTO;
}

static void
on_error(struct ipc *ipc, int error, void *arg)
{
	(void)ipc;
	*(int *)arg = error;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int ends[2] = { -1, -1 };
	static struct ipc ipc;
	static int error;

	if (len == 0 || len > 2 * IPC_PACKET_MAX)
		return 0;
	if (ends[0] < 0) {
		if (loop_init() < 0 || ipc_pair(ends) < 0)
			abort();
		ipc_init(&ipc, ends[0], on_message, on_error, &error);
	}
	if (send(ends[1], data, len, 0) != (ssize_t)len || ipc_receive(&ipc, true) < 0)
		abort();
	error = 0;
	handled = 0;
	ipc_receive_now(&ipc);
	if (error != 0 && error != -EPROTO)
		abort();
	if (error == 0 && handled != len)
		abort();
	return 0;
}
