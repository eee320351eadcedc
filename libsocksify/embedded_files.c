/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/embedded_files.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsocksify/launch_library.h"
#include "libsocksify/launch_message.h"

#define USERNAME_BYTES	4	/* short: it stands in every line of the log */
#define PASSWORD_BYTES	16
/*
 * The password is random, so that no number of rounds makes it any harder to
 * guess: the least that SHA-512 crypt allows.
 */
#define HASH_PREFIX	"$6$"
#define HASH_ROUNDS	1000

int
embedded_find_server(char *program)
{
	static const char *const built[] = { "/socksifyd", "/server/socksifyd" };
	const char *given = getenv("SOCKSIFY_SOCKSIFYD");
	char own[PATH_MAX];

	if (given != NULL && given[0] != '\0') {
		if (strlen(given) < PATH_MAX && access(strcpy(program, given), X_OK) == 0)
			return 0;
		return launch_fail("%s: %s", given, strerror(errno));
	}
	for (size_t i = 0; launch_own_directory(own, sizeof(own)) == 0 && i < ARRAY_SIZE(built); i++) {
		if (snprintf(program, PATH_MAX, "%s%s", own, built[i]) < PATH_MAX &&
		    access(program, X_OK) == 0)
			return 0;
	}
	if (access(strcpy(program, SBINDIR "/socksifyd"), X_OK) == 0)
		return 0;
	return launch_fail("%s: %s", program, strerror(errno));
}

/* @n random bytes as hexadecimal digits: 0, or -1. */
static int
make_secret(char *text, size_t n)
{
	uint8_t random[PASSWORD_BYTES];

	if (n > sizeof(random) || getrandom(random, n, 0) != (ssize_t)n)
		return -1;
	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", random[i]);
	explicit_bzero(random, sizeof(random));
	return 0;
}

static FILE *
create_file(const struct embedded_files *e, const char *name)
{
	char path[PATH_MAX + 32];
	FILE *file = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", e->directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (file == NULL)
		launch_complain("%s: %s", path, strerror(errno));
	return file;
}

/* Closes @file: 0, or -1 with a complaint if anything written is lost. */
static int
finish_file(FILE *file, const char *name)
{
	bool bad = ferror(file) != 0;

	bad |= fclose(file) != 0;
	return bad ? launch_fail("%s: %s", name, strerror(errno)) : 0;
}

static int
write_passwords(const struct embedded_files *e, const struct proxy *proxy)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data data = { .initialized = 0 };
	const char *hash = NULL;
	FILE *file;

	if (crypt_gensalt_rn(HASH_PREFIX, HASH_ROUNDS, NULL, 0, setting, sizeof(setting)) != NULL)
		hash = crypt_r(proxy->password, setting, &data);
	if (hash == NULL || hash[0] == '*')
		return launch_fail("cannot hash a password: %s", strerror(errno));
	file = create_file(e, EMBEDDED_PASSWORDS);
	if (file == NULL)
		return -1;
	fprintf(file, "%s:%s\n", proxy->username, hash);
	explicit_bzero(&data, sizeof(data));
	return finish_file(file, EMBEDDED_PASSWORDS);
}

static int
make_directory(struct embedded_files *e)
{
	const char *base = getenv("TMPDIR");
	int n;

	if (base == NULL || base[0] != '/')
		base = "/tmp";
	n = snprintf(e->directory, sizeof(e->directory) - 32, "%s/socksify.XXXXXX", base);
	if (n < (int)sizeof(e->directory) - 32 && mkdtemp(e->directory) != NULL)
		return 0;
	launch_complain("%s: %s", e->directory, strerror(errno));
	e->directory[0] = '\0';
	return -1;
}

/* The server may change its directory; the log's path must not depend on it. */
static int
choose_log(struct embedded_files *e, const char *log)
{
	char here[PATH_MAX] = "";
	int n;

	if (log == NULL)
		n = snprintf(e->log, sizeof(e->log), "%s/" EMBEDDED_LOG, e->directory);
	else if (log[0] == '/' || getcwd(here, sizeof(here)) == NULL)
		n = snprintf(e->log, sizeof(e->log), "%s", log);
	else
		n = snprintf(e->log, sizeof(e->log), "%s/%s", here, log);
	return n < (int)sizeof(e->log) ? 0 : launch_fail("%s: the path is too long", log);
}

int
embedded_make_files(struct embedded_files *e, struct proxy *proxy, const char *log)
{
	if (make_directory(e) < 0 || choose_log(e, log) < 0)
		return -1;
	if (make_secret(proxy->username, USERNAME_BYTES) < 0 ||
	    make_secret(proxy->password, PASSWORD_BYTES) < 0)
		return launch_fail("no random numbers: %s", strerror(errno));
	return write_passwords(e, proxy);
}

/* Whether user 65534, "nobody", exists in this user namespace (user_namespaces(7), uid_map). */
static bool
has_other_users(void)
{
	unsigned inside, outside, count;
	FILE *map = fopen("/proc/self/uid_map", "re");
	bool found = map == NULL;

	while (!found && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3)
		found = inside <= 65534 && count > 65534 - inside;
	if (map != NULL)
		fclose(map);
	return found;
}

int
embedded_write_config(const struct embedded_files *e, uint16_t port)
{
	FILE *file = create_file(e, EMBEDDED_CONFIG);

	if (file == NULL)
		return -1;
	/* Where there is nobody else to become, as in a container for root alone. */
	if (geteuid() == 0 && !has_other_users())
		fputs("user.unprivileged: root\n", file);
	fprintf(file,
	    "logoutput: %s\n"
	    "internal: 127.0.0.1 port = %u\n"
	    "external: 0.0.0.0\n"
	    "external: ::\n"
	    "clientmethod: none\n"
	    "socksmethod: username\n"
	    "user.passwordfile: %s/" EMBEDDED_PASSWORDS "\n"
	    "client pass {\n"
	    "\tfrom: 127.0.0.0/8 to: 0/0\n"
	    "\tlog: connect disconnect error\n"
	    "}\n"
	    "socks pass {\n"
	    "\tfrom: 0/0 to: 0/0\n"
	    "\tcommand: connect\n"
	    "\tlog: connect disconnect error\n"
	    "}\n",
	    e->log, port, e->directory);
	return finish_file(file, EMBEDDED_CONFIG);
}

void
embedded_last_line(const char *file, char *line, size_t size)
{
	char next[512];
	FILE *f = fopen(file, "re");

	line[0] = '\0';
	while (f != NULL && fgets(next, sizeof(next), f) != NULL) {
		next[strcspn(next, "\n")] = '\0';
		if (next[0] != '\0')
			snprintf(line, size, "%s", next);
	}
	if (f != NULL)
		fclose(f);
}

void
embedded_remove_files(struct embedded_files *e)
{
	static const char *const names[] = {
		EMBEDDED_CONFIG, EMBEDDED_PASSWORDS, EMBEDDED_LOG, EMBEDDED_PID,
	};
	char path[PATH_MAX + 32];

	if (e->directory[0] == '\0')
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", e->directory, names[i]);
		unlink(path);
	}
	rmdir(e->directory);
	e->directory[0] = '\0';
}
