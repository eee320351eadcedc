/* SPDX-License-Identifier: ISC */
/*
 * --test: goes to each proxy that the settings would use, step by step, and says
 * on standard output what each step gave, how long it took, and what to do about
 * one that failed. No library is loaded, nothing is shared, no command runs.
 */
#ifndef LIBSOCKSIFY_LAUNCH_TEST_H
#define LIBSOCKSIFY_LAUNCH_TEST_H

#include "libsocksify/settings.h"

/*
 * @target is HOST:PORT, or NULL: then every proxy of the routes is asked for
 * nothing, only greeted and logged in to. The exit status: 0 when all did what was
 * asked, 1 when one did not, EXIT_NOT_STARTED with a complaint for a bad @target.
 */
int	 launch_test(const struct settings *settings, const char *target);

#endif
