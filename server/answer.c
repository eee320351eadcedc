/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/answer.h"

#include "common/socks4.h"

void
answer_build(struct writer *w, uint8_t version, enum socks5_reply reply,
    const struct endpoint *bound)
{
	struct host bnd = { .type = HOST_IP, .endpoint = *bound };

	if (version == SOCKS4_VERSION)
		socks4_build_answer(w, reply == SOCKS5_SUCCEEDED ? SOCKS4_GRANTED :
		    SOCKS4_REJECTED, bound);
	else
		socks5_build_answer(w, (uint8_t)reply, &bnd);
}
