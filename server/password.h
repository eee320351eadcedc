/* SPDX-License-Identifier: ISC */
/*
 * Checks a name and a password against a file of "name:hash" lines or against the
 * system's accounts. Blocks: for the disk, for whatever the system asks for accounts,
 * and for the hash itself, which is meant to take its time. One thread only.
 *
 * Hashes are crypt(3)'s, of a method that crypt_checksalt(3) calls good: yescrypt,
 * sha512crypt, bcrypt. Others are refused. A name that does not exist, or may not be
 * used, costs a hash of the kind that the first account has. Passwords, hashes and what
 * was computed from them are wiped; none is in any text that these functions return.
 */
#ifndef SERVER_PASSWORD_H
#define SERVER_PASSWORD_H

#define PASSWORD_FILE_SIZE_MAX	(16u << 20)	/* bytes; a larger file is refused */

struct password_db;

/*
 * @path: a password file, which is not read yet, or NULL for the system's accounts, to be
 * opened and asked with the privilege to read /etc/shadow. NULL: ENOMEM.
 */
struct password_db *password_db_open(const char *path);
void	 password_db_close(struct password_db *db);

/*
 * Reads the file if it is another one, or another size or time, than when it was read
 * last; password_check() does this by itself. 0, or -errno: EPERM it may not be read
 * or everybody may write it, EINVAL not a regular file, EFBIG, ENOENT …
 */
int	 password_db_refresh(struct password_db *db);

/*
 * The next thing that an administrator should know of the file (a line that was
 * skipped, a file that everybody may read), once for each reading of it; NULL when
 * there is no more. Lives until the next call.
 */
const char *password_db_notice(struct password_db *db);

/*
 * 0: right. -EACCES: not; *why is then a constant text for the log, not for the client.
 * Any other -errno: the file or the system could not be asked (*why says which), and
 * nothing is known about the password.
 */
int	 password_check(struct password_db *db, const char *name, const char *password,
	    const char **why);

#endif
