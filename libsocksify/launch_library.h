/* SPDX-License-Identifier: ISC */
/* How the preloaded library gets into the command, and out of this program. */
#ifndef LIBSOCKSIFY_LAUNCH_LIBRARY_H
#define LIBSOCKSIFY_LAUNCH_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "libsocksify/elf_file.h"

/* Copies the directory that this program was started from, with no last slash: 0, or -1. */
int	 launch_own_directory(char *directory, size_t size);
/*
 * Puts the library into LD_PRELOAD, behind what stands there, after making sure
 * that the dynamic linker will take it: one that it cannot load it skips, and the
 * program would go direct. 0, or -1 with a complaint.
 */
int	 launch_preload(void);
/* The dynamic linker that the library is for, which started this program; NULL: none did. */
const char *launch_own_linker(void);
/* Whether the file is of the machine and the word size that the library is of. */
bool	 launch_is_own_kind(const struct elf_file *file);
/*
 * Whether the dynamic linker @linker, another one than ours, loads the library into
 * @program: asks it, and does not start the program.
 */
bool	 launch_library_loads(const char *linker, const char *program);
/* Whether this very process runs with the library in it, within another socksify. */
bool	 launch_is_preloaded(void);
/*
 * Starts this program anew without the library and with the same arguments.
 * Returns only on failure: -1 with a complaint.
 */
int	 launch_again_without(char **argv);

#endif
