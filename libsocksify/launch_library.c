/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_library.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/launch_message.h"
#include "libsocksify/raw.h"
#include "libsocksify/state.h"

#define LIBRARY_NAME	"libsocksify.so"
#define SEPARATORS	" :"	/* of LD_PRELOAD, ld.so(8) */

static const unsigned char own_class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

/* This program's own header, where it is loaded: the linker defines it. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

int
launch_own_directory(char *directory, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", directory, size - 1);
	char *slash;

	if (n <= 0)
		return -1;
	directory[n] = '\0';
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return -1;
	*slash = '\0';
	return 0;
}

/* Where the library lies: in the tree that this program was built in, else installed. */
static int
find_library(char *path, size_t size)
{
	static const char *const built[] = { "/.libs/", "/libsocksify/.libs/" };
	char own[PATH_MAX];

	for (size_t i = 0; launch_own_directory(own, sizeof(own)) == 0 && i < ARRAY_SIZE(built); i++) {
		if ((size_t)snprintf(path, size, "%s%s" LIBRARY_NAME, own, built[i]) < size &&
		    access(path, F_OK) == 0)
			return 0;
	}
	return (size_t)snprintf(path, size, "%s/" LIBRARY_NAME, PKGLIBDIR) < size ? 0 : -1;
}

/* Whether the open file is what the dynamic linker can load into a program of our kind. */
static const char *
library_fault(int fd)
{
	unsigned char ident[EI_NIDENT];
	void *map;

	if (pread(fd, ident, sizeof(ident), 0) != (ssize_t)sizeof(ident) ||
	    memcmp(ident, ELFMAG, SELFMAG) != 0)
		return "it is no shared library";
	if (ident[EI_CLASS] != own_class)
		return "it is of another word size";
	/* A file system mounted noexec refuses this, and would refuse the linker. */
	map = mmap(NULL, sizeof(ident), PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return "it may not be executed from there";
	munmap(map, sizeof(ident));
	return NULL;
}

static int
check_library(const char *path)
{
	const char *fault;
	int fd;

	if (strpbrk(path, SEPARATORS "$") != NULL)
		return launch_fail("%s: LD_PRELOAD allows no space, colon or dollar in a path", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return launch_fail("%s: %s", path, strerror(errno));
	fault = library_fault(fd);
	close(fd);
	return fault != NULL ? launch_fail("%s: %s", path, fault) : 0;
}

/* Whether an entry of LD_PRELOAD is our library, wherever it lies. */
static bool
is_library(const char *entry, size_t len)
{
	size_t n = strlen(LIBRARY_NAME);

	if (len < n || memcmp(entry + len - n, LIBRARY_NAME, n) != 0)
		return false;
	return len == n || entry[len - n - 1] == '/';
}

/* Copies LD_PRELOAD into new memory without our library, with room for @extra bytes more. */
static char *
preload_without(size_t extra)
{
	const char *p = getenv("LD_PRELOAD");
	char *copy, *to;

	if (p == NULL)
		p = "";
	copy = to = malloc(strlen(p) + 1 + extra);
	while (copy != NULL && *(p += strspn(p, SEPARATORS)) != '\0') {
		size_t n = strcspn(p, SEPARATORS);

		if (!is_library(p, n)) {
			if (to != copy)
				*to++ = ':';
			memcpy(to, p, n);
			to += n;
		}
		p += n;
	}
	if (copy != NULL)
		*to = '\0';
	return copy;
}

int
launch_preload(void)
{
	char path[PATH_MAX], *value;
	int rc;

	if (find_library(path, sizeof(path)) < 0)
		return launch_fail("the path of " LIBRARY_NAME " is too long");
	if (check_library(path) < 0)
		return -1;
	value = preload_without(strlen(path) + 1);
	if (value == NULL)
		return launch_fail("%s", strerror(ENOMEM));
	if (value[0] != '\0')
		strcat(value, ":");
	strcat(value, path);
	rc = setenv("LD_PRELOAD", value, 1);
	free(value);
	return rc < 0 ? launch_fail("%s", strerror(errno)) : 0;
}

/* Stops at the first object, which is this program. */
static int
find_linker(struct dl_phdr_info *info, size_t size UNUSED, void *linker)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			*(const char **)linker = (const char *)(info->dlpi_addr +
			    info->dlpi_phdr[i].p_vaddr);
	}
	return 1;
}

const char *
launch_own_linker(void)
{
	const char *linker = NULL;

	dl_iterate_phdr(find_linker, &linker);
	return linker;
}

bool
launch_is_own_kind(const struct elf_file *file)
{
	const unsigned char *ident = __ehdr_start.e_ident;

	return file->machine == __ehdr_start.e_machine &&
	    file->wide == (ident[EI_CLASS] == ELFCLASS64) &&
	    file->big_endian == (ident[EI_DATA] == ELFDATA2MSB);
}

/* Becomes the linker, which lists on @output what it would load into the program. */
static void NORETURN
list_libraries(const char *linker, const char *program, int output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && launch_preload() == 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(null, STDERR_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
		execl(linker, linker, "--list", program, (char *)NULL);
	_exit(1);
}

/* Whether one of the lines has the library in it: as given, it is not looked for anywhere. */
static bool
lists_library(FILE *lines, const char *library)
{
	char line[PATH_MAX + 64];
	bool found = false;

	while (fgets(line, sizeof(line), lines) != NULL)
		found = found || strstr(line, library) != NULL;
	return found;
}

bool
launch_library_loads(const char *linker, const char *program)
{
	char library[PATH_MAX];
	bool found = false;
	int ends[2], status;
	FILE *lines;
	pid_t child;

	if (find_library(library, sizeof(library)) < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return false;
	child = fork();
	if (child == 0)
		list_libraries(linker, program, ends[1]);
	close(ends[1]);
	lines = fdopen(ends[0], "r");
	if (lines != NULL) {
		found = lists_library(lines, library);
		fclose(lines);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && found && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
launch_is_preloaded(void)
{
	const char *p = getenv("LD_PRELOAD");

	while (p != NULL && *(p += strspn(p, SEPARATORS)) != '\0') {
		size_t n = strcspn(p, SEPARATORS);

		if (is_library(p, n))
			return true;
		p += n;
	}
	return false;
}

int
launch_again_without(char **argv)
{
	char *value = preload_without(0);

	if (value != NULL && setenv("LD_PRELOAD", value, 1) == 0 && unsetenv(STATE_VARIABLE) == 0)
		/* Past the library, which would put itself back. */
		errno = (int)-RAW(SYS_execve, "/proc/self/exe", argv, environ);
	free(value);
	return launch_fail("cannot start without the library: %s", strerror(errno));
}
