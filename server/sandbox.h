/* SPDX-License-Identifier: ISC */
/*
 * What a role can do to the system if its process is taken over: no more than its
 * own work needs. See SECURITY.md for what is left.
 */
#ifndef SERVER_SANDBOX_H
#define SERVER_SANDBOX_H

#include "server/role.h"

/*
 * Confines this process to what @role, not the mother's, does; for good. The ids
 * are dropped and no_new_privs is set already, and nothing of a client was read.
 * 0, or -errno if what confines it could not be built: then it must not serve. A
 * system that has no such means is no error; the log says so.
 */
int	sandbox_enter(enum role role);

#endif
