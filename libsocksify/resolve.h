/* SPDX-License-Identifier: ISC */
/*
 * What a host name stands for under socksify: nobody but the hosts file is
 * asked. Local names have the addresses that the file gives (loopback for
 * "localhost" and this host's own name, where it gives none); every other name
 * has a reserved address, which the proxy is told the name of.
 */
#ifndef LIBSOCKSIFY_RESOLVE_H
#define LIBSOCKSIFY_RESOLVE_H

#include "libsocksify/hosts.h"

/*
 * Answers for a @name that is not numeric. Of a local name all addresses, of
 * whatever family; of any other the one for @family, AF_UNSPEC meaning AF_INET:
 * every proxy reaches a name, and an IPv4 address suits every program. 0;
 * -ENOENT for what can be no host's name; -ENOSPC when there are no reserved
 * addresses left.
 */
int	 resolve_name(const char *name, int family, struct hosts_answer *answer);
/*
 * Copies the name of @address into @name (HOST_NAME_MAX_LEN + 1), from the
 * reserved addresses or the hosts file: 0, or -ENOENT.
 */
int	 resolve_address(const struct endpoint *address, char *name);

#endif
