/* SPDX-License-Identifier: ISC */
/* What only a whole file can lack, and what it should be warned of. */
#ifndef SERVER_CONF_CHECK_H
#define SERVER_CONF_CHECK_H

#include "server/conf_read.h"

/* After the end of the file: 0, or -EINVAL once the error has been written. */
int	 conf_check(struct conf_parser *p);

#endif
