/* SPDX-License-Identifier: ISC */
/* What may stand in a request as its target. */
#ifndef SERVER_TARGET_H
#define SERVER_TARGET_H

#include <stdbool.h>

#include "common/addr.h"

/* A name that is an address in letters is that address: to the rules as well. */
void	target_normalize(struct host *dst);
/*
 * Whether the resolver takes the name for what the rules have read: a backslash, by
 * which it spells any byte, and blanks and controls are in no host's name.
 */
bool	target_is_sound(const struct host *dst);
/* 255.255.255.255, by which a BIND asks for Dante's extension. */
bool	target_is_bind_extension(const struct host *dst);

#endif
