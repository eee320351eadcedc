/* SPDX-License-Identifier: ISC */
/* The global options. */
#ifndef SERVER_CONF_PARSE_GLOBAL_H
#define SERVER_CONF_PARSE_GLOBAL_H

#include "server/conf_read.h"

/* In the order of the alphabet; ends with a row without a name. */
extern const struct conf_keyword conf_global_keywords[];

#endif
