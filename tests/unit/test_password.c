/* SPDX-License-Identifier: ISC */
/* Password files and accounts: who is let in, who is not, and what is said of bad lines. */
#define _GNU_SOURCE	/* unshare() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/password.h"
#include "server/password_file.h"

/* All of "secret", as cheap as each method allows. */
#define YESCRYPT	"$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/$Tg4ZRR7tz/WRlmYbADZh9OJYakPewgSPQqW55EXAJ14"
#define BCRYPT		"$2b$04$KBCwKxOzLha2MUDgW0PjXe/hE/UCO9qF89dOydoHjSwxcHev5LRn."
#define SHA512		"$6$rounds=1000$saltstring$2BkAo106CG84raQcWpAlhyy6TSSkAsL1nfvBCoezLYyer" \
			"UzY2l8axTvq6NynEt7SQAx3/cdop9ds0po8uaeHq0"
#define SHA256		"$5$rounds=1000$saltstring$AH5PD0i.riCRu4BNDy9v7OPV7u3dfLBApcXI6khquVA"
#define MD5		"$1$saltstri$WHZcnT3IOdSrMvizOq7Ht1"
#define DES		"abNANd1rDfiNc"

static char	directory[] = "/tmp/test_password.XXXXXX";
static char	path[64];

static int
make_directory(void **state UNUSED)
{
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/passwords", directory);
	return 0;
}

static int
drop_directory(void **state UNUSED)
{
	unlink(path);
	return rmdir(directory);
}

/* Writes a whole file in place. */
static void
write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
assert_refused(struct password_db *db, const char *name, const char *password, const char *reason)
{
	const char *why;

	assert_int_equal(password_check(db, name, password, &why), -EACCES);
	assert_non_null(why);
	assert_string_equal(why, reason);
}

static void
assert_let_in(struct password_db *db, const char *name, const char *password)
{
	const char *why;

	assert_int_equal(password_check(db, name, password, &why), 0);
	assert_null(why);
}

static void
every_good_method_is_checked(void **state UNUSED)
{
	static const char *const names[] = { "yes", "sha", "bcrypt" };
	struct password_db *db;

	write_file(path, "yes:" YESCRYPT "\nsha:" SHA512 "\nbcrypt:" BCRYPT);
	db = password_db_open(path);
	assert_non_null(db);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_let_in(db, names[i], "secret");
		assert_refused(db, names[i], "Secret", "wrong password");
		assert_refused(db, names[i], "secret ", "wrong password");
		assert_refused(db, names[i], "", "wrong password");
	}
	assert_null(password_db_notice(db));
	password_db_close(db);
}

/* An unknown name runs the hash of another account, and is not let in by its password. */
static void
an_unknown_name_is_refused(void **state UNUSED)
{
	struct password_db *db;

	write_file(path, "alice:" YESCRYPT "\n");
	db = password_db_open(path);
	assert_refused(db, "mallory", "secret", "unknown name");
	assert_refused(db, "alic", "secret", "unknown name");
	assert_refused(db, "alice2", "secret", "unknown name");
	assert_refused(db, "", "secret", "unknown name");
	assert_let_in(db, "alice", "secret");
	write_file(path, "");
	assert_refused(db, "alice", "secret", "unknown name");
	password_db_close(db);
}

static void
lines_are_read_leniently(void **state UNUSED)
{
	static const char text[] =
	    "# alice:" YESCRYPT "\n\n   \t\r\n  # indented\n"
	    "  spaces:" BCRYPT " \t\r\nZo\303\253:" BCRYPT "\nlast:" BCRYPT;
	struct password_file f;

	assert_int_equal(password_file_parse(&f, text, strlen(text)), 0);
	assert_int_equal(f.fault_count, 0);
	assert_int_equal(f.count, 3);
	assert_string_equal(password_file_find(&f, "spaces")->hash, BCRYPT);
	assert_string_equal(password_file_find(&f, "Zo\303\253")->hash, BCRYPT);
	assert_string_equal(password_file_find(&f, "last")->hash, BCRYPT);
	assert_null(password_file_find(&f, "alice"));
	password_file_free(&f);
	assert_int_equal(password_file_parse(&f, NULL, 0), 0);
	assert_null(password_file_find(&f, "alice"));
	password_file_free(&f);
}

static const struct {
	const char	*line;
	const char	*what;
} bad_lines[] = {
	{ "nothing",			"no colon between name and hash" },
	{ ":" BCRYPT,			"no name, or one of more than 255 bytes" },
	{ "empty:",			"no password is set" },
	{ "locked:!" BCRYPT,		"the password is locked" },
	{ "star:*",			"the password is locked" },
	{ "plain:secret secret",	"not a crypt(3) hash" },
	{ "shadow:" BCRYPT ":19000:0",	"not a crypt(3) hash" },
	{ "unknown:$zz$abc$def",	"not a crypt(3) hash" },
	{ "des:" DES,	"the hash is of a weak method (use yescrypt, sha512crypt or bcrypt)" },
	{ "md5:" MD5,	"the hash is of a weak method (use yescrypt, sha512crypt or bcrypt)" },
	{ "sha256:" SHA256, "the hash is of a weak method (use yescrypt, sha512crypt or bcrypt)" },
	{ "short:$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/", "the hash is cut short" },
	{ "alice:" SHA512,		"the name stands on an earlier line too" },
};

