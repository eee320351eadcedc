/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/compiler.h"
#include "libsocksify/elf_file.h"
#include "libsocksify/launch_command.h"
#include "libsocksify/launch_library.h"

#define SCRIPT_LINE	256	/* BINPRM_BUF_SIZE: what the kernel looks at, in bytes */
#define BLANK		" \t"

/* Whether it goes on with another file, the last of .files. */
enum next { NEXT_NONE, NEXT_FILE };

static void PRINTF_LIKE(2, 3)
refuse(struct launch_check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(check->reason, sizeof(check->reason), fmt, args);
	va_end(args);
}

/* The file looked at, by name. */
static const char *
current(const struct launch_check *check)
{
	return check->files[check->file_count - 1];
}

static enum next
go_on(struct launch_check *check, const char *path)
{
	if (check->file_count == CHECK_FILES) {
		refuse(check, "too many scripts that are run by scripts");
		return NEXT_NONE;
	}
	snprintf(check->files[check->file_count++], PATH_MAX, "%s", path);
	return NEXT_FILE;
}

/*
 * Whether the kernel gives the program a privilege that we lack, upon which the
 * dynamic linker heeds no LD_PRELOAD (AT_SECURE). Root lacks none of root's.
 */
static const char *
find_privilege(const char *path, const struct stat *st)
{
	bool is_group = (st->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	struct statvfs fs;

	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID) != 0)
		return NULL;
	if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		return "with file capabilities";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return NULL;
	if ((st->st_mode & S_ISUID) != 0 && st->st_uid != getuid())
		return "set-user-ID";
	return is_group && st->st_gid != getgid() ? "set-group-ID" : NULL;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	    sa.st_ino == sb.st_ino;
}

/* Of a program that some dynamic linker starts. */
static void
check_linker(struct launch_check *check, const struct elf_file *file)
{
	const char *own = launch_own_linker(), *name = strrchr(file->interpreter, '/');

	name = name != NULL ? name + 1 : file->interpreter;
	if (file->needed == 0)
		refuse(check, "linked to no C library");
	else if (strncmp(name, "ld-musl-", strlen("ld-musl-")) == 0)
		refuse(check, "linked to another C library, musl");
	else if (access(file->interpreter, F_OK) < 0)
		refuse(check, "its dynamic linker %s: %s", file->interpreter, strerror(errno));
	else if ((own == NULL || !is_same_file(own, file->interpreter)) &&
	    !launch_library_loads(file->interpreter, current(check)))
		refuse(check, "its dynamic linker, %s, does not load the library",
		    file->interpreter);
}

static void
check_elf(struct launch_check *check, const struct elf_file *file)
{
	const char *own = launch_own_linker();

	if (!launch_is_own_kind(file))
		refuse(check, "for another kind of machine or word size");
	else if (file->go)
		refuse(check, "written in Go, which makes system calls without the C library");
	else if (file->interpreter != NULL)
		check_linker(check, file);
	else if (file->appimage)
		refuse(check, "an AppImage that is statically linked (--appimage-extract "
		    "unpacks the program in it)");
	else if (own == NULL || !is_same_file(own, current(check)))
		refuse(check, "statically linked");
}

/* Ends the first word of @line, and gives what follows it. */
static char *
split_word(char *line)
{
	char *end = line + strcspn(line, BLANK);

	if (*end == '\0')
		return end;
	*end = '\0';
	return end + 1 + strspn(end + 1, BLANK);
}

/* "#!/usr/bin/env [-S] [-OPTION] [NAME=VALUE] COMMAND": env finds COMMAND as we do. */
static enum next
follow_env(struct launch_check *check, char *words)
{
	char path[PATH_MAX], *next;

	for (; *words != '\0'; words = next) {
		if (strncmp(words, "-S", 2) == 0 && words[2] != '\0' && strchr(BLANK, words[2]) == NULL)
			words += 2;
		next = split_word(words);
		if (words[0] == '-' || strchr(words, '=') != NULL)
			continue;
		/* What is not found env will complain of. */
		if (launch_search_command(words, path) == 0)
			return go_on(check, path);
		break;
	}
	return NEXT_FILE;
}

