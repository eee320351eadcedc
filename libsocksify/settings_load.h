/* SPDX-License-Identifier: ISC */
/* The settings as the preloaded library finds them. */
#ifndef LIBSOCKSIFY_SETTINGS_LOAD_H
#define LIBSOCKSIFY_SETTINGS_LOAD_H

#include <stdbool.h>

#include "libsocksify/settings.h"

/*
 * Called by the library's constructor, before there are threads, and by a hook
 * that runs before it; the first call loads, all return the same. NULL when
 * nothing is configured (the library is then inert) or when the process is
 * setuid. *failed tells whether something was asked for that cannot be had (a
 * state file that cannot be mapped, a malformed SOCKS5_SERVER): then connections
 * must be refused, never sent directly, and the settings are not NULL but empty.
 * Uses raw calls only, never a hooked one; keeps errno.
 */
const struct settings *settings_load(bool *failed);

#endif
