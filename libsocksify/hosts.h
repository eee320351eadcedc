/* SPDX-License-Identifier: ISC */
/*
 * A reader of hosts(5) that asks nobody else: the C library's look-up would go
 * on to the name servers for the family that the file does not list. It keeps
 * nothing between calls, takes no memory and makes raw calls only.
 */
#ifndef LIBSOCKSIFY_HOSTS_H
#define LIBSOCKSIFY_HOSTS_H

#include "common/addr.h"

#define HOSTS_FILE	"/etc/hosts"
#define HOSTS_MAX	16	/* addresses for a name; further ones are ignored */
#define HOSTS_ALIASES	512	/* bytes; what does not fit is ignored */

struct hosts_answer {
	unsigned	count;
	struct endpoint	addresses[HOSTS_MAX];	/* in the file's order, without ports */
	/* The first name on the first line. */
	char		canonical[HOST_NAME_MAX_LEN + 1];
	/* The other names of these lines: for each a byte, its line's family, and the name. */
	char		aliases[HOSTS_ALIASES];
	size_t		aliases_len;
};

/* Collects what the file says about @name; a file that cannot be read says nothing. */
void	 hosts_find_name(const char *file, const char *name, struct hosts_answer *answer);
/* The same for an @address (its port is ignored), which is then the one of the answer. */
void	 hosts_find_address(const char *file, const struct endpoint *address,
	    struct hosts_answer *answer);

#endif