/* Each is skipped and named by its number; the lines around it count. */
static void
bad_lines_are_named(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_lines); i++) {
		struct password_file f;
		char text[1024];

		snprintf(text, sizeof(text), "alice:%s\n%s\nbob:%s\n", BCRYPT,
		    bad_lines[i].line, BCRYPT);
		assert_int_equal(password_file_parse(&f, text, strlen(text)), 0);
		assert_int_equal(f.fault_count, 1);
		assert_int_equal(f.faults[0].line, 2);
		assert_string_equal(f.faults[0].what, bad_lines[i].what);
		assert_int_equal(f.count, 2);
		assert_string_equal(password_file_find(&f, "alice")->hash, BCRYPT);
		assert_string_equal(password_file_find(&f, "bob")->hash, BCRYPT);
		password_file_free(&f);
	}
}

static void
long_names_and_nul_bytes_are_bad(void **state UNUSED)
{
	char text[512];
	struct password_file f;

	for (int n = PASSWORD_NAME_MAX; n <= PASSWORD_NAME_MAX + 1; n++) {
		memset(text, 'a', sizeof(text));
		strcpy(text + n, ":" BCRYPT);
		assert_int_equal(password_file_parse(&f, text, strlen(text)), 0);
		assert_int_equal(f.count, n == PASSWORD_NAME_MAX);
		assert_int_equal(f.fault_count, n != PASSWORD_NAME_MAX);
		password_file_free(&f);
	}
	assert_int_equal(password_file_parse(&f, "a\0b:" BCRYPT, 4 + strlen(BCRYPT)), 0);
	assert_int_equal(f.count, 0);
	assert_string_equal(f.faults[0].what, "a NUL byte");
	password_file_free(&f);
}

static void
a_thousand_names_are_found(void **state UNUSED)
{
	struct password_file f;
	char *text = malloc(1000 * 80), name[16], *p = text;

	assert_non_null(text);
	for (unsigned i = 0; i < 1000; i++)
		p += sprintf(p, "u%u:%s\n", i * 7919 % 1000, BCRYPT);
	assert_int_equal(password_file_parse(&f, text, (size_t)(p - text)), 0);
	free(text);
	assert_int_equal(f.count, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "u%u", i);
		assert_string_equal(password_file_find(&f, name)->name, name);
	}
	assert_null(password_file_find(&f, "u1000"));
	assert_null(password_file_find(&f, ""));
	password_file_free(&f);
}

/* Notices come once for each reading, and the many are summed up. */
static void
notices_come_once(void **state UNUSED)
{
	char text[512] = "", expected[160];
	struct password_db *db;

	for (unsigned i = 0; i < PASSWORD_FAULTS_MAX + 3; i++)
		strcat(text, "bad\n");
	strcat(text, "alice:" BCRYPT "\n");
	write_file(path, text);
	assert_int_equal(chmod(path, 0644), 0);
	db = password_db_open(path);
	assert_null(password_db_notice(db));
	assert_int_equal(password_db_refresh(db), 0);
	snprintf(expected, sizeof(expected), "%s: everybody may read this password file", path);
	assert_string_equal(password_db_notice(db), expected);
	for (unsigned i = 1; i <= PASSWORD_FAULTS_MAX; i++) {
		snprintf(expected, sizeof(expected),
		    "%s:%u: line skipped: no colon between name and hash", path, i);
		assert_string_equal(password_db_notice(db), expected);
	}
	snprintf(expected, sizeof(expected), "%s: 3 more lines skipped", path);
	assert_string_equal(password_db_notice(db), expected);
	assert_null(password_db_notice(db));
	assert_let_in(db, "alice", "secret");
	assert_null(password_db_notice(db));
	assert_int_equal(chmod(path, 0600), 0);
	write_file(path, "bad\n");
	assert_int_equal(password_db_refresh(db), 0);
	assert_non_null(password_db_notice(db));
	assert_null(password_db_notice(db));
	password_db_close(db);
}

/* In place, of one size and perhaps within one tick of the clock; then by rename. */
static void
a_change_is_seen(void **state UNUSED)
{
	char other[80];
	struct password_db *db;

	write_file(path, "alice:" BCRYPT "\n");
	db = password_db_open(path);
	assert_let_in(db, "alice", "secret");
	write_file(path, "carol:" BCRYPT "\n");
	assert_refused(db, "alice", "secret", "unknown name");
	assert_let_in(db, "carol", "secret");
	snprintf(other, sizeof(other), "%s.new", path);
	write_file(other, "alice:" SHA512 "\n");
	assert_int_equal(rename(other, path), 0);
	assert_let_in(db, "alice", "secret");
	assert_refused(db, "carol", "secret", "unknown name");
	password_db_close(db);
}

