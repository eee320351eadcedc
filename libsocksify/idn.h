/* SPDX-License-Identifier: ISC */
/* Names that are not ASCII (RFC 5890), as AI_IDN of getaddrinfo(3) asks for them. */
#ifndef LIBSOCKSIFY_IDN_H
#define LIBSOCKSIFY_IDN_H

/*
 * Writes the ASCII form of @name, which is in the locale's encoding, to @ascii
 * (HOST_NAME_MAX_LEN + 1). 0, or an EAI code as getaddrinfo(3) has it. As in the C
 * library libidn2 does the work, loaded when it is first needed.
 */
int	 idn_encode(const char *name, char *ascii);

#endif
