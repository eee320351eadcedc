/* SPDX-License-Identifier: ISC */
/*
 * A leg of a route: the candidates in a row that one socket can be connected to,
 * one after the other. A proxy behind a UNIX socket is a leg of its own. The
 * helper can only try the places of one leg; what comes after it is tried by
 * connect(2) itself, as long as it is still in the program's thread.
 */
#ifndef LIBSOCKSIFY_LEG_H
#define LIBSOCKSIFY_LEG_H

#include <stdbool.h>

#include "libsocksify/route.h"

/* Bits: the families of proxies that a socket can be connected to. */
enum {
	LEG_REACHES_4 = 1,
	LEG_REACHES_6 = 2,
};

/* Whether any candidate of @leg has addresses out of @reach, to be tried after the others. */
bool	 leg_leaves_out(const struct route *leg, unsigned reach);
/*
 * The leg that begins with the candidate @first of @whole, as a route of its own
 * in *leg: the number of the candidate after it. *domain becomes that of the
 * socket that must stand in for one which reaches what @reach says: AF_UNIX;
 * AF_INET6, which reaches both versions of IP, also for a proxy that has failed
 * lately and has addresses out of @reach; or 0 where none need.
 */
unsigned leg_cut(const struct route *whole, unsigned first, unsigned reach, struct route *leg,
	    int *domain);

#endif
