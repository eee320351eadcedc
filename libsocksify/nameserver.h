/* SPDX-License-Identifier: ISC */
/* The name server of the settings, asked over TCP (RFC 7766) by the way that its address goes. */
#ifndef LIBSOCKSIFY_NAMESERVER_H
#define LIBSOCKSIFY_NAMESERVER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sends the query of @len bytes, which dns_parse_query() has found sound, and waits
 * for the answer: as much of it as fits in @size bytes goes to @answer, *whole is
 * its whole length. 0, or a positive errno: ECONNREFUSED when none is configured,
 * ETIMEDOUT, EPROTO for what is no answer to it. Keeps no connection.
 */
int	 nameserver_ask(const uint8_t *query, size_t len, uint8_t *answer, size_t size,
	    size_t *whole);

#endif
