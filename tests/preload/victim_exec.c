/* SPDX-License-Identifier: ISC */
/* Programs that start others with an environment of their own making. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "tests/preload/victim.h"

/* exec(3) takes what it does not write to as if it did. */
#define TEXT(literal)	((char *)(uintptr_t)(literal))

static char self[PATH_MAX];
static char *arguments[] = { self, TEXT("landed"), NULL };
static char *nothing[] = { NULL };
static char *something[] = { TEXT("ELSE=1"), NULL };

/* What is started: it must be able to go through the proxy. */
static void
landed(void)
{
	int fd = victim_socket(ECHO, 0);

	CHECK(victim_connect(fd, ECHO) == 0);
	victim_echo(fd);
}

/* Likewise, with what kept() put into its environment. */
static void
landed_kept(void)
{
	const char *preload = getenv("LD_PRELOAD"), *ours = strstr(preload, ":/");

	landed();
	CHECK(getenv("ELSE") != NULL && strcmp(getenv("ELSE"), "1") == 0);
	CHECK(ours != NULL && strncmp(preload, "/else.so", 8) == 0 && ours == preload + 8);
	CHECK(strstr(ours, "libsocksify.so") != NULL);
	CHECK(strcmp(getenv("SOCKS_TEST_MARK"), "another") == 0);
}

/* Likewise, where nothing was lacking. */
static void
landed_same(void)
{
	landed();
	CHECK(strstr(getenv("LD_PRELOAD"), ":") == NULL);
}

static void
with_execve(void)
{
	execve(self, arguments, nothing);
	CHECK(false);
}

static void
with_no_environment(void)
{
	execve(self, arguments, NULL);
	CHECK(false);
}

static void
with_execv(void)
{
	CHECK(clearenv() == 0);
	execv(self, arguments);
	CHECK(false);
}

static void
with_execvp(void)
{
	CHECK(unsetenv("LD_PRELOAD") == 0 && unsetenv("SOCKS5_SERVER") == 0);
	execvp(self, arguments);
	CHECK(false);
}

static void
with_execvpe(void)
{
	execvpe(self, arguments, something);
	CHECK(false);
}

static void
with_execl(void)
{
	environ = nothing;
	execl(self, self, "landed", NULL);
	CHECK(false);
}

static void
with_execlp(void)
{
	environ = nothing;
	execlp(self, self, "landed", NULL);
	CHECK(false);
}

static void
with_execle(void)
{
	execle(self, self, "landed", NULL, something);
	CHECK(false);
}

static void
with_fexecve(void)
{
	fexecve(open(self, O_RDONLY | O_CLOEXEC), arguments, nothing);
	CHECK(false);
}

static void
with_execveat(void)
{
	execveat(AT_FDCWD, self, arguments, nothing, 0);
	CHECK(false);
}

static void
by_number(void)
{
	syscall(SYS_execve, self, arguments, nothing);
	CHECK(false);
}

static void
by_other_number(void)
{
	syscall(SYS_execveat, AT_FDCWD, self, arguments, nothing, 0);
	CHECK(false);
}

static void
reap(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
spawned(void)
{
	pid_t pid;

	CHECK(posix_spawn(&pid, self, NULL, NULL, arguments, nothing) == 0);
	reap(pid);
	CHECK(posix_spawnp(&pid, self, NULL, NULL, arguments, something) == 0);
	reap(pid);
	CHECK(posix_spawn(NULL, "/nonexistent", NULL, NULL, arguments, nothing) == ENOENT);
}

static void
in_vfork(void)
{
	pid_t pid = vfork();

	CHECK(pid >= 0);
	if (pid == 0) {
		execve(self, arguments, nothing);
		_exit(1);
	}
	reap(pid);
	landed();
}

static void
by_shell(void)
{
	char command[PATH_MAX + 32];
	wordexp_t words;
	FILE *f;

	snprintf(command, sizeof(command), "'%s' landed", self);
	CHECK(clearenv() == 0);
	CHECK(system(command) == 0);
	CHECK(clearenv() == 0);
	f = popen(command, "r");
	CHECK(f != NULL && pclose(f) == 0);
	CHECK(clearenv() == 0);
	snprintf(command, sizeof(command), "$(%s landed && echo well)", self);
	CHECK(wordexp(command, &words, 0) == 0 && words.we_wordc == 1);
	CHECK(strcmp(words.we_wordv[0], "well") == 0);
	/* The environment is the program's still. */
	CHECK(setenv("ELSE", "1", 1) == 0 && unsetenv("LD_PRELOAD") == 0);
	CHECK(getenv("LD_PRELOAD") == NULL && strcmp(getenv("ELSE"), "1") == 0);
}

/* What the program wants its children to have, they have. */
static void
kept(void)
{
	char *argv[] = { self, TEXT("landed_kept"), NULL };
	char *envp[] = {
		TEXT("LD_PRELOAD=/else.so"), TEXT("ELSE=1"), TEXT("SOCKS_TEST_MARK=another"), NULL,
	};

	execve(self, argv, envp);
	CHECK(false);
}

static void
same(void)
{
	execl(self, self, "landed_same", NULL);
	CHECK(false);
}

/* An environment too large for a stack, and one too large for the kernel. */
static void
large(void)
{
	static char text[64][100000], *envp[65];

	for (int i = 0; i < 64; i++) {
		snprintf(text[i], sizeof(text[i]), "X%d=", i);
		memset(text[i] + strlen(text[i]), 'x', sizeof(text[i]) - strlen(text[i]) - 1);
		envp[i] = text[i];
	}
	CHECK(execve(self, arguments, envp) < 0 && errno == E2BIG);
	text[3][0] = '\0';
	for (int i = 3; i < 64; i++)
		envp[i] = NULL;
	execve(self, arguments, envp);
	CHECK(false);
}

static void
many(void)
{
	static char *envp[20001];

	for (int i = 0; i < 20000; i++)
		envp[i] = TEXT("A=");
	execve(self, arguments, envp);
	CHECK(false);
}

static void
failing(void)
{
	CHECK(execve("/nonexistent", arguments, nothing) == -1 && errno == ENOENT);
	CHECK(execle("/", "x", NULL, nothing) == -1 && errno == EACCES);
	CHECK(fexecve(-1, arguments, nothing) == -1);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "with_execve", with_execve },
		{ "with_no_environment", with_no_environment },
		{ "with_execv", with_execv },
		{ "with_execvp", with_execvp },
		{ "with_execvpe", with_execvpe },
		{ "with_execl", with_execl },
		{ "with_execlp", with_execlp },
		{ "with_execle", with_execle },
		{ "with_fexecve", with_fexecve },
		{ "with_execveat", with_execveat },
		{ "by_number", by_number },
		{ "by_other_number", by_other_number },
		{ "spawned", spawned },
		{ "in_vfork", in_vfork },
		{ "by_shell", by_shell },
		{ "kept", kept },
		{ "same", same },
		{ "large", large },
		{ "many", many },
		{ "failing", failing },
		{ NULL, NULL },
	};
	static const struct victim_case started[] = {
		{ "landed", landed },
		{ "landed_kept", landed_kept },
		{ "landed_same", landed_same },
		{ NULL, NULL },
	};

	CHECK(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	if (argc == 2 && strncmp(argv[1], "landed", 6) == 0)
		return victim_main(argc, argv, started);
	return victim_main(argc, argv, cases);
}
