/* SPDX-License-Identifier: ISC */
/* What to do about a proxy that does not do what it should. */
#ifndef LIBSOCKSIFY_LAUNCH_HINT_H
#define LIBSOCKSIFY_LAUNCH_HINT_H

#include <stddef.h>
#include <stdint.h>

#include "common/handshake.h"

/* A TCP connection that failed with this errno, positive; NULL: nobody knows. */
const char *launch_hint_connect(int error);
/*
 * A handshake that has failed; @received are the first bytes that came in its last
 * phase. NULL: nobody knows.
 */
const char *launch_hint_handshake(const struct handshake *h, const uint8_t *received, size_t len);

#endif