/* Nothing is known about a password when the file is gone or unfit, and the file may come back. */
static void
an_unfit_file_is_an_error(void **state UNUSED)
{
	struct password_db *db;
	const char *why;

	write_file(path, "alice:" BCRYPT "\n");
	db = password_db_open(path);
	assert_let_in(db, "alice", "secret");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(password_check(db, "alice", "secret", &why), -ENOENT);
	assert_string_equal(why, "the password file cannot be read");
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(password_check(db, "alice", "secret", &why), -EINVAL);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(password_check(db, "alice", "secret", &why), -EINVAL);
	assert_int_equal(unlink(path), 0);
	write_file(path, "alice:" BCRYPT "\n");
	assert_int_equal(chmod(path, 0602), 0);
	assert_int_equal(password_check(db, "alice", "secret", &why), -EPERM);
	assert_int_equal(chmod(path, 0600), 0);
	assert_let_in(db, "alice", "secret");
	assert_int_equal(truncate(path, PASSWORD_FILE_SIZE_MAX + 1), 0);
	assert_int_equal(password_check(db, "alice", "secret", &why), -EFBIG);
	password_db_close(db);
}

static void
write_accounts(const char *passwd, const char *shadow)
{
	long today = (long)(time(NULL) / 86400);
	char text[4096];

	write_file(passwd,
	    "root:x:0:0::/:/bin/sh\nalice:x:1:1::/:/bin/sh\nlocked:x:2:2::/:/bin/sh\n"
	    "star:x:3:3::/:/bin/sh\nempty:x:4:4::/:/bin/sh\nexpired:x:5:5::/:/bin/sh\n"
	    "tomorrow:x:6:6::/:/bin/sh\nidle:x:7:7::/:/bin/sh\nstale:x:8:8::/:/bin/sh\n"
	    "md5:x:9:9::/:/bin/sh\nopen::10:10::/:/bin/sh\nold:" SHA512 ":11:11::/:/bin/sh\n"
	    "orphan:x:12:12::/:/bin/sh\n");
	snprintf(text, sizeof(text),
	    "root:*:19000:0:99999:7:::\nalice:" YESCRYPT ":19000:0:99999:7:::\n"
	    "locked:!" YESCRYPT ":19000:0:99999:7:::\nstar:*:19000:0:99999:7:::\n"
	    "empty::19000:0:99999:7:::\nexpired:" YESCRYPT ":19000:0:99999:7::%ld:\n"
	    "tomorrow:" YESCRYPT ":19000:0:99999:7::%ld:\n"
	    "idle:" YESCRYPT ":19000:0:30:7:10::\nstale:" YESCRYPT ":0:0:99999:7:::\n"
	    "md5:" MD5 ":19000:0:99999:7:::\n", today, today + 1);
	write_file(shadow, text);
}

static void
check_accounts(void)
{
	struct password_db *db = password_db_open(NULL);

	assert_non_null(db);
	assert_int_equal(password_db_refresh(db), 0);
	assert_let_in(db, "alice", "secret");
	assert_let_in(db, "tomorrow", "secret");
	assert_let_in(db, "old", "secret");
	assert_refused(db, "alice", "Secret", "wrong password");
	assert_refused(db, "mallory", "secret", "unknown name");
	assert_refused(db, "root", "secret", "the password is locked");
	assert_refused(db, "locked", "secret", "the password is locked");
	assert_refused(db, "star", "secret", "the password is locked");
	assert_refused(db, "empty", "", "no password is set");
	assert_refused(db, "open", "", "no password is set");
	assert_refused(db, "expired", "secret", "the account has expired");
	assert_refused(db, "idle", "secret",
	    "the password has expired and the account is inactive");
	assert_refused(db, "stale", "secret", "the password must be changed first");
	assert_refused(db, "orphan", "secret", "the account has no shadow entry");
	assert_refused(db, "md5", "secret",
	    "the hash is of a weak method (use yescrypt, sha512crypt or bcrypt)");
	assert_null(password_db_notice(db));
	password_db_close(db);
}

/* A mount namespace, with a user namespace where one is needed: whether it could be made. */
static bool
own_namespace(void)
{
	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	return mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

/* The system's accounts, with the test's files mounted in their place. */
static void
accounts_of_the_system(void **state UNUSED)
{
	char passwd[80], shadow[80];
	int status;
	pid_t pid;

	snprintf(passwd, sizeof(passwd), "%s/passwd", directory);
	snprintf(shadow, sizeof(shadow), "%s/shadow", directory);
	write_accounts(passwd, shadow);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!own_namespace() ||
		    mount(passwd, "/etc/passwd", "none", MS_BIND, NULL) < 0 ||
		    mount(shadow, "/etc/shadow", "none", MS_BIND, NULL) < 0)
			_exit(77);
		check_accounts();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(passwd);
	unlink(shadow);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_good_method_is_checked),
		cmocka_unit_test(an_unknown_name_is_refused),
		cmocka_unit_test(lines_are_read_leniently),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(long_names_and_nul_bytes_are_bad),
		cmocka_unit_test(a_thousand_names_are_found),
		cmocka_unit_test(notices_come_once),
		cmocka_unit_test(a_change_is_seen),
		cmocka_unit_test(an_unfit_file_is_an_error),
		cmocka_unit_test(accounts_of_the_system),
	};

	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
