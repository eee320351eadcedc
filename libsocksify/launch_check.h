/* SPDX-License-Identifier: ISC */
/*
 * Whether a command can be socksified. The library gets into a program by the
 * dynamic linker of the C library that it is linked to, and sees the calls that go
 * through that library: what has another linker or none, or makes system calls
 * itself, would go past the proxy without a word.
 */
#ifndef LIBSOCKSIFY_LAUNCH_CHECK_H
#define LIBSOCKSIFY_LAUNCH_CHECK_H

#include <limits.h>

#define CHECK_FILES	8	/* scripts that start scripts; the kernel follows five */

struct launch_check {
	/* The command's file; if that is a script, its interpreter, and so on. */
	char		files[CHECK_FILES][PATH_MAX];
	unsigned	file_count;
	char		reason[PATH_MAX + 256];	/* why not, for people; "": it can */
};

/* Looks at the file @path, which execvp() would run. Starts and changes nothing. */
void	 launch_check(struct launch_check *check, const char *path);
/* --check: says on standard output what was found; the exit status. */
int	 launch_check_report(const struct launch_check *check);

#endif
