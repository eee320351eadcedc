/* SPDX-License-Identifier: ISC */
/*
 * A proxy's bytes, to the client. The first byte of the input tells whether the
 * client has a password, which protocol it speaks, and how many bytes it gets at a
 * time; the handshake must come to the same end as with all that it wants at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/handshake.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct host target = { .type = HOST_NAME, .endpoint = { .port = 443 },
	.name = "example.com" };

/* Returns how many of the proxy's bytes were taken. */
static size_t
converse(struct handshake *h, const uint8_t *data, size_t len, size_t step,
    const struct handshake_server *server)
{
	size_t taken = 0, n;

	handshake_start(h, SOCKS5_CONNECT, &target, server);
	while (!handshake_ended(h)) {
		const uint8_t *out;
		uint8_t *room;

		n = handshake_output(h, &out);
		if (n > 0) {
			handshake_sent(h, n < step ? n : step);
			continue;
		}
		n = handshake_wants(h, &room);
		if (n == 0)
			abort();
		n = n < step ? n : step;
		if (n > len - taken)
			break;
		memcpy(room, data + taken, n);
		taken += n;
		handshake_received(h, n);
	}
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct handshake whole, pieces;
	static const enum handshake_protocol protocols[] = { HANDSHAKE_SOCKS5, HANDSHAKE_SOCKS4A,
		HANDSHAKE_HTTP, HANDSHAKE_SOCKS5 };
	struct handshake_server server = { .username = "", .password = "" };
	size_t a, b;

	if (len < 1)
		return 0;
	server.protocol = protocols[data[0] >> 3 & 3];
	if (data[0] < 128) {
		server.username = "alice";
		server.password = "secret";
	}
	a = converse(&whole, data + 1, len - 1, SIZE_MAX, &server);
	b = converse(&pieces, data + 1, len - 1, 1 + data[0] % 8, &server);
	if (handshake_ended(&whole) && (whole.phase != pieces.phase ||
	    whole.error != pieces.error))
		abort();
	if (whole.phase == HANDSHAKE_DONE && a != b)
		abort();
	/* What can be no answer may be seen before all of it is there. */
	if (whole.phase == HANDSHAKE_FAILED && (whole.error <= 0 || b > a))
		abort();
	handshake_fini(&whole);
	handshake_fini(&pieces);
	return 0;
}
