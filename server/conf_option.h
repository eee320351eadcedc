/* SPDX-License-Identifier: ISC */
/* One option by the table of its scope, and why a word is none. */
#ifndef SERVER_CONF_OPTION_H
#define SERVER_CONF_OPTION_H

#include "server/conf_read.h"

/* From its keyword @name on: 0, or -EINVAL once the error has been written. */
int	 conf_read_option(struct conf_parser *p, const struct conf_token *name);

#endif
