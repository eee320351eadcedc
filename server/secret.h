/* SPDX-License-Identifier: ISC */
/* Comparing what must not leak through the time that it takes. */
#ifndef SERVER_SECRET_H
#define SERVER_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Whether @len bytes agree; takes as long for the first byte that differs as for the last. */
bool	 secret_equal(const void *a, const void *b, size_t len);

#endif
