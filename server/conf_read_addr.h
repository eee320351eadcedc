/* SPDX-License-Identifier: ISC */
/*
 * Addresses and ports, in rules and in global options. 0, or -EINVAL once the
 * error has been written.
 */
#ifndef SERVER_CONF_READ_ADDR_H
#define SERVER_CONF_READ_ADDR_H

#include "server/conf_read.h"

/*
 * An address with its mask, and port conditions behind it. @names: whether host
 * names can match here; where they cannot, a name is an interface.
 */
int	 conf_read_rule_addr(struct conf_parser *p, struct rule_addr *a, bool names);
/*
 * An address, host or interface without a mask and, if @port is not NULL, the
 * port that may follow; it is left alone where none does.
 */
int	 conf_read_address(struct conf_parser *p, struct host *h, uint16_t *port);

#endif
