/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/role.h"

#include <string.h>

static const char *const names[ROLES] = {
	[ROLE_MOTHER] = "mother",
	[ROLE_MONITOR] = "monitor",
	[ROLE_NEGOTIATE] = "negotiate",
	[ROLE_REQUEST] = "request",
	[ROLE_IO] = "io",
	[ROLE_AUTH] = "auth",
};

const char *
role_name(enum role role)
{
	return role < ROLES ? names[role] : "unknown";
}

enum role
role_by_name(const char *name)
{
	for (unsigned i = 0; i < ROLES; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum role)i;
	}
	return ROLES;
}
