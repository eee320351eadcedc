/* SPDX-License-Identifier: ISC */
/*
 * The words of Dante's language that this version does not have, so that who
 * brings a file along is told that a word is no mistake of theirs. A row that
 * becomes a keyword leaves this list.
 */
#ifndef SERVER_CONF_UNSUPPORTED_H
#define SERVER_CONF_UNSUPPORTED_H

#include <stdbool.h>

#include "common/conf_lex.h"

bool	 conf_word_is_unsupported(const char *name);
/* Offers them to @n as well. */
void	 conf_unsupported_nearest(struct conf_nearest *n, const char *word);

#endif
