/* SPDX-License-Identifier: ISC */
/*
 * Who a process is. The mother keeps root in reserve behind user.privileged; the
 * auth helper becomes user.privileged and every other child user.unprivileged,
 * for good: no saved id, no groups, no capabilities, no way back by exec. A child
 * that stays root by name keeps one capability, to read files.
 */
#ifndef SERVER_PRIVILEGE_H
#define SERVER_PRIVILEGE_H

/* What children become when started as root and the configuration names nobody. */
#define PRIVILEGE_DEFAULT_USER	"nobody"

/*
 * Becomes @user for good. Not started as root: nothing to do if @user is who we
 * are or "", otherwise -EPERM. -ENOENT: no such user.
 */
int	privilege_drop(const char *user);
/* The mother's effective ids: @user's, "" meaning root. 0, or -errno as above. */
int	privilege_lower(const char *user);
/* Back to root, where lowered from it. */
int	privilege_raise(void);
/* After that: as the last privilege_lower() had it. */
int	privilege_lower_again(void);

#endif
