/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/launch_message.h"

/* Signals that somebody may send us and mean the command. */
static const int forwarded[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT, SIGTSTP,
};

/* What launch_hold_signals() blocked, and how it was before. */
static sigset_t	held, before;
static void	(*child_action)(int);

/* 0, or the errno that execvp() would have for this file. */
static int
try_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(path, X_OK) < 0 ? errno : 0;
}

/* As execvp(): the first file that may be executed; EACCES if there are only others. */
static int
search_path(const char *command, char *path)
{
	const char *p = getenv("PATH");
	int result = ENOENT;

	if (p == NULL)
		p = "/bin:/usr/bin";
	for (;; p++) {
		size_t n = strcspn(p, ":");
		int error = ENAMETOOLONG;

		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)n, p, n > 0 ? "/" : "", command) <
		    PATH_MAX)
			error = try_file(path);
		if (error == 0)
			return 0;
		if (error == EACCES)
			result = EACCES;
		p += n;
		if (*p == '\0')
			return result;
	}
}

int
launch_search_command(const char *command, char *path)
{
	if (strchr(command, '/') == NULL && command[0] != '\0')
		return search_path(command, path);
	if (strlen(command) < PATH_MAX)
		return try_file(strcpy(path, command));
	return ENOENT;
}

int
launch_find_command(const char *command, char *path)
{
	int error = launch_search_command(command, path);

	if (error == 0)
		return 0;
	launch_complain("%s: %s", command, error == ENOENT ? "command not found" : strerror(error));
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_STARTED : EXIT_NOT_EXECUTABLE;
}

/* A text file without "#!" is a shell script, as execvp() has it (POSIX). */
static void
exec_shell(const char *path, char **argv)
{
	size_t n = 0;
	char **with;

	while (argv[n] != NULL)
		n++;
	with = calloc(n + 2, sizeof(*with));
	if (with == NULL)
		return;
	with[0] = argv[0];
	with[1] = (char *)path;
	for (size_t i = 1; i < n; i++)
		with[i + 1] = argv[i];
	execv("/bin/sh", with);
	free(with);
}

int
launch_exec(const char *path, char **argv)
{
	int error;

	execv(path, argv);
	error = errno;
	if (error == ENOEXEC)
		exec_shell(path, argv);
	launch_complain("%s: %s", path, strerror(error));
	return error == ENOENT ? EXIT_NOT_STARTED : EXIT_NOT_EXECUTABLE;
}

void
launch_hold_signals(void)
{
	/* An ignored SIGCHLD, inherited, would have the kernel throw the status away. */
	child_action = signal(SIGCHLD, SIG_DFL);
	sigemptyset(&held);
	sigaddset(&held, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
		sigaddset(&held, forwarded[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
}

void
launch_release_signals(void)
{
	signal(SIGCHLD, child_action);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

bool
launch_is_interrupted(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		if (sigismember(&pending, ending[i]) == 1)
			return true;
	}
	return false;
}

/*
 * A signal of the terminal went to the whole foreground group, the command in
 * it, already; only what another process sent us is for passing on.
 */
static void
forward(pid_t child, const siginfo_t *info)
{
	if (info->si_code != SI_KERNEL && info->si_signo != SIGCHLD)
		kill(child, info->si_signo);
}

/* Whether the child ended. When it stopped, so do we, and it goes on when we do. */
static bool
child_ended(pid_t child, int *status)
{
	while (waitpid(child, status, WNOHANG | WUNTRACED) == child) {
		if (!WIFSTOPPED(*status))
			return true;
		kill(getpid(), SIGSTOP);
		kill(child, SIGCONT);
	}
	return false;
}

int
launch_run(const char *path, char **argv)
{
	siginfo_t info;
	int status;
	pid_t child;

	child = fork();
	if (child == 0) {
		launch_release_signals();
		_exit(launch_exec(path, argv));
	}
	if (child < 0)
		return launch_fail("fork: %s", strerror(errno));
	while (!child_ended(child, &status)) {
		if (sigwaitinfo(&held, &info) > 0)
			forward(child, &info);
	}
	return status;
}

void
launch_exit_like(int status)
{
	const struct rlimit none = { 0, 0 };
	sigset_t set;

	if (WIFSIGNALED(status)) {
		/* The command's own core dump is the one that tells something. */
		setrlimit(RLIMIT_CORE, &none);
		signal(WTERMSIG(status), SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, WTERMSIG(status));
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		raise(WTERMSIG(status));
		exit(128 + WTERMSIG(status));
	}
	exit(WEXITSTATUS(status));
}
