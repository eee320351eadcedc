/* SPDX-License-Identifier: ISC */
/*
 * The message that carries a session from one stage to the next. What is taken
 * is packed again and comes out the same: no byte has two meanings.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/ipc.h"
#include "server/session.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t again[IPC_PAYLOAD_MAX];
	static struct session s;
	struct reader r;
	struct writer w;
	int error;

	reader_init(&r, data, len);
	error = session_unpack(&r, &s);
	if (error != 0) {
		if (error != -EPROTO)
			abort();
		return 0;
	}
	writer_init(&w, again, sizeof(again));
	session_pack(&w, &s);
	if (w.bad || w.len != len || memcmp(again, data, len) != 0)
		abort();
	return 0;
}
