/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/password.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/password_file.h"
#include "server/secret.h"

/* One account's strings. */
#define ACCOUNT_SIZE	16384
#define DAY_SECONDS	86400
/* Times of files advance with the kernel's tick: a change within it leaves no trace. */
#define SETTLE_SECONDS	1

/* The hash for unknown names where no account shows what is usual: yescrypt's default cost. */
#define MODEL_DEFAULT	"$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/"

struct password_db {
	char			*path;		/* NULL: the system's accounts */
	struct password_file	 file;
	struct stat		 stamp;		/* of .file; st_ino 0: not read */
	bool			 settled;	/* .stamp was old enough to be told from a change */
	unsigned		 noticed;	/* how many notices were given */
	char			 notice[512];
	char			 model[CRYPT_OUTPUT_SIZE];	/* run for names without one */
	char			 account[ACCOUNT_SIZE];
	struct crypt_data	 crypt;
};

/* EACCES is kept for a password that is wrong. */
static int
store_error(int error)
{
	return error == EACCES ? -EPERM : -error;
}

static bool
stamp_equal(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mode == b->st_mode &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Whether the file may be used, by what fstat() said of it: 0, or -errno. */
static int
stamp_check(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	if (st->st_mode & S_IWOTH)
		return -EPERM;
	if (st->st_size > PASSWORD_FILE_SIZE_MAX)
		return -EFBIG;
	return 0;
}

/* Reads up to @size bytes, as many as the file had when it was asked. */
static ssize_t
read_all(int fd, char *text, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, text + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return store_error(errno);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static int
file_read(struct password_file *f, int fd, size_t size)
{
	char *text = malloc(size + 1);
	ssize_t n;
	int r;

	if (text == NULL)
		return -ENOMEM;
	n = read_all(fd, text, size);
	r = n < 0 ? (int)n : password_file_parse(f, text, (size_t)n);
	explicit_bzero(text, size);
	free(text);
	return r;
}

static int
file_load(struct password_db *db)
{
	int fd = open(db->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct password_file file;
	struct stat stamp;
	int r;

	if (fd < 0)
		return store_error(errno);
	/* Before the reading: what changes meanwhile is read again next time. */
	r = fstat(fd, &stamp) < 0 ? -errno : stamp_check(&stamp);
	if (r == 0)
		r = file_read(&file, fd, (size_t)stamp.st_size);
	close(fd);
	if (r < 0)
		return r;
	password_file_free(&db->file);
	db->file = file;
	if (!stamp_equal(&stamp, &db->stamp))
		db->noticed = 0;
	db->stamp = stamp;
	db->settled = time(NULL) - stamp.st_ctim.tv_sec > SETTLE_SECONDS;
	return 0;
}

int
password_db_refresh(struct password_db *db)
{
	struct stat now;
	int r = 0;

	if (db->path == NULL)
		return 0;
	if (stat(db->path, &now) < 0)
		r = store_error(errno);
	else if (!db->settled || !stamp_equal(&now, &db->stamp))
		r = file_load(db);
	if (r < 0) {
		password_file_free(&db->file);
		db->stamp = (struct stat){ 0 };
		db->settled = false;
	}
	return r;
}

const char *
password_db_notice(struct password_db *db)
{
	bool exposed = (db->stamp.st_mode & S_IROTH) != 0;
	unsigned i = db->noticed - exposed, faults = db->file.fault_count;

	if (db->path == NULL || db->stamp.st_ino == 0)
		return NULL;
	if (exposed && db->noticed == 0)
		snprintf(db->notice, sizeof(db->notice),
		    "%s: everybody may read this password file", db->path);
	else if (i < faults && i < PASSWORD_FAULTS_MAX)
		snprintf(db->notice, sizeof(db->notice), "%s:%u: line skipped: %s", db->path,
		    db->file.faults[i].line, db->file.faults[i].what);
	else if (i == PASSWORD_FAULTS_MAX && faults > PASSWORD_FAULTS_MAX)
		snprintf(db->notice, sizeof(db->notice), "%s: %u more lines skipped", db->path,
		    faults - PASSWORD_FAULTS_MAX);
	else
		return NULL;
	db->noticed++;
	return db->notice;
}

/*
 * A lookup copies the hash of @name to @hash, of CRYPT_OUTPUT_SIZE, or sets *@why and
 * leaves @hash empty. 0, or -errno when the store could not be asked.
 */
static int
file_lookup(struct password_db *db, const char *name, char *hash, const char **why)
{
	const struct password_entry *entry;
	int r = password_db_refresh(db);

	if (r < 0) {
		*why = "the password file cannot be read";
		return r;
	}
	if (db->file.count > 0)
		strcpy(db->model, db->file.entries[0].hash);
	entry = password_file_find(&db->file, name);
	if (entry == NULL)
		*why = "unknown name";
	else
		strcpy(hash, entry->hash);
	return 0;
}

/* Why the ageing fields forbid the use of an account on the day @today, or NULL. */
static const char *
account_fault(const struct spwd *sp, long today)
{
	if (sp->sp_expire > 0 && today >= sp->sp_expire)
		return "the account has expired";
	if (sp->sp_lstchg == 0)
		return "the password must be changed first";
	if (sp->sp_lstchg > 0 && sp->sp_max >= 0 && sp->sp_inact >= 0 &&
	    today - sp->sp_lstchg > sp->sp_max + sp->sp_inact)
		return "the password has expired and the account is inactive";
	return NULL;
}

/* getpwnam_r() and getspnam_r() say "no such name" in several ways. */
static int
account_error(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH ? 0 : store_error(error);
}

static int
shadow_lookup(struct password_db *db, const char *name, char *hash, const char **why)
{
	struct spwd sp, *found = NULL;
	int error = getspnam_r(name, &sp, db->account, sizeof(db->account), &found);

	if (found == NULL) {
		*why = account_error(error) == 0 ? "the account has no shadow entry" :
		    "the system's shadow entries cannot be read";
		return account_error(error);
	}
	*why = account_fault(found, (long)(time(NULL) / DAY_SECONDS));
	if (*why == NULL)
		*why = password_hash_fault(found->sp_pwdp);
	if (*why == NULL)
		strcpy(hash, found->sp_pwdp);
	return 0;
}

static int
system_lookup(struct password_db *db, const char *name, char *hash, const char **why)
{
	struct passwd pw, *found = NULL;
	int r = getpwnam_r(name, &pw, db->account, sizeof(db->account), &found);

	if (found == NULL) {
		r = account_error(r);
		*why = r == 0 ? "unknown name" : "the system's accounts cannot be read";
	} else if (strcmp(found->pw_passwd, "x") == 0) {
		r = shadow_lookup(db, name, hash, why);
	} else {
		*why = password_hash_fault(found->pw_passwd);
		if (*why == NULL)
			strcpy(hash, found->pw_passwd);
	}
	explicit_bzero(db->account, sizeof(db->account));
	return r;
}

/* Sets the model to the first usable hash of the system's accounts, if one is to be had. */
static void
system_model(struct password_db *db)
{
	FILE *shadow = fopen("/etc/shadow", "re");
	struct spwd sp, *found;
	char buffer[BUFSIZ];

	if (shadow == NULL)
		return;
	setvbuf(shadow, buffer, _IOFBF, sizeof(buffer));
	while (fgetspent_r(shadow, &sp, db->account, sizeof(db->account), &found) == 0) {
		if (password_hash_fault(found->sp_pwdp) == NULL) {
			strcpy(db->model, found->sp_pwdp);
			break;
		}
	}
	fclose(shadow);
	explicit_bzero(buffer, sizeof(buffer));
	explicit_bzero(db->account, sizeof(db->account));
}

struct password_db *
password_db_open(const char *path)
{
	struct password_db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	strcpy(db->model, MODEL_DEFAULT);
	if (path == NULL) {
		system_model(db);
		return db;
	}
	db->path = strdup(path);
	if (db->path == NULL) {
		free(db);
		return NULL;
	}
	return db;
}

void
password_db_close(struct password_db *db)
{
	if (db == NULL)
		return;
	password_file_free(&db->file);
	free(db->path);
	explicit_bzero(db, sizeof(*db));
	free(db);
}

/* Whether @password has the hash @hash: 0, -EACCES, or -ENOMEM when it cannot be computed. */
static int
hash_check(struct password_db *db, const char *hash, const char *password)
{
	size_t len = strlen(hash);
	const char *result;
	int r = -EACCES;

	errno = 0;
	result = crypt_r(password, hash, &db->crypt);
	/* A text that begins with "*" says that it failed, and is nobody's hash. */
	if (result == NULL || result[0] == '*')
		r = errno == ENOMEM ? -ENOMEM : -EACCES;
	else if (strlen(result) == len && secret_equal(result, hash, len))
		r = 0;
	explicit_bzero(&db->crypt, sizeof(db->crypt));
	return r;
}

int
password_check(struct password_db *db, const char *name, const char *password, const char **why)
{
	char hash[CRYPT_OUTPUT_SIZE] = "";
	int r;

	*why = NULL;
	r = db->path != NULL ? file_lookup(db, name, hash, why) :
	    system_lookup(db, name, hash, why);
	if (r < 0)
		return r;
	r = hash_check(db, hash[0] != '\0' ? hash : db->model, password);
	if (hash[0] == '\0' && r == 0)
		r = -EACCES;
	explicit_bzero(hash, sizeof(hash));
	if (r == -EACCES && *why == NULL)
		*why = "wrong password";
	else if (r == -ENOMEM)
		*why = "no memory for the hash";
	return r;
}
