/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/landlock.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(SYS_landlock_create_ruleset) && defined(SYS_landlock_restrict_self)

/*
 * The kernel's interface, which the headers of an older kernel have in part only:
 * include/uapi/linux/landlock.h. Each version of it knows more of these bits.
 */
#define CREATE_RULESET_VERSION	1u

#define FS_EXECUTE		(UINT64_C(1) << 0)
#define FS_WRITE_FILE		(UINT64_C(1) << 1)
#define FS_READ_FILE		(UINT64_C(1) << 2)
#define FS_READ_DIR		(UINT64_C(1) << 3)
#define FS_REMOVE_AND_MAKE	(UINT64_C(0x1ff) << 4)	/* entries of directories, by kinds */
#define FS_REFER		(UINT64_C(1) << 13)	/* version 2 */
#define FS_TRUNCATE		(UINT64_C(1) << 14)	/* version 3 */
#define FS_IOCTL_DEV		(UINT64_C(1) << 15)	/* version 5 */
#define NET_BIND_TCP		(UINT64_C(1) << 0)	/* version 4 */
#define NET_CONNECT_TCP		(UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_UNIX	(UINT64_C(1) << 0)	/* version 6 */
#define SCOPE_SIGNAL		(UINT64_C(1) << 1)

struct ruleset {
	uint64_t	fs, net, scoped;
};

/* What is in the ruleset without a rule that grants it is denied. */
static struct ruleset
ruleset_for(unsigned what, long version)
{
	struct ruleset r = { 0 };

	if (what & (LANDLOCK_NO_WRITING | LANDLOCK_NO_FILES))
		r.fs = FS_EXECUTE | FS_WRITE_FILE | FS_REMOVE_AND_MAKE;
	if (r.fs != 0 && version >= 2)
		r.fs |= FS_REFER;
	if (r.fs != 0 && version >= 3)
		r.fs |= FS_TRUNCATE;
	if (what & LANDLOCK_NO_FILES)
		r.fs |= FS_READ_FILE | FS_READ_DIR | (version >= 5 ? FS_IOCTL_DEV : 0);
	if (what & LANDLOCK_NO_TCP && version >= 4)
		r.net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (what & LANDLOCK_NO_PEERS && version >= 6)
		r.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	return r;
}

static size_t
ruleset_size(long version)
{
	if (version >= 6)
		return sizeof(struct ruleset);
	return version >= 4 ? offsetof(struct ruleset, scoped) : offsetof(struct ruleset, net);
}

int
landlock_confine(unsigned what)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset r = ruleset_for(what, version);
	int fd, error = 0;

	/* Not in the kernel, not turned on, not ours to use in this container; nothing it knows. */
	if (version < 1 || (r.fs | r.net | r.scoped) == 0)
		return 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, ruleset_size(version), 0);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		error = -errno;
	close(fd);
	return error;
}

#else

int
landlock_confine(unsigned what)
{
	(void)what;
	return 0;
}

#endif
