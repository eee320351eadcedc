/* SPDX-License-Identifier: ISC */
/*
 * Sockets on which a thread is in a blocking connect(2). These are not recorded
 * (connection.h), lest fork(2) wait for them; but two handshakes on one socket
 * would garble each other. Lock-free; what a thread that left connect(2) by
 * longjmp has claimed stays so as long as its socket lives.
 */
#ifndef LIBSOCKSIFY_CLAIMS_H
#define LIBSOCKSIFY_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

/* Claims the socket with that SO_COOKIE (0: not known): false if another thread has it. */
bool	 claims_take(uint64_t cookie);
void	 claims_give(uint64_t cookie);

#endif
