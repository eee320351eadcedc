/* SPDX-License-Identifier: ISC */
/*
 * The addresses that connections go out from: what the configuration names, asked
 * of the system. May block (names); for the start and for reloads only.
 */
#ifndef SERVER_EXTERNAL_H
#define SERVER_EXTERNAL_H

#include <stddef.h>

#include "common/addr.h"
#include "server/conf.h"
#include "server/connector.h"

/*
 * The first address of each family in the list of @c becomes the source of that
 * family; 0.0.0.0 and :: leave the choice within it to the system. An interface
 * counts with its best address of each family. A family that nothing names has
 * no source.
 *
 * 0; or -errno with a message of one line in @error: -EINVAL the list is empty,
 * -EADDRNOTAVAIL an interface without address or a name that has none.
 */
int	 external_resolve(const struct conf *c, struct connector_sources *sources,
	    char *error, size_t error_size);

/*
 * The addresses of the interface @name, those that others can reach best first
 * (global, private, link-local IPv4; link-local IPv6 addresses are left out: they
 * mean nothing without their interface). Returns how many, at most @max and 0 for
 * an interface without; or -ENODEV, or another -errno of getifaddrs(3).
 */
int	 external_interface(const char *name, struct endpoint *addresses, unsigned max);

#endif
