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

struct hosts_answer {
	unsigned	count;
	struct endpoint	addresses[HOSTS_MAX];	/* in the file's order, without ports */
	char		canonical[HOST_NAME_MAX_LEN + 1];	/* the first name on the first line */
};

/* Collects what the file says about @name; a file that cannot be read says nothing. */
void	 hosts_find_name(const char *file, const char *name, struct hosts_answer *answer);
/* Copies the first name of @address (its port is ignored) into @name: 0, or -ENOENT. */
int	 hosts_find_address(const char *file, const struct endpoint *address, char *name);

#endif
