/* SPDX-License-Identifier: ISC */
/*
 * A client's bytes. The first byte of the input tells in what pieces the rest
 * arrives, whether the method none is accepted, and whether passwords are right;
 * whole and in pieces the conversation must come to the same end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/negotiation.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const enum auth_method methods[] = { AUTH_USERNAME, AUTH_NONE };

static enum negotiation_state
converse(struct negotiation *n, const uint8_t *data, size_t len, size_t step, unsigned count,
    bool right)
{
	enum negotiation_state state = NEGOTIATION_GREETING;

	negotiation_init(n);
	while (len > 0 && state != NEGOTIATION_DONE && state != NEGOTIATION_FAILED) {
		size_t room, now = len < step ? len : step;
		uint8_t *to = negotiation_room(n, &room);

		if (room == 0)
			abort();
		now = now < room ? now : room;
		memcpy(to, data, now);
		data += now;
		len -= now;
		state = negotiation_feed(n, now, methods, count);
		if (state == NEGOTIATION_CHECKING) {
			n->out_len = 0;
			state = negotiation_checked(n, right);
			if (state == NEGOTIATION_REQUEST)
				state = negotiation_feed(n, 0, methods, count);
		}
		if (state != NEGOTIATION_FAILED)
			n->out_len = 0;
	}
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct negotiation whole, pieces;
	enum negotiation_state a, b;
	size_t step;
	unsigned count;
	bool right;

	if (len < 1)
		return 0;
	step = 1 + data[0] % 64;
	count = data[0] % 128 < 64 ? 2 : 1;
	right = data[0] < 128;
	a = converse(&whole, data + 1, len - 1, SIZE_MAX, count, right);
	b = converse(&pieces, data + 1, len - 1, step, count, right);
	if (a != b || whole.version != pieces.version || whole.method != pieces.method)
		abort();
	if (a == NEGOTIATION_DONE && (whole.request.command != pieces.request.command ||
	    whole.request.dst.type != pieces.request.dst.type ||
	    strcmp(whole.request.dst.name, pieces.request.dst.name) != 0 ||
	    strcmp(whole.auth.username, pieces.auth.username) != 0))
		abort();
	if (a == NEGOTIATION_FAILED && strcmp(whole.failure, pieces.failure) != 0)
		abort();
	negotiation_fini(&whole);
	negotiation_fini(&pieces);
	return 0;
}