/* The line behind "#!". */
static enum next
follow_script(struct launch_check *check, char *line)
{
	char *words, *name;

	line += strspn(line, BLANK);
	words = split_word(line);
	if (go_on(check, line) == NEXT_NONE)
		return NEXT_NONE;
	if (access(line, X_OK) < 0) {
		int error = errno;
		char *end = line + strlen(line);

		refuse(check, "%s%s", strerror(error), end > line && end[-1] == '\r' ?
		    "; the script's lines end in carriage returns" : "");
		return NEXT_NONE;
	}
	name = strrchr(line, '/');
	if (strcmp(name != NULL ? name + 1 : line, "env") == 0 && words[0] != '\0')
		return follow_env(check, words);
	return NEXT_FILE;
}

/* Neither a program nor marked as a script: as execvp() has it, for the shell if it is text. */
static enum next
follow_text(struct launch_check *check, const uint8_t *data, size_t len)
{
	const uint8_t *newline = memchr(data, '\n', len);

	/* What binfmt_misc may know is not for us to guess. */
	if (memchr(data, '\0', newline != NULL ? (size_t)(newline - data) : len) != NULL) {
		refuse(check, "no program of a kind that is known here");
		return NEXT_NONE;
	}
	return go_on(check, "/bin/sh");
}

static enum next
check_bytes(struct launch_check *check, const uint8_t *data, size_t len)
{
	char line[SCRIPT_LINE];
	struct elf_file file;
	int rc;

	if (len >= 2 && memcmp(data, "#!", 2) == 0) {
		snprintf(line, sizeof(line), "%.*s", (int)(len - 2 < sizeof(line) ? len - 2 :
		    sizeof(line) - 1), (const char *)data + 2);
		line[strcspn(line, "\n")] = '\0';
		return follow_script(check, line);
	}
	rc = elf_parse(&file, data, len);
	if (rc == -ENOEXEC)
		return follow_text(check, data, len < SCRIPT_LINE ? len : SCRIPT_LINE);
	if (rc < 0)
		refuse(check, "a damaged program, or none");
	else
		check_elf(check, &file);
	return NEXT_NONE;
}

static enum next
check_open_file(struct launch_check *check, int fd)
{
	const char *privilege;
	enum next next;
	struct stat st;
	void *data;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		refuse(check, "no file that can be looked at");
		return NEXT_NONE;
	}
	if (st.st_size == 0)
		return go_on(check, "/bin/sh");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		refuse(check, "cannot be looked at: %s", strerror(errno));
		return NEXT_NONE;
	}
	next = check_bytes(check, data, (size_t)st.st_size);
	munmap(data, (size_t)st.st_size);
	/* Of a script, the kernel takes no privilege. */
	privilege = next == NEXT_NONE && check->reason[0] == '\0' ?
	    find_privilege(current(check), &st) : NULL;
	if (privilege != NULL)
		refuse(check, "%s: the dynamic linker loads nothing of ours into it", privilege);
	return next;
}

void
launch_check(struct launch_check *check, const char *path)
{
	enum next next;
	int fd;

	check->file_count = 0;
	check->reason[0] = '\0';
	next = go_on(check, path);
	while (next == NEXT_FILE) {
		fd = open(current(check), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0) {
			refuse(check, "cannot be looked at: %s", strerror(errno));
			return;
		}
		next = check_open_file(check, fd);
		close(fd);
	}
}

int
launch_check_report(const struct launch_check *check)
{
	for (unsigned i = 0; i + 1 < check->file_count; i++)
		printf("%s: a script, run by %s\n", check->files[i], check->files[i + 1]);
	if (check->reason[0] != '\0') {
		printf("%s: %s; socksify cannot reach it\n", current(check), check->reason);
	} else {
		printf("%s: works with socksify\n"
		    "TCP connections and host names go through the proxy, UDP does not\n",
		    current(check));
	}
	if (fflush(stdout) != 0)
		return EXIT_NOT_STARTED;
	return check->reason[0] != '\0' ? EXIT_NOT_EXECUTABLE : 0;
}
