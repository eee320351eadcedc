/* SPDX-License-Identifier: ISC */
/* From the bytes of a configuration file to the configuration. */
#ifndef SERVER_CONF_PARSE_H
#define SERVER_CONF_PARSE_H

#include <stddef.h>

#include "server/conf.h"

/*
 * Parses @len bytes of @text. @file is only named in messages. Returns a new
 * configuration for conf_free(), or NULL with a message of one line (file, line,
 * the word and what was expected) in @error.
 */
struct conf	*conf_parse(const char *file, const char *text, size_t len,
		    char *error, size_t error_size);

#endif
