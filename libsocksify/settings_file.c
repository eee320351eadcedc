/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "libsocksify/raw.h"

static int
fill(struct settings_file *file, int fd)
{
	long n;

	for (;;) {
		n = RAW(SYS_read, fd, file->text + file->len, SETTINGS_FILE_MAX - file->len);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		file->len += (size_t)n;
		if (file->len == SETTINGS_FILE_MAX)
			return -EFBIG;
	}
}

int
settings_file_read(struct settings_file *file, int fd)
{
	long at = RAW(SYS_mmap, NULL, SETTINGS_FILE_MAX, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int error;

	if (at < 0 && at > -4096)
		return (int)at;
	*file = (struct settings_file){ .text = (char *)at };
	error = fill(file, fd);
	if (error < 0)
		settings_file_close(file);
	return error;
}

int
settings_file_open(struct settings_file *file, const char *path, bool wait)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (wait ? 0 : O_NONBLOCK);
	int fd = (int)RAW(SYS_openat, AT_FDCWD, path, flags, 0), error;

	if (fd < 0)
		return fd;
	error = settings_file_read(file, fd);
	RAW(SYS_close, fd);
	return error;
}

void
settings_file_close(struct settings_file *file)
{
	explicit_bzero(file->text, file->len);
	RAW(SYS_munmap, file->text, SETTINGS_FILE_MAX);
	*file = (struct settings_file){ .text = NULL };
}
