/* SPDX-License-Identifier: ISC */
/*
 * Calls that start another program: what its environment lacks to be under the
 * library is put back (inherit.h). The new environment is on the stack of the
 * call, or in a mapping if it is large; a child of vfork(2) whose call succeeds
 * leaves such a mapping to its parent.
 */
#include <config.h>

#include <alloca.h>
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wordexp.h>

#include "libsocksify/hook.h"
#include "libsocksify/inherit.h"
#include "libsocksify/real.h"

#define STACK_ROOM	4096	/* bytes of an environment that the stack is asked for */

/* One call. */
struct start {
	int			 (*call)(const struct start *start, char *const *envp);
	const char		*path;
	char *const		*argv;
	int			 fd, flags;
	/* posix_spawn(3) and posix_spawnp(3) */
	pid_t			*pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t	*attributes;
};

/* Makes the call with @envp and what that lacks: what the call returns. */
static int
start_with(const struct start *start, char *const *envp)
{
	struct inheritance in;
	void *room;
	int result, saved = errno;

	inherit_measure(&in, envp);
	if (in.size == 0)
		return start->call(start, envp);
	if (in.size <= STACK_ROOM)
		return start->call(start, inherit_fill(&in, envp, alloca(in.size)));
	room = mmap(NULL, in.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED) {
		errno = ENOMEM;
		return start->pid != NULL ? ENOMEM : -1;
	}
	errno = saved;
	result = start->call(start, inherit_fill(&in, envp, room));
	saved = errno;
	munmap(room, in.size);
	errno = saved;
	return result;
}

static int
call_execve(const struct start *start, char *const *envp)
{
	return real.execve(start->path, start->argv, envp);
}

static int
call_execvpe(const struct start *start, char *const *envp)
{
	return real.execvpe(start->path, start->argv, envp);
}

static int
call_fexecve(const struct start *start, char *const *envp)
{
	return real.fexecve(start->fd, start->argv, envp);
}

static int
call_execveat(const struct start *start, char *const *envp)
{
	return real.execveat(start->fd, start->path, start->argv, envp, start->flags);
}

EXPORT int
execve(const char *path, char *const *argv, char *const *envp)
{
	struct start start = { .call = call_execve, .path = path, .argv = argv };

	return start_with(&start, envp);
}

EXPORT int
execv(const char *path, char *const *argv)
{
	return execve(path, argv, environ);
}

EXPORT int
execvpe(const char *file, char *const *argv, char *const *envp)
{
	struct start start = { .call = call_execvpe, .path = file, .argv = argv };

	return start_with(&start, envp);
}

EXPORT int
execvp(const char *file, char *const *argv)
{
	return execvpe(file, argv, environ);
}

EXPORT int
fexecve(int fd, char *const *argv, char *const *envp)
{
	struct start start = { .call = call_fexecve, .fd = fd, .argv = argv };

	return start_with(&start, envp);
}

EXPORT int
execveat(int fd, const char *path, char *const *argv, char *const *envp, int flags)
{
	struct start start = {
		.call = call_execveat,
		.fd = fd,
		.path = path,
		.argv = argv,
		.flags = flags,
	};

	return start_with(&start, envp);
}

/* The forms with the arguments in a row: NULL ends them, and with @envp that follows. */
static int
exec_listed(int (*exec)(const char *, char *const *, char *const *), const char *path,
    const char *first, va_list list, bool with_environment)
{
	va_list again;
	size_t count = 1;
	char **argv;

	va_copy(again, list);
	if (first != NULL)
		while (va_arg(again, char *) != NULL)
			count++;
	va_end(again);
	argv = alloca((count + 1) * sizeof(*argv));
	argv[0] = (char *)(uintptr_t)first;
	argv[count] = NULL;
	for (size_t i = 1; first != NULL && i <= count; i++)
		argv[i] = va_arg(list, char *);
	return exec(path, argv, with_environment ? va_arg(list, char **) : environ);
}

EXPORT int
execl(const char *path, const char *first, ...)
{
	va_list list;
	int result;

	va_start(list, first);
	result = exec_listed(execve, path, first, list, false);
	va_end(list);
	return result;
}

EXPORT int
execlp(const char *file, const char *first, ...)
{
	va_list list;
	int result;

	va_start(list, first);
	result = exec_listed(execvpe, file, first, list, false);
	va_end(list);
	return result;
}

EXPORT int
execle(const char *path, const char *first, ...)
{
	va_list list;
	int result;

	va_start(list, first);
	result = exec_listed(execve, path, first, list, true);
	va_end(list);
	return result;
}

static int
call_spawn(const struct start *start, char *const *envp)
{
	return real.posix_spawn(start->pid, start->path, start->actions, start->attributes,
	    start->argv, envp);
}

static int
call_spawnp(const struct start *start, char *const *envp)
{
	return real.posix_spawnp(start->pid, start->path, start->actions, start->attributes,
	    start->argv, envp);
}

EXPORT int
posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const *argv, char *const *envp)
{
	pid_t unwanted;
	struct start start = {
		.call = call_spawn,
		.path = path,
		.argv = argv,
		.pid = pid != NULL ? pid : &unwanted,
		.actions = actions,
		.attributes = attributes,
	};

	return start_with(&start, envp);
}

EXPORT int
posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const *argv, char *const *envp)
{
	pid_t unwanted;
	struct start start = {
		.call = call_spawnp,
		.path = file,
		.argv = argv,
		.pid = pid != NULL ? pid : &unwanted,
		.actions = actions,
		.attributes = attributes,
	};

	return start_with(&start, envp);
}

/*
 * For libc's functions that start programs with environ itself: what the program
 * has taken out of it is put back. The mapping stays, as other threads may be
 * reading it; it takes another clearenv(3) to need another.
 */
static void
complete_environment(void)
{
	struct inheritance in;
	int saved = errno;
	void *room;

	inherit_measure(&in, environ);
	if (in.size == 0)
		return;
	room = mmap(NULL, in.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room != MAP_FAILED)
		__atomic_store_n(&environ, inherit_fill(&in, environ, room), __ATOMIC_RELEASE);
	errno = saved;
}

EXPORT int
system(const char *command)
{
	complete_environment();
	return real.system(command);
}

EXPORT FILE *
popen(const char *command, const char *mode)
{
	complete_environment();
	return real.popen(command, mode);
}

EXPORT int
wordexp(const char *words, wordexp_t *expansion, int flags)
{
	complete_environment();
	return real.wordexp(words, expansion, flags);
}
