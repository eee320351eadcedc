/* SPDX-License-Identifier: ISC */
/* What the launcher says to its user. */
#ifndef LIBSOCKSIFY_LAUNCH_MESSAGE_H
#define LIBSOCKSIFY_LAUNCH_MESSAGE_H

#include "common/compiler.h"

/* One line on standard error, after "socksify: ". */
void	 launch_complain(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* What was wrong was said: -1, so that "return launch_fail(...)" reads well. */
int	 launch_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
