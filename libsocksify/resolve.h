/* SPDX-License-Identifier: ISC */
/*
 * What host names and addresses stand for under socksify. A name that the rules
 * send to a proxy has a reserved address, and the proxy is told the name; one
 * that the hosts file lists has the addresses of that file; what the rules keep
 * local is the C library's resolver's, as ever. Nobody is asked here: no name
 * server hears of a name that is not local.
 */
#ifndef LIBSOCKSIFY_RESOLVE_H
#define LIBSOCKSIFY_RESOLVE_H

#include <netdb.h>

#include "libsocksify/hosts.h"

/* The C library's resolver is to be asked, with what the program gave. */
#define RESOLVE_REAL	1

/* Whether that holds for everything: nothing is configured, or names are to be resolved here. */
bool	 resolve_is_inert(void);
/* Whether resolve_name() would leave @name to it. */
bool	 resolve_is_real(const char *name);
/* Whether @name is one of the hosts file or another of this host's. */
bool	 resolve_is_listed(const char *name);
/*
 * Answers for a @name that is not numeric. From the hosts file come all
 * addresses, of whatever family, in the order in which to try them; of a remote
 * name the reserved one of @family. AF_UNSPEC means IPv4, which suits every program
 * and every proxy, or IPv6 where the settings name a range of that alone. 0;
 * RESOLVE_REAL; -ENOENT for what can be no host's name; -ENOSPC when there are no
 * reserved addresses left.
 */
int	 resolve_name(const char *name, int family, struct hosts_answer *answer);
/* Whether connections to the address go there directly. */
bool	 resolve_is_direct(const struct endpoint *address);
/* Whether those to @name do, which is not numeric, whatever address it turns out to have. */
bool	 resolve_name_is_direct(const char *name);
/*
 * Notes what the C library's resolver gave for @name, in case that is direct; it
 * may be numeric. The other form is for a name that is.
 */
void	 resolve_note_list(const char *name, const struct addrinfo *list);
void	 resolve_note_direct(const struct endpoint *address);
/*
 * The name of @address, out of the reserved addresses or the hosts file, as the
 * canonical one of @answer, with its aliases: 0, RESOLVE_REAL, or -ENOENT.
 */
int	 resolve_address(const struct endpoint *address, struct hosts_answer *answer);

#endif
