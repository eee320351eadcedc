/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/inherit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/compiler.h"
#include "libsocksify/raw.h"
#include "libsocksify/state.h"

#define LIBRARY_NAME	"libsocksify.so"
#define PRELOAD		"LD_PRELOAD="
#define SEPARATORS	" :"	/* of LD_PRELOAD, ld.so(8) */
#define PATH_LOOKED_AT	512	/* bytes; on the stack of a program that starts another */
#define VARIABLES_MAX	64

/* Kept with the launcher's file, and without it. A name that ends in '*' is a prefix. */
static const char *const with_state[] = { "SOCKSIFY_*", NULL };
static const char *const by_hand[] = {
	"SOCKS*", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "HTTP_CONNECT_PROXY", NULL,
};

/* "LD_PRELOAD=" and the library's path; "": nothing is kept. */
static char preload[sizeof(PRELOAD) + PATH_MAX];
static char *variables[VARIABLES_MAX];	/* "NAME=value" */
static size_t variable_count;

/* Whether the variable of @entry is one of @names. */
static bool
is_named(const char *entry, const char *const *names)
{
	size_t len = strcspn(entry, "=");

	for (; *names != NULL; names++) {
		size_t n = strlen(*names);

		if ((*names)[n - 1] == '*' ? len >= n - 1 && strncmp(entry, *names, n - 1) == 0
		    : len == n && strncmp(entry, *names, n) == 0)
			return true;
	}
	return false;
}

/* Where this library lies, as an absolute path behind "LD_PRELOAD=". */
static void
remember_library(void)
{
	static const char anchor;
	const size_t start = sizeof(PRELOAD) - 1;
	Dl_info info;
	long n = 0;

	if (dladdr(&anchor, &info) == 0 || info.dli_fname == NULL)
		return;
	if (info.dli_fname[0] != '/') {
		/* The length that it returns counts the end. */
		n = RAW(SYS_getcwd, preload + start, PATH_MAX);
		if (n <= 1)
			return;
		preload[start + (size_t)n - 1] = '/';
	}
	if (start + (size_t)n + strlen(info.dli_fname) >= sizeof(preload))
		return;
	strcpy(preload + start + n, info.dli_fname);
	if (strpbrk(preload + start, SEPARATORS "$") == NULL)
		memcpy(preload, PRELOAD, start);
}

/* Copies of the variables: programs write over the place where they are, to change their title. */
static void
remember_variables(const char *const *names)
{
	size_t size = 0;
	char *to;

	for (char **e = environ; e != NULL && *e != NULL; e++)
		if (is_named(*e, names))
			size += strlen(*e) + 1;
	if (size == 0)
		return;
	to = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (to == MAP_FAILED)
		return;
	for (char **e = environ; *e != NULL && variable_count < VARIABLES_MAX; e++) {
		if (!is_named(*e, names))
			continue;
		variables[variable_count++] = to;
		to = stpcpy(to, *e) + 1;
	}
}

void
inherit_remember(void)
{
	static const char *const state[] = { STATE_VARIABLE, NULL };
	bool has_state = false;

	for (char **e = environ; e != NULL && *e != NULL; e++)
		has_state = has_state || is_named(*e, state);
	remember_variables(has_state ? with_state : by_hand);
	remember_library();
}

/* Whether the @len bytes at @path are a file's path, and the file is there. */
static bool
is_there(const char *path, size_t len)
{
	char copy[PATH_LOOKED_AT];

	if (len >= sizeof(copy) || memchr(path, '/', len) == NULL)
		return false;
	memcpy(copy, path, len);
	copy[len] = '\0';
	return RAW(SYS_faccessat, AT_FDCWD, copy, F_OK) == 0;
}

/*
 * Whether @list has a libsocksify.so, this one or that of a launcher within this
 * tree. One that is not there would leave the program without any.
 */
static bool
names_library(const char *list)
{
	const size_t len = sizeof(LIBRARY_NAME) - 1;
	size_t n;

	for (; *(list += strspn(list, SEPARATORS)) != '\0'; list += n) {
		n = strcspn(list, SEPARATORS);
		if (n > len && memcmp(list + n - len, LIBRARY_NAME, len) == 0 &&
		    list[n - len - 1] == '/' && is_there(list, n))
			return true;
	}
	return false;
}

/* Whether @envp sets the variable of @entry, be it to "". */
static bool
has_variable(char *const *envp, size_t count, const char *entry)
{
	size_t len = strcspn(entry, "=") + 1;

	for (size_t i = 0; i < count; i++)
		if (envp[i] != NULL && strncmp(envp[i], entry, len) == 0)
			return true;
	return false;
}

void
inherit_measure(struct inheritance *in, char *const *envp)
{
	const size_t prefix = sizeof(PRELOAD) - 1;
	size_t lacking = 0;

	*in = (struct inheritance){ .size = 0 };
	if (preload[0] == '\0')
		return;
	while (envp != NULL && envp[in->count] != NULL)
		in->count++;
	/* Of several, the dynamic linker takes the last. */
	in->preload = in->count;
	for (size_t i = 0; i < in->count; i++)
		if (strncmp(envp[i], PRELOAD, prefix) == 0)
			in->preload = i;
	if (in->preload == in->count)
		in->preload_size = strlen(preload) + 1;
	else if (!names_library(envp[in->preload] + prefix))
		in->preload_size = strlen(envp[in->preload]) + 1 + strlen(preload + prefix) + 1;
	for (size_t i = 0; i < variable_count; i++)
		lacking += !has_variable(envp, in->count, variables[i]);
	if (lacking == 0 && in->preload_size == 0)
		return;
	in->size = (in->count + variable_count + 2) * sizeof(char *) + in->preload_size;
}

/* The new LD_PRELOAD, into in->preload_size bytes; @old is the entry that was there, or NULL. */
static void
write_preload(const struct inheritance *in, const char *old, char *to)
{
	const size_t prefix = sizeof(PRELOAD) - 1, own = strlen(preload + prefix) + 1;

	if (old == NULL) {
		strcpy(to, preload);
		return;
	}
	/* Another thread may have changed it since it was measured: no more than fits. */
	to = mempcpy(to, old, strnlen(old, in->preload_size - own - 1));
	*to++ = ':';
	memcpy(to, preload + prefix, own);
}

char **
inherit_fill(const struct inheritance *in, char *const *envp, void *room)
{
	char **all = room, *text = (char *)room + in->size - in->preload_size;
	size_t n = 0;

	for (; n < in->count && envp[n] != NULL; n++)
		all[n] = envp[n];
	if (in->preload_size != 0) {
		bool replaces = in->preload < n;

		write_preload(in, replaces ? envp[in->preload] : NULL, text);
		all[replaces ? in->preload : n++] = text;
	}
	for (size_t i = 0; i < variable_count; i++)
		if (!has_variable(envp, in->count, variables[i]))
			all[n++] = variables[i];
	all[n] = NULL;
	return all;
}
