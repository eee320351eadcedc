/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

/* 0, or -ENOENT. Start-up and reload only: it may ask the name service. */
static int
find_user(const char *user, uid_t *uid, gid_t *gid)
{
	struct passwd *pw = getpwnam(user);

	if (pw == NULL)
		return -ENOENT;
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

/* Whether a process that is not root may go on as @user: only if it is that user. */
static int
already(const char *user)
{
	uid_t uid;
	gid_t gid;
	int error;

	if (user[0] == '\0')
		return 0;
	error = find_user(user, &uid, &gid);
	if (error < 0)
		return error;
	return uid == geteuid() ? 0 : -EPERM;
}

/*
 * Root asked for by name has files of others to read, and keeps what that needs of all
 * its powers: in a container that took it away, what is left of it.
 */
static int
remain_root(void)
{
	unsigned power = CAP_DAC_READ_SEARCH;
	bool has;

	if (capng_get_caps_process() != 0)
		return -EPERM;
	if (!capng_have_capability(CAPNG_PERMITTED, power))
		power = CAP_DAC_OVERRIDE;
	has = capng_have_capability(CAPNG_PERMITTED, power) != 0;
	capng_clear(CAPNG_SELECT_BOTH);
	if (has)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, power);
	return capng_apply(CAPNG_SELECT_BOTH) == 0 ? 0 : -EPERM;
}

static int
become(uid_t uid, gid_t gid)
{
	uid_t r, e, s;

	if (uid == 0)
		return remain_root();
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id((int)uid, (int)gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0)
		return -EPERM;
	if (getresuid(&r, &e, &s) < 0 || r != uid || e != uid || s != uid)
		return -EPERM;
	return setuid(0) == 0 ? -EPERM : 0;
}

int
privilege_drop(const char *user)
{
	uid_t uid;
	gid_t gid;
	int error;

	if (getuid() != 0 && geteuid() != 0) {
		error = already(user);
	} else {
		error = find_user(user, &uid, &gid);
		if (error == 0)
			error = become(uid, gid);
	}
	if (error == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return error;
}

/* Who the mother is while she is not raised; root until she was lowered. */
static struct {
	uid_t	uid;
	gid_t	gid;
} lowered;

int
privilege_lower_again(void)
{
	if (getuid() == 0 && (setegid(lowered.gid) < 0 || seteuid(lowered.uid) < 0))
		return -errno;
	return 0;
}

int
privilege_lower(const char *user)
{
	int error;

	if (getuid() != 0)
		return already(user);
	lowered.uid = 0;
	lowered.gid = 0;
	if (user[0] != '\0') {
		error = find_user(user, &lowered.uid, &lowered.gid);
		if (error < 0)
			return error;
	}
	return privilege_lower_again();
}

int
privilege_raise(void)
{
	if (getuid() == 0 && (seteuid(0) < 0 || setegid(0) < 0))
		return -errno;
	return 0;
}
