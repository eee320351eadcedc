/* SPDX-License-Identifier: ISC */
/*
 * Answers to the queries of res_query(3) and its kin, in wire format: addresses
 * and names as resolve.h gives them, and what only a name server knows from the one
 * that the settings name, through the proxy.
 */
#ifndef LIBSOCKSIFY_DNS_H
#define LIBSOCKSIFY_DNS_H

#include <stddef.h>
#include <stdint.h>

/* The C library's resolver is to be asked. */
#define DNS_REAL	(-1)

/*
 * Writes the answer to the query of @len bytes to @answer, as much of it as fits in
 * @size bytes: *whole is its whole length. 0, DNS_REAL, or a positive errno:
 * EINVAL for what is no query, ECONNREFUSED when no name server is configured, and
 * how asking one failed.
 */
int	 dns_answer(const uint8_t *query, size_t len, uint8_t *answer, size_t size, size_t *whole);

#endif
