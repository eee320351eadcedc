/* SPDX-License-Identifier: ISC */
/*
 * A whole file in memory that only its reader sees. Raw calls alone: the preloaded
 * library reads its configuration so, in its constructor.
 */
#ifndef LIBSOCKSIFY_SETTINGS_FILE_H
#define LIBSOCKSIFY_SETTINGS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS_FILE_MAX	(1024 * 1024)	/* bytes; a longer one is refused */

struct settings_file {
	char	*text;		/* not ended by NUL */
	size_t	 len;
};

/*
 * 0, or -errno; -EFBIG for what is too long. @wait: what comes out of a pipe is
 * waited for.
 */
int	 settings_file_open(struct settings_file *file, const char *path, bool wait);
/* The same from a descriptor, which stays open. */
int	 settings_file_read(struct settings_file *file, int fd);
/* Wipes and gives back what the two functions above took. */
void	 settings_file_close(struct settings_file *file);

#endif
