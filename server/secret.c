/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/secret.h"

#include <stdint.h>

bool
secret_equal(const void *a, const void *b, size_t len)
{
	/* Volatile, so that no compiler may leave the loop as soon as it knows. */
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}
