/* SPDX-License-Identifier: ISC */
/* The machine's interfaces, for rules that name one. */
#ifndef SERVER_INTERFACE_H
#define SERVER_INTERFACE_H

#include "server/conf.h"

/*
 * Tells the rules of @conf which addresses the interfaces have now: at start and
 * at every reload. If the system does not say, rules that name an interface match
 * nothing, and the log says so.
 */
void	interface_bind_rules(struct conf *conf);

#endif
